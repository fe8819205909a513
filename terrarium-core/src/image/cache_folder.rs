//! [`CacheFolder`]: the content of the cache folder, and its removal.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use serde::Serialize;

use super::housekeeping;
use crate::{Result, cache::Cache};

/// The cache folder: images and compiled code, which are made again when they are missing, and downloaded packages.
///
/// Sandboxes and builds keep it within [`SandboxOptions::cache_bytes`](crate::SandboxOptions::cache_bytes). Threads and
/// processes may use one folder at the same time. An image that a process has open is never removed, and neither are
/// downloaded packages: see [`PackageStore::remove`](crate::PackageStore::remove).
///
/// ```
/// # fn main() -> terrarium_core::Result<()> {
/// # let folder = std::env::temp_dir().join(format!("terrarium-doc-{}", std::process::id()));
/// use terrarium_core::CacheFolder;
///
/// let cache = CacheFolder::open(Some(&folder))?;
/// assert!(cache.list()?.is_empty());
/// assert!(cache.prune(Some(1 << 30), None)?.is_empty());
/// # let _ = std::fs::remove_dir_all(&folder);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct CacheFolder {
    cache_dir: Option<PathBuf>,
    path: PathBuf,
}

/// One file of the cache folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CacheEntry {
    /// The kind of content.
    pub kind: CacheKind,
    /// The name: that of the image, of the package's file, or else of the file.
    pub name: String,
    /// The path of the file.
    pub path: PathBuf,
    /// The space that the file takes on the disk, in bytes.
    pub bytes: u64,
    /// The time of the last use in seconds since 1970, exact to a day.
    pub used: u64,
    /// Whether a process has the image open, or downloads into the folder of an index's files.
    pub is_open: bool,
}

/// The kind of a file in the cache folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CacheKind {
    /// Machine code of the interpreter or of a library, with its table of symbols.
    Code,
    /// Machine code of functions, for the next image.
    Functions,
    /// Bytecode of a package.
    Bytecode,
    /// An image.
    Image,
    /// A page of an index, as it was sent.
    Index,
    /// A downloaded package.
    Package,
}

impl CacheKind {
    /// The stable name of the kind, as in JSON.
    ///
    /// ```
    /// assert_eq!(terrarium_core::CacheKind::Image.as_str(), "image");
    /// ```
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Code => "code",
            Self::Functions => "functions",
            Self::Bytecode => "bytecode",
            Self::Index => "index",
            Self::Package => "package",
        }
    }
}

impl CacheFolder {
    /// Opens a cache folder: [`SandboxOptions::cache_dir`](crate::SandboxOptions::cache_dir), or the default folder.
    /// Creates it if needed.
    ///
    /// # Errors
    /// [`Error::Cache`](crate::Error::Cache), when it cannot be created or others can write to it.
    pub fn open(cache_dir: Option<&Path>) -> Result<Self> {
        let path = Cache::open(cache_dir)?.path("");
        Ok(Self { cache_dir: cache_dir.map(Path::to_owned), path })
    }

    /// Returns the folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Lists the files, by kind and name.
    ///
    /// # Errors
    /// [`Error::Cache`](crate::Error::Cache) for a folder that cannot be read.
    pub fn list(&self) -> Result<Vec<CacheEntry>> {
        housekeeping::entries(&Cache::open(self.cache_dir.as_deref())?)
    }

    /// Removes files and returns them: images that this version cannot use, files that were not used for the time
    /// `unused_for`, and the files that were not used for the longest time until the rest takes at most `bytes`.
    ///
    /// # Errors
    /// [`Error::Cache`](crate::Error::Cache) for a folder that cannot be read.
    pub fn prune(&self, bytes: Option<u64>, unused_for: Option<Duration>) -> Result<Vec<CacheEntry>> {
        housekeeping::prune_all(self.cache_dir.as_deref(), bytes, unused_for)
    }

    /// Removes all files but downloaded packages and open images, and returns them.
    ///
    /// # Errors
    /// [`Error::Cache`](crate::Error::Cache) for a folder that cannot be read.
    pub fn clear(&self) -> Result<Vec<CacheEntry>> {
        self.prune(Some(0), Some(Duration::ZERO))
    }
}
