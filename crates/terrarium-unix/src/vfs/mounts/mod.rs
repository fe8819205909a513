//! Folders and files of the host in the guest's file system.
//!
//! A [`HostMount`] shows a [`HostFolder`] at a path. Its files are not inodes of the file system: each use asks the
//! host. They have numbers from [`FIRST`] on, so that a file system without mounts pays one comparison for them.
//!
//! The walk to a file is the guest's: it resolves links and `..` itself, so that the host is asked for plain names below
//! the folder only, and never follows a link. A link of the host that leads out of its mount is refused.
//!
//! - *Read-only*: every change fails with `EROFS`.
//! - *Overlay*: the first change copies the file into the file system, where it counts against the quotas. The folders
//!   above it become directories that show both ([`Lower`]).
//! - *Read-write*: changes reach the host at once, within a [`MountQuota`].

mod files;
mod folder;
mod listing;
mod locks;
mod lookup;
mod names;
mod nodes;
mod overlay;
mod quota;
mod sums;
mod table;

pub use folder::{HostFile, HostFolder, HostKind, HostName, HostStatus, OpenHostFile};
pub use listing::ListingPlace;
pub use quota::{MountQuota, QuotaUsage};
pub use table::{HostMount, MountMode};

pub(super) use files::{LIBRARY_BOUND, WHOLE_BOUND};
pub(super) use names::Place;
pub(super) use nodes::FIRST;
pub(super) use overlay::Lower;
pub(super) use sums::Sums;
pub(super) use table::Mounts;
