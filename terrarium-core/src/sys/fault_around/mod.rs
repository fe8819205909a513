//! Mapping the pages of a file one by one instead of sixteen at a time.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(any(test, not(target_os = "linux")))]
mod plain;

#[cfg(target_os = "linux")]
pub(crate) use linux::disable;
#[cfg(not(target_os = "linux"))]
pub(crate) use plain::disable;
