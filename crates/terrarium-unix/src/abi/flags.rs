//! Flags of the path and file calls: `O_*`, `AT_*`, `R_OK` and its relatives, `FALLOC_FL_*`.

use bitflags::bitflags;

/// The directory descriptor that stands for the current directory.
pub const AT_FDCWD: i32 = -100;

bitflags! {
    /// Flags of `open`. The access mode is not a set of bits: see [`OpenFlags::access`].
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct OpenFlags: u32 {
        /// Open for writing only.
        const WRONLY = 0o1;
        /// Open for reading and writing.
        const RDWR = 0o2;
        /// Create the file if it is missing.
        const CREAT = 0o100;
        /// With `CREAT`: fail if it exists.
        const EXCL = 0o200;
        /// Do not become the controlling terminal.
        const NOCTTY = 0o400;
        /// Empty the file.
        const TRUNC = 0o1000;
        /// Always write at the end.
        const APPEND = 0o2000;
        /// Do not wait.
        const NONBLOCK = 0o4000;
        /// Write data through.
        const DSYNC = 0o10000;
        /// Signal-driven input and output.
        const ASYNC = 0o20000;
        /// Bypass caches.
        const DIRECT = 0o40000;
        /// Set by the C library on every call; has no effect.
        const LARGEFILE = 0o100000;
        /// Fail if it is not a directory.
        const DIRECTORY = 0o200000;
        /// Fail if the last component is a symbolic link.
        const NOFOLLOW = 0o400000;
        /// Do not update the access time.
        const NOATIME = 0o1000000;
        /// Close on `exec`.
        const CLOEXEC = 0o2000000;
        /// Write data and metadata through (with `DSYNC` this is `O_SYNC`).
        const SYNC = 0o4000000;
        /// Only refer to the path; neither read nor write.
        const PATH = 0o10000000;
        /// With `DIRECTORY`: an unnamed temporary file.
        const TMPFILE = 0o20000000;
    }
}

/// The access mode of an open file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OpenAccess {
    /// `O_RDONLY`.
    Read,
    /// `O_WRONLY`.
    Write,
    /// `O_RDWR`.
    ReadWrite,
    /// `O_PATH`: neither.
    Path,
}

impl OpenAccess {
    /// Whether reading is allowed.
    pub const fn readable(self) -> bool {
        matches!(self, OpenAccess::Read | OpenAccess::ReadWrite)
    }

    /// Whether writing is allowed.
    pub const fn writable(self) -> bool {
        matches!(self, OpenAccess::Write | OpenAccess::ReadWrite)
    }
}

impl OpenFlags {
    /// The bits of the access mode.
    pub const ACCESS: OpenFlags = OpenFlags::WRONLY.union(OpenFlags::RDWR).union(OpenFlags::PATH);
    /// The flags that `fcntl(F_SETFL)` can change.
    pub const SETTABLE: OpenFlags = OpenFlags::APPEND
        .union(OpenFlags::ASYNC)
        .union(OpenFlags::DIRECT)
        .union(OpenFlags::NOATIME)
        .union(OpenFlags::NONBLOCK);

    /// Returns the access mode, or `None` for the meaningless combination of `O_WRONLY` and `O_RDWR`.
    pub const fn access(self) -> Option<OpenAccess> {
        if self.contains(OpenFlags::PATH) {
            return Some(OpenAccess::Path);
        }
        match (self.contains(OpenFlags::WRONLY), self.contains(OpenFlags::RDWR)) {
            (false, false) => Some(OpenAccess::Read),
            (true, false) => Some(OpenAccess::Write),
            (false, true) => Some(OpenAccess::ReadWrite),
            (true, true) => None,
        }
    }
}

bitflags! {
    /// Flags of the `…at` calls.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct AtFlags: u32 {
        /// Act on a symbolic link itself.
        const SYMLINK_NOFOLLOW = 0x100;
        /// `unlinkat`: remove a directory.
        const REMOVEDIR = 0x200;
        /// `faccessat`: check with the effective ids (the same bit as `REMOVEDIR`).
        const EACCESS = 0x200;
        /// `linkat`: follow a symbolic link.
        const SYMLINK_FOLLOW = 0x400;
        /// Without effect: there is nothing to mount.
        const NO_AUTOMOUNT = 0x800;
        /// An empty path means the directory descriptor itself.
        const EMPTY_PATH = 0x1000;
    }
}

bitflags! {
    /// The access that `access` asks for. The empty set (`F_OK`) asks for existence alone.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct AccessMode: u32 {
        /// `X_OK`: execute a file, search a directory.
        const EXECUTE = 1;
        /// `W_OK`.
        const WRITE = 2;
        /// `R_OK`.
        const READ = 4;
    }
}

bitflags! {
    /// Modes of `fallocate`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct FallocateFlags: u32 {
        /// Reserve without changing the size.
        const KEEP_SIZE = 1;
        /// Free the range.
        const PUNCH_HOLE = 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn composed_flags_have_the_c_library_s_values() {
        assert_eq!(OpenFlags::SYNC.bits(), 0o4000000);
        assert_eq!((OpenFlags::TMPFILE | OpenFlags::DIRECTORY).bits(), 0o20200000);
        assert_eq!(OpenFlags::ACCESS.bits(), 0o10000003);
        assert_eq!(OpenFlags::DIRECTORY.bits(), 65536);
        assert_eq!(OpenFlags::all().bits(), 0o37777703);
    }

    #[test]
    fn access_mode_is_read_from_the_low_bits() {
        assert_eq!(OpenFlags::empty().access(), Some(OpenAccess::Read));
        assert_eq!((OpenFlags::WRONLY | OpenFlags::CREAT).access(), Some(OpenAccess::Write));
        assert_eq!(OpenFlags::RDWR.access(), Some(OpenAccess::ReadWrite));
        assert_eq!((OpenFlags::WRONLY | OpenFlags::RDWR).access(), None);
        assert_eq!((OpenFlags::PATH | OpenFlags::RDWR).access(), Some(OpenAccess::Path));
    }
}
