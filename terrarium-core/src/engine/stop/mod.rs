//! Stopping a guest from outside: deadlines, cancellation, and the safepoint page.

pub(in crate::engine) mod interrupt;
pub(in crate::engine) mod safepoint;
mod watchdog;
