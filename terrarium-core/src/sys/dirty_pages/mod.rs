//! The pages of memory that were written to since the memory was mapped.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(any(test, not(target_os = "linux")))]
mod plain;

#[cfg(target_os = "linux")]
pub(crate) use linux::{faults, written, written_at};
#[cfg(not(target_os = "linux"))]
pub(crate) use plain::{faults, written, written_at};
