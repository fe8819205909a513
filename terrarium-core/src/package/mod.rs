//! Python files from outside: archives mounted into a layer.

mod archive;
mod host_file;
mod positioned;
mod recent;

pub(crate) use archive::{ArchiveError, mount};
