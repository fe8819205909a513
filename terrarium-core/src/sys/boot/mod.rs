//! The identity of the machine's present boot, to detect that the machine was restarted.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(any(test, not(target_os = "linux")))]
mod plain;

#[cfg(target_os = "linux")]
pub(crate) use linux::id;
#[cfg(not(target_os = "linux"))]
pub(crate) use plain::id;
