//! Getting a sandbox, and saying so when something takes long.

use std::{
    io::{self, IsTerminal as _},
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::Duration,
};

use terrarium_core::{Sandbox, SandboxOptions};

use crate::exit::{Failure, say};

/// Longer than a start from the cache takes, and shorter than users wait without wondering.
const PATIENCE: Duration = Duration::from_millis(400);

/// A sandbox. The first on a machine compiles the interpreter, which is said on a terminal.
///
/// # Errors
/// As for [`Sandbox::new`].
pub(crate) fn sandbox(options: SandboxOptions) -> Result<Sandbox, Failure> {
    let create = || Sandbox::new(options).map_err(Failure::from);
    if io::stderr().is_terminal() {
        slow(PATIENCE, "preparing the interpreter (once per machine)…", create)
    } else {
        create()
    }
}

/// Do `work`, and say `message` if it takes longer than `patience`.
pub(crate) fn slow<T>(patience: Duration, message: &str, work: impl FnOnce() -> T) -> T {
    let (done, waiting) = mpsc::channel::<()>();
    thread::scope(|scope| {
        // The sender is dropped with the end of the work, also with a sudden one.
        let _done = done;
        scope.spawn(move || {
            if waiting.recv_timeout(patience) == Err(RecvTimeoutError::Timeout) {
                say(message);
            }
        });
        work()
    })
}
