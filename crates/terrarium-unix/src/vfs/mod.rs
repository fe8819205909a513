//! The guest's file system: inodes in memory, a shared read-only layer below, a private writable top.
//!
//! A [`Layer`] is an immutable tree that any number of sandboxes share. A [`Vfs`] starts as a view of one layer and
//! stores changes as *inodes* that replace the layer's. A new view is free, and deletions need no markers: a directory
//! simply no longer names the deleted file.
//!
//! A system call is served in two steps: [`Vfs::resolve`] or [`Vfs::open`] walk a path to an inode number ([`Ino`]),
//! and the other methods work on that number. A [`Context`] holds the caller, the time and the umask; the file system
//! never reads a clock. A failure is an [`Errno`](crate::abi::Errno); each method lists its errors in the order of the
//! checks.
//!
//! # Rules
//! - Paths are bytes, at most 4095 ([`PATH_MAX`] with the final NUL), names at most 255 ([`NAME_MAX`]), one walk
//!   follows at most 40 symbolic links ([`SYMLINKS_MAX`]).
//! - Owner, group and other bits are enforced; user 0 passes all checks. The layer's own files belong to
//!   user 0, so the guest meets `EACCES` there. `EROFS` comes from mounts of the host's folders alone.
//! - Times: reading never changes the access time (as with a `noatime` mount). Changing content sets `mtime` and
//!   `ctime`, changing attributes or links sets `ctime`, changing a directory sets the directory's `mtime` and `ctime`.
//!   All times are whole microseconds, so that a copied time equals the original.
//! - Quotas ([`VfsLimits`]) count logical sizes, so holes count; memory for holes is not allocated until it is written.
//! - A fork ([`Clone`]) and a [`Mark`] cost next to nothing and share all content with the original until one of
//!   them changes it; the content they saw lives as long as they do.

mod attr;
mod changes;
mod content;
mod context;
mod device;
mod directory;
mod dirs;
mod file;
mod host;
mod ino;
mod inode;
mod io;
mod layer;
mod layer_builder;
mod limits;
mod mount;
mod mounts;
mod names;
mod open;
mod permission;
mod rename;
mod shadow;
mod state;
mod tree;
mod walk;

pub use attr::{SetTime, SetTimes};
pub use changes::{Changes, Mark};
pub use content::{Content, ReadAt};
pub use context::{At, Context, Credentials, Follow};
pub use device::DeviceId;
pub use dirs::DirEntry;
pub use host::HostEntry;
pub use ino::Ino;
pub use inode::NodeKind;
pub use layer::Layer;
pub use layer_builder::{LayerBuilder, LayerError};
pub use limits::{Usage, VfsLimits};
pub use mounts::{
    HostFile, HostFolder, HostKind, HostMount, HostName, HostStatus, ListingPlace, MountMode, MountQuota, OpenHostFile,
    QuotaUsage,
};
pub use open::OpenInode;
pub use shadow::Shadow;
pub use state::Vfs;
pub use walk::{NAME_MAX, PATH_MAX, SYMLINKS_MAX};
