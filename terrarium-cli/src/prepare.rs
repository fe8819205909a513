//! Making a sandbox and its packages, with a message when it takes long.

use std::{
    io::{self, IsTerminal as _},
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::Duration,
};

use terrarium_core::{Sandbox, SandboxOptions};

use crate::exit::{Failure, say};

/// A time that is longer than a start from the cache takes, and shorter than users wait without a message.
const PATIENCE: Duration = Duration::from_millis(400);

/// Makes a sandbox. The first one on a machine compiles the interpreter, which is announced on a terminal.
///
/// # Errors
/// The errors of [`Sandbox::new`].
pub(crate) fn sandbox(options: SandboxOptions) -> Result<Sandbox, Failure> {
    let create = || Sandbox::new(options).map_err(Failure::from);
    if io::stderr().is_terminal() {
        slow(PATIENCE, "preparing the interpreter (once per machine)…", create)
    } else {
        create()
    }
}

/// Prepares the packages that a program imports. The process ends with the program, so what its time does not suffice
/// for would never be done.
///
/// # Errors
/// The errors of [`Sandbox::prepare_packages`].
pub(crate) fn packages(sandbox: &Sandbox, code: &str) -> Result<(), Failure> {
    let prepare = || sandbox.prepare_packages(code).map_err(Failure::from);
    if io::stderr().is_terminal() {
        slow(PATIENCE, "compiling packages (once per machine)…", prepare)
    } else {
        prepare()
    }
}

/// Does `work`, and prints `message` if the work takes longer than `patience`.
pub(crate) fn slow<T>(patience: Duration, message: &str, work: impl FnOnce() -> T) -> T {
    let (done, waiting) = mpsc::channel::<()>();
    thread::scope(|scope| {
        // The sender is dropped at the end of the work, also after a panic.
        let _done = done;
        let tell = move || {
            if waiting.recv_timeout(patience) == Err(RecvTimeoutError::Timeout) {
                say(message);
            }
        };
        // Without a thread there is no message.
        drop(thread::Builder::new().spawn_scoped(scope, tell));
        work()
    })
}
