//! The priority of a thread that works in the background.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(any(test, not(target_os = "linux")))]
mod plain;

#[cfg(target_os = "linux")]
pub(crate) use linux::lower;
#[cfg(not(target_os = "linux"))]
pub(crate) use plain::lower;
