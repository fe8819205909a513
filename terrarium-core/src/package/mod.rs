//! Packages: their sources, their dependencies, and the places of their files in the guest.
//!
//! A [`PackageSource`](source::PackageSource) is one package source, and the [`Pool`] contains all package sources of a sandbox. The
//! pool resolves names to [`Available`] packages and their dependencies. [`Wheel`] and [`SiteFolder`]
//! return their files as [`PlacedFile`]s, and [`lay_out`] adds these to a layer. A file is unpacked when the guest
//! reads it.

mod archive;
mod available;
mod content_reader;
mod error;
mod exercise;
mod files;
mod host_file;
mod implied;
mod import_names;
mod import_scan;
mod large_member;
mod lock;
mod name;
mod placed;
mod pool;
mod recent;
mod record;
mod resolver;
mod set_locks;
mod site;
mod source;
mod store;
mod target;
mod wheel;

pub(crate) use archive::{ArchiveError, archive_file, from_archive, mount};
pub(crate) use available::{Available, OpenPackage};
pub use error::PackageError;
pub use exercise::{exercise_lock, exercise_record};
pub(crate) use import_names::package_of;
pub(crate) use import_scan::import_scan;
pub(crate) use lock::{LOCK_FILE, Lock};
pub(crate) use name::{normalize, similar};
pub(crate) use placed::{PackageFiles, PlacedFile, PlacedKind, SITE_PACKAGES, check_places, lay_out};
pub(crate) use pool::{Addition, Installed, Pool};
pub(crate) use set_locks::SET_LOCKS;
pub(crate) use site::{SiteFolder, install_command};
pub(crate) use store::{Distribution, GuestRequest, remove_stale, touch};
pub use store::{DownloadProgress, PackageRequest, PackageStore, StoredPackage};
pub(crate) use target::WheelTarget;
pub(crate) use wheel::Wheel;
