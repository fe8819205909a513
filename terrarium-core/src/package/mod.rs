//! Packages from outside: where they come from, which are needed, and where their files lie in the guest.
//!
//! A [`Source`](source::Source) is one place with packages, the [`Pool`] all of a sandbox together. It finds what
//! [`Available`](available::Available) packages a name stands for and what they need; [`Wheel`] and [`Site`] give
//! their files as [`PlacedFile`]s, and [`lay_out`] puts these into a layer. Nothing is unpacked but what the guest
//! reads.

mod archive;
mod available;
mod download;
mod error;
mod host_file;
mod import_scan;
mod lock;
mod metadata;
mod name;
mod placed;
mod pool;
mod positioned;
mod recent;
mod record;
mod site;
mod source;
mod store;
mod tags;
mod wheel;

pub(crate) use archive::{ArchiveError, from_archive, mount};
pub(crate) use available::Available;
pub use download::DownloadProgress;
pub use error::PackageError;
pub(crate) use import_scan::import_scan;
pub(crate) use lock::Lock;
pub(crate) use name::{normalize, similar};
pub(crate) use placed::{PackageFiles, PlacedFile, PlacedKind, SITE_PACKAGES, lay_out};
pub(crate) use pool::Pool;
pub(crate) use site::Site;
pub(crate) use store::Distribution;
pub use store::{PackageStore, StoredPackage};
pub(crate) use tags::Target;
pub(crate) use wheel::Wheel;
