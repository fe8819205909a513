//! The ends of a call into the guest other than its return.

use wasmtime::{Error, Trap};

use crate::engine::stop::interrupt::Reason;
use terrarium_unix::syscall::Stop;

/// The reason why a call into the guest did not return. The guest can no longer be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The code exited with this exit code, without the interpreter's shutdown (`os._exit`).
    Exit(i32),
    /// The run was stopped by force.
    Stopped(Reason),
    /// The guest failed: a trap, an abort, or a call of something that does not exist here. The text names it.
    Crashed(String),
}

impl End {
    /// Classifies an error of the engine. `stopped` is the reason of a forced stop, if there was one.
    pub(in crate::engine) fn from_error(error: &Error, stopped: Option<Reason>) -> Self {
        if let Some(stop) = error.downcast_ref::<Stop>() {
            return match stop {
                Stop::Exit(code) => Self::Exit(*code),
                other => Self::Crashed(other.to_string()),
            };
        }
        if let (Some(reason), Some(_)) = (stopped, error.downcast_ref::<Trap>()) {
            return Self::Stopped(reason);
        }
        match error.downcast_ref::<Trap>() {
            Some(Trap::StackOverflow) => Self::Crashed("the interpreter's stack overflowed".to_owned()),
            Some(trap) => Self::Crashed(format!("the interpreter failed: {trap}")),
            None => Self::Crashed(format!("the interpreter failed: {error:#}")),
        }
    }
}
