//! Stopping a guest from outside: deadlines, cancellation, and the safepoint page.

mod account;
pub(in crate::engine) mod interrupt;
pub(in crate::engine) mod safepoint;
mod watchdog;
