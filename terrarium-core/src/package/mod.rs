//! Python files from outside: archives mounted into a layer.

mod archive;
mod error;
mod host_file;
mod lock;
mod metadata;
mod name;
mod placed;
mod positioned;
mod recent;
mod record;
mod tags;
mod wheel;

pub(crate) use archive::{ArchiveError, mount};
pub use error::PackageError;
pub(crate) use lock::{LOCK_FILE, Lock};
pub(crate) use name::normalize;
pub(crate) use tags::Target;
pub(crate) use wheel::Wheel;
