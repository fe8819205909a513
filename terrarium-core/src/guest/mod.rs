//! Talking to the harness, the Python package inside the guest that runs the user's code.
//!
//! Requests and responses are JSON in `bytes`; displays and values come as frames on a descriptor of their own. The
//! guest can forge all of it (the user's code runs in the same interpreter), so nothing that it says is believed
//! beyond its own result: texts are bounded, and what does not parse is a fault of the guest.

mod channel;
mod harness;
mod interpreter;
mod protocol;

pub(crate) use harness::{FILES as HARNESS_FILES, ROOT as HARNESS_ROOT};
pub(crate) use interpreter::{Answer, Interpreter, InterpreterOptions, Outcome, fault};
pub(crate) use protocol::{Boot, Request};
pub use protocol::{Completeness, Completion};
