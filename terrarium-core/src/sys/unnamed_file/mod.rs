//! Files without a name: the system removes them when the process ends, however it ends.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(any(test, not(target_os = "linux")))]
mod plain;

#[cfg(target_os = "linux")]
pub(crate) use linux::{create, give_name};
#[cfg(not(target_os = "linux"))]
pub(crate) use plain::{create, give_name};
