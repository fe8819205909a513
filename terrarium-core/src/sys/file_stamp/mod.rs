//! The identity and state of a file, to detect that it was replaced or changed.

#[cfg(any(test, not(unix)))]
mod plain;
#[cfg(unix)]
mod unix;

#[cfg(not(unix))]
pub(crate) use plain::{ChangeStamp, FileStamp};
#[cfg(unix)]
pub(crate) use unix::{ChangeStamp, FileStamp};
