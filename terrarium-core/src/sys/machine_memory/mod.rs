//! The free memory of the machine, and the return of memory to it.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(any(test, not(target_os = "linux")))]
mod plain;

#[cfg(target_os = "linux")]
pub(crate) use linux::{available, give_back, with_swap};
#[cfg(not(target_os = "linux"))]
pub(crate) use plain::{available, give_back, with_swap};
