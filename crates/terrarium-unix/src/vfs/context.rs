//! The caller of an operation, the time, and the starting directory.

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
    /// The host, which is also the owner of the layers' files.
    pub const ROOT: Credentials = Credentials { uid: 0, gid: 0 };
    /// The guest.
    pub const GUEST: Credentials = Credentials { uid: 1000, gid: 1000 };

    /// Whether all permission checks pass.
    pub const fn is_root(self) -> bool {
        self.uid == 0
    }
}

/// The caller of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Context {
    /// The caller's user and group.
    pub cred: Credentials,
    /// The present time, for the times of files: whole microseconds, because the guest's C library sets no finer ones.
    pub now: Timespec,
    /// Permission bits that are withheld from new files.
    pub umask: u32,
}

impl Context {
    /// Makes the context of the guest with the umask 022.
    pub const fn guest(now: Timespec) -> Context {
        Context { cred: Credentials::GUEST, now: now.whole_micros(), umask: 0o022 }
    }

    /// Makes the context of root with the umask 022.
    pub const fn root(now: Timespec) -> Context {
        Context { cred: Credentials::ROOT, now: now.whole_micros(), umask: 0o022 }
    }
}

/// A path, and the directory it starts from if it is relative.
#[derive(Clone, Copy, Debug)]
pub struct At<'a> {
    /// The start of a relative path.
    pub dir: Ino,
    /// The path, without a final NUL.
    pub path: &'a [u8],
}

impl<'a> At<'a> {
    /// Makes a path from the root directory.
    pub const fn root(path: &'a [u8]) -> At<'a> {
        At { dir: Ino::ROOT, path }
    }
}

/// The treatment of a symbolic link that is the last component of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Follow {
    /// The path means the target of the link.
    Yes,
    /// The path means the link itself (unless a slash follows it).
    No,
}
