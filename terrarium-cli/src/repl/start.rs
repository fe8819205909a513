//! Starting a session and choosing how to read its blocks.

use std::io::{self, IsTerminal as _};

use super::{console::Console, interactive, piped};
use crate::{
    args::ReplArgs,
    exit::Failure,
    interrupt::{Interrupts, Otherwise},
    prepare,
};

/// Runs blocks until the end of the input, and returns the exit code.
///
/// # Errors
/// [`Failure`] if the session cannot be started or its values not be written.
pub(crate) fn start(args: ReplArgs) -> Result<i32, Failure> {
    let options = args.sandbox.into_options()?;
    let asks = io::stdin().is_terminal();
    let sandbox = prepare::sandbox(options)?;
    let session = sandbox.session()?;
    let otherwise = if asks { Otherwise::Stay } else { Otherwise::Leave };
    let console = Console::new(session, sandbox.options().clone(), Interrupts::install(otherwise)?);
    // The editor draws on the standard error, and needs to move the cursor there.
    if asks && io::stderr().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb") {
        interactive::run(console)
    } else {
        piped::run(console, asks)
    }
}
