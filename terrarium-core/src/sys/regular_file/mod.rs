//! Regular files of the host, read by position.

#[cfg(any(test, not(unix)))]
mod plain;
#[cfg(unix)]
mod unix;

#[cfg(not(unix))]
pub(crate) use plain::{disk_bytes, is_executable, open, read_at};
#[cfg(unix)]
pub(crate) use unix::{disk_bytes, is_executable, open, read_at};
