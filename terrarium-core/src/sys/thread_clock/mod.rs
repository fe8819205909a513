//! The processor time of one thread, readable from other threads.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(any(test, not(target_os = "linux")))]
mod plain;

#[cfg(target_os = "linux")]
pub(crate) use linux::ThreadClock;
#[cfg(not(target_os = "linux"))]
pub(crate) use plain::ThreadClock;
