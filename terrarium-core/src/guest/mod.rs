//! The protocol with the harness, the Python package inside the guest that runs the user's code.
//!
//! Requests and responses are JSON in `bytes`; displays and values are frames on a separate descriptor. The guest can
//! forge all of them, since the user's code runs in the same interpreter. So they are trusted for nothing beyond the
//! run's own result: texts are bounded, and a message that does not parse is a fault of the guest.

mod answer;
mod channel;
mod config;
mod displays;
mod document;
mod exercise;
mod functions;
mod harness;
mod input;
mod interpreter;
mod limits;
mod protocol;
mod receivers;
mod reply;
mod result;

pub(crate) use answer::{Answer, Outcome};
pub(crate) use config::GuestConfig;
pub use exercise::exercise;
pub(crate) use harness::{FILES as HARNESS_FILES, ROOT as HARNESS_ROOT};
pub(crate) use interpreter::LiveInterpreter;
pub(crate) use limits::InterpreterOptions;
pub use protocol::{Completeness, Completion};
pub(crate) use protocol::{FunctionNames, Noted, Request};
pub(crate) use receivers::{Receivers, stream};
pub(crate) use result::{cancelled, conclude, text};
