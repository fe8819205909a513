//! The prompt on a terminal.

use reedline::Signal;
use terrarium_core::About;

use super::{
    console::{Console, Ended},
    editor,
    prompt::PythonPrompt,
};
use crate::exit::{Failure, say};

/// Runs typed blocks until Ctrl+D or `exit()`, and returns the exit code.
///
/// # Errors
/// [`Failure`] of the terminal.
pub(super) fn run(mut console: Console) -> Result<i32, Failure> {
    let mut editor = editor::create(&console.session());
    let about = About::new()?;
    say(&format!("Python {} in a sandbox; Ctrl+C interrupts, Ctrl+D leaves", about.python));
    loop {
        let signal = editor.read_line(&PythonPrompt);
        match signal.map_err(|error| Failure::Fault(format!("the terminal: {error}")))? {
            Signal::Success(block) => {
                // Saved now, in case the program is killed.
                drop(editor.sync_history());
                if block.trim().is_empty() {
                    continue;
                }
                match console.run(block.trim_end()) {
                    Ok(Ended::Left(code)) => return Ok(code),
                    Ok(Ended::Here | Ended::Interrupted) => {}
                    Err(Failure::BrokenPipe) => return Err(Failure::BrokenPipe),
                    // The next block may succeed.
                    Err(failure) => drop(failure.tell()),
                }
            }
            Signal::CtrlD => return Ok(0),
            // The line is discarded, and a new one begins.
            _ => {}
        }
    }
}
