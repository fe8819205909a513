//! How a call into the guest can end other than by returning.

use wasmtime::{Error, Trap};

use crate::engine::stop::interrupt::Reason;
use terrarium_unix::syscall::Stop;

/// Why a call into the guest did not return. The guest cannot be used any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// It left with this exit code, without telling the interpreter (`os._exit`).
    Exit(i32),
    /// It was stopped by force.
    Stopped(Reason),
    /// It failed: a trap, an abort, a call of something that does not exist here. The text says which.
    Crashed(String),
}

impl End {
    /// Classify an error of the engine. `stopped` is why the guest was stopped by force, if it was.
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
