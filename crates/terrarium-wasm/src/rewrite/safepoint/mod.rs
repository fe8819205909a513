//! Reads of a page that the host can take away, so that code which never ends can be stopped.
//!
//! The page is a memory of its own: no address of the guest's means it, and the host never has to write to it. A read
//! stands at the head of every loop (but see [`forward`]), before one call of every cycle of calls, and wherever else much
//! would be executed without one: [`stretch`] finds the places in one function, [`calls`] asks it about all of them.

mod calls;
mod forward;
mod pass;
mod stretch;

pub(super) use pass::Safepoints;
pub use pass::{SAFEPOINT_EXPORT, SAFEPOINT_MODULE, SAFEPOINT_NAME};
