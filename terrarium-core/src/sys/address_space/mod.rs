//! The limit of the process's address space (`ulimit -v`).

#[cfg(target_os = "linux")]
mod linux;
#[cfg(any(test, not(target_os = "linux")))]
mod plain;

#[cfg(target_os = "linux")]
pub(crate) use linux::{is_refusal, limit};
#[cfg(not(target_os = "linux"))]
pub(crate) use plain::{is_refusal, limit};
