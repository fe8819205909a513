//! Reads of a page that the host can make inaccessible, so that code that never ends can be stopped.
//!
//! The page is a separate memory: no address of the guest refers to it, and the host never has to write to it. A read
//! is at the head of every loop (but see [`forward`]), before one call of every cycle of calls, and wherever much would
//! otherwise be executed without one. [`stretch`] finds the places in one function, [`calls`] applies it to all of
//! them.

mod calls;
mod forward;
mod pass;
mod stretch;

pub(super) use pass::Safepoints;
pub use pass::{SAFEPOINT_EXPORT, SAFEPOINT_MODULE, SAFEPOINT_NAME};
