//! Folders and files that only the user can write to.

#[cfg(any(test, not(unix)))]
mod plain;
#[cfg(unix)]
mod unix;

#[cfg(not(unix))]
pub(crate) use plain::{create_dir, create_file, distrust, open_or_create_file};
#[cfg(unix)]
pub(crate) use unix::{create_dir, create_file, distrust, open_or_create_file};
