//! Python files from outside: archives mounted into a layer.

mod archive;

pub(crate) use archive::{ArchiveError, mount};
