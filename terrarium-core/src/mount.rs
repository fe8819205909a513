//! [`Mount`]: a folder or file of the host that code sees.

mod json;

use std::{
    fmt,
    path::PathBuf,
    sync::{Arc, OnceLock},
};

use serde::{Deserialize, Serialize};

use crate::{Error, Result, sys::host_folder};
use terrarium_unix::vfs;

/// The option that errors name.
const OPTION: &str = "mounts";

/// A folder or a file of the host that code sees: [`SandboxOptions::mounts`](crate::SandboxOptions::mounts).
///
/// In JSON it is an object, or the path alone for a read-only mount.
///
/// ```
/// use terrarium_core::{Mount, MountMode, SandboxOptions};
///
/// let options = SandboxOptions::new().mount("data", Mount::read_only("/srv/data"));
/// let json = r#"{"mounts": {"data": "/srv/data", "out": {"path": "/srv/out", "mode": "read-write"}}}"#;
/// let read: SandboxOptions = serde_json::from_str(json).unwrap();
/// assert_eq!(read.mounts["data"], options.mounts["data"]);
/// assert_eq!(read.mounts["out"].mode, MountMode::ReadWrite);
/// ```
#[derive(Clone, Serialize, Deserialize)]
#[serde(from = "json::Form")]
#[non_exhaustive]
pub struct Mount {
    /// The folder or file of the host. The sandbox holds it from its creation on: if it is renamed later, code still sees
    /// the same folder. Default: none; required.
    pub path: PathBuf,
    /// The access of the code. Default: [`MountMode::ReadOnly`].
    pub mode: MountMode,
    /// The bytes by which all runs of the sandbox together may enlarge the folder, in the mode `read-write`. Default: 100
    /// MiB.
    pub max_bytes: u64,
    /// The number of files and folders that all runs of the sandbox together may add, in the mode `read-write`. Default:
    /// 10,000.
    pub max_files: u64,
    /// The open folder. The mounts of a sandbox share it.
    #[serde(skip)]
    held: Held,
}

/// The access of code to a folder of the host. In JSON it is `"read-only"`, `"overlay"` or `"read-write"`.
///
/// ```
/// assert_eq!(serde_json::to_value(terrarium_core::MountMode::ReadWrite).unwrap(), "read-write");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum MountMode {
    /// Code reads the files; every change is refused.
    #[default]
    ReadOnly,
    /// Code reads the files. Its changes stay in the sandbox, where they count against the limits of files, and are in
    /// the result like those of other files.
    Overlay,
    /// Code changes the files of the host.
    ReadWrite,
}

/// A folder that is held open; none yet before the sandbox is created.
#[derive(Clone, Default)]
struct Held(Arc<OnceLock<vfs::HostMount>>);

impl Mount {
    /// Creates a mount that code can read.
    #[must_use]
    pub fn read_only(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), ..Self::default() }
    }

    /// Creates a mount that code can read, and whose changes stay in the sandbox.
    #[must_use]
    pub fn overlay(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), mode: MountMode::Overlay, ..Self::default() }
    }

    /// Creates a mount that code can read and change.
    #[must_use]
    pub fn read_write(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), mode: MountMode::ReadWrite, ..Self::default() }
    }

    /// Sets the field `max_bytes`.
    #[must_use]
    pub fn max_bytes(mut self, max_bytes: u64) -> Self {
        self.max_bytes = max_bytes;
        self
    }

    /// Sets the field `max_files`.
    #[must_use]
    pub fn max_files(mut self, max_files: u64) -> Self {
        self.max_files = max_files;
        self
    }

    /// Opens the folder, anew if another sandbox holds it.
    ///
    /// # Errors
    /// [`Error::InvalidOption`] for a path that cannot be opened, or is neither a folder nor a regular file.
    pub(crate) fn hold(&mut self) -> Result<()> {
        let writes = self.mode == MountMode::ReadWrite;
        let fault = |error| Error::option(OPTION, format!("cannot open {}: {error}", self.path.display()));
        let mount = vfs::HostMount {
            folder: host_folder::open(&self.path, writes).map_err(fault)?,
            mode: match self.mode {
                MountMode::ReadOnly => vfs::MountMode::ReadOnly,
                MountMode::Overlay => vfs::MountMode::Overlay,
                MountMode::ReadWrite => vfs::MountMode::ReadWrite,
            },
            quota: Arc::new(vfs::MountQuota::new(self.max_bytes, self.max_files)),
        };
        self.held = Held(Arc::new(OnceLock::from(mount)));
        Ok(())
    }

    /// Returns the open folder of a sandbox's mount.
    pub(crate) fn held(&self) -> Option<&vfs::HostMount> {
        self.held.0.get()
    }
}

impl Default for Mount {
    fn default() -> Self {
        Self {
            path: PathBuf::new(),
            mode: MountMode::default(),
            max_bytes: 100 << 20,
            max_files: 10_000,
            held: Held::default(),
        }
    }
}

/// Equal mounts have the same options, whether they are open or not.
impl PartialEq for Mount {
    fn eq(&self, other: &Self) -> bool {
        let options = |mount: &Self| (mount.mode, mount.max_bytes, mount.max_files);
        self.path == other.path && options(self) == options(other)
    }
}

impl fmt::Debug for Mount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mount")
            .field("path", &self.path)
            .field("mode", &self.mode)
            .field("max_bytes", &self.max_bytes)
            .field("max_files", &self.max_files)
            .finish_non_exhaustive()
    }
}

impl<P: Into<PathBuf>> From<P> for Mount {
    fn from(path: P) -> Self {
        Self::read_only(path)
    }
}
