//! [`ImageHeader`]: the description of an image in its file.

use serde::{Deserialize, Serialize};

use crate::{engine::SnapshotRecord, guest::GuestConfig};
use terrarium_unix::syscall::{MappedFile, OpenFile};

/// The version of the file's form and content; a change raises it.
pub(super) const FORMAT: u32 = 7;

/// The description of an image in its file.
#[derive(Serialize, Deserialize)]
pub(super) struct ImageHeader {
    pub(super) format: u32,
    pub(super) name: String,
    pub(super) version: String,
    pub(super) python: String,
    pub(super) target: String,
    /// See [`compatibility`](crate::engine::compatibility).
    pub(super) compatibility: String,
    /// See [`guest_key`](crate::provision::guest_key).
    pub(super) guest: String,
    pub(super) packages: Vec<String>,
    /// See [`ImageInfo::versions`](crate::ImageInfo::versions).
    #[serde(default)]
    pub(super) versions: Vec<String>,
    pub(super) modules: Vec<String>,
    /// See [`ImageInfo::warnings`](crate::ImageInfo::warnings).
    #[serde(default)]
    pub(super) warnings: Vec<String>,
    /// The environment variables that packages read when they were imported.
    #[serde(default)]
    pub(super) reads: Vec<String>,
    /// See [`ImageOptions::inline`](crate::ImageOptions::inline).
    pub(super) inline: bool,
    /// See [`ImageOptions::portable`](crate::ImageOptions::portable).
    pub(super) portable: bool,
    /// The length of the machine code; its hash in hexadecimal follows.
    pub(super) code: u64,
    pub(super) sha256: String,
    /// Whether the file contains the packages' files.
    pub(super) is_complete: bool,
    pub(super) config: GuestConfig,
    pub(super) open_files: Vec<OpenFile>,
    pub(super) mapped_files: Vec<MappedFile>,
    pub(super) snapshot: SnapshotRecord,
}
