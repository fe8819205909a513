//! Starting a session and choosing how to read its blocks.

use std::io::{self, IsTerminal as _};

use super::{console::Console, interactive, piped};
use crate::{
    args::ReplArgs,
    asking::can_edit,
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
    let console = Console::new(session, sandbox.options().clone(), Interrupts::install(otherwise)?, asks);
    if can_edit() { interactive::run(console) } else { piped::run(console, asks) }
}
