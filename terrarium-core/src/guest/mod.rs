//! Talking to the harness, the Python package inside the guest that runs the user's code.
//!
//! Requests and responses are JSON in `bytes`; displays and values come as frames on a descriptor of their own. The
//! guest can forge all of it (the user's code runs in the same interpreter), so nothing that it says is believed
//! beyond its own result: texts are bounded, and what does not parse is a fault of the guest.

mod answer;
mod channel;
mod config;
mod functions;
mod harness;
mod interpreter;
mod protocol;
mod result;

pub(crate) use config::GuestConfig;
pub(crate) use harness::{FILES as HARNESS_FILES, ROOT as HARNESS_ROOT};
pub(crate) use interpreter::{InterpreterOptions, LiveInterpreter};
pub(crate) use protocol::Request;
pub use protocol::{Completeness, Completion};
pub(crate) use result::{conclude, stream, text};
