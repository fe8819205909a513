//! Who acts, when, and from where.

use super::Ino;
use crate::abi::Timespec;

/// User and group of a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Credentials {
    /// User id; 0 passes all permission checks.
    pub uid: u32,
    /// Group id. There are no supplementary groups.
    pub gid: u32,
}

impl Credentials {
    /// The host and the owner of the layers' own files.
    pub const ROOT: Credentials = Credentials { uid: 0, gid: 0 };
    /// The guest.
    pub const GUEST: Credentials = Credentials { uid: 1000, gid: 1000 };

    /// Whether all permission checks pass.
    pub const fn is_root(self) -> bool {
        self.uid == 0
    }
}

/// What every operation needs to know of its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Context {
    /// Who acts.
    pub cred: Credentials,
    /// The present time, for the times of files.
    pub now: Timespec,
    /// Permission bits that new files do not get.
    pub umask: u32,
}

impl Context {
    /// The guest with the umask 022.
    pub const fn guest(now: Timespec) -> Context {
        Context { cred: Credentials::GUEST, now, umask: 0o022 }
    }

    /// Root with the umask 022.
    pub const fn root(now: Timespec) -> Context {
        Context { cred: Credentials::ROOT, now, umask: 0o022 }
    }
}

/// A path and the directory it starts from if it is not absolute.
#[derive(Clone, Copy, Debug)]
pub struct At<'a> {
    /// Where a relative path starts.
    pub dir: Ino,
    /// The path, without a final NUL.
    pub path: &'a [u8],
}

impl<'a> At<'a> {
    /// A path from the root directory.
    pub const fn root(path: &'a [u8]) -> At<'a> {
        At { dir: Ino::ROOT, path }
    }
}

/// What becomes of a symbolic link that is the last component of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Follow {
    /// Its target is meant.
    Yes,
    /// The link itself is meant (unless a slash follows it).
    No,
}
