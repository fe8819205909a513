//! The memory that the machine can still give, and giving memory back to it.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(any(test, not(target_os = "linux")))]
mod plain;

#[cfg(target_os = "linux")]
pub(crate) use linux::{available, give_back};
#[cfg(not(target_os = "linux"))]
pub(crate) use plain::{available, give_back};
