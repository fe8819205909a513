//! Numbers and structures of the WASI preview-1 imports that the guest uses.

use super::bytes::put;
use super::mode::FileType;
use bitflags::bitflags;

/// The origin of an offset of `fd_seek`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Whence {
    /// The beginning.
    Set = 0,
    /// The present position.
    Current = 1,
    /// The end.
    End = 2,
}

impl Whence {
    /// Returns the value with this number.
    pub const fn from_raw(raw: i32) -> Option<Whence> {
        Some(match raw {
            0 => Whence::Set,
            1 => Whence::Current,
            2 => Whence::End,
            _ => return None,
        })
    }
}

/// A clock of `clock_time_get`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum ClockId {
    /// Time since 1970.
    Realtime = 0,
    /// Time since an arbitrary start; never decreases.
    Monotonic = 1,
    /// CPU time of the process.
    ProcessCpuTime = 2,
    /// CPU time of the thread.
    ThreadCpuTime = 3,
}

impl ClockId {
    /// Returns the clock with this number.
    pub const fn from_raw(raw: i32) -> Option<ClockId> {
        Some(match raw {
            0 => ClockId::Realtime,
            1 => ClockId::Monotonic,
            2 => ClockId::ProcessCpuTime,
            3 => ClockId::ThreadCpuTime,
            _ => return None,
        })
    }
}

/// The kind of file in an `fdstat`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Filetype {
    /// Any other type, such as a FIFO.
    Unknown = 0,
    /// A block device.
    BlockDevice = 1,
    /// A character device.
    CharacterDevice = 2,
    /// A directory.
    Directory = 3,
    /// A regular file.
    RegularFile = 4,
    /// A datagram socket.
    SocketDgram = 5,
    /// A stream socket.
    SocketStream = 6,
    /// A symbolic link.
    SymbolicLink = 7,
}

impl From<FileType> for Filetype {
    fn from(kind: FileType) -> Filetype {
        match kind {
            FileType::Fifo => Filetype::Unknown,
            FileType::CharDevice => Filetype::CharacterDevice,
            FileType::Directory => Filetype::Directory,
            FileType::BlockDevice => Filetype::BlockDevice,
            FileType::Regular => Filetype::RegularFile,
            FileType::Symlink => Filetype::SymbolicLink,
            FileType::Socket => Filetype::SocketStream,
        }
    }
}

bitflags! {
    /// Flags of an `fdstat`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct FdFlags: u16 {
        /// Always write at the end.
        const APPEND = 1;
        /// Write data through.
        const DSYNC = 2;
        /// Do not wait.
        const NONBLOCK = 4;
        /// Reads wait for written data.
        const RSYNC = 8;
        /// Write data and metadata through.
        const SYNC = 16;
    }
}

bitflags! {
    /// The operations that WASI allows on a descriptor: bits 0 to 28.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct Rights: u64 {
        /// `fd_datasync`.
        const FD_DATASYNC = 1;
        /// `fd_read`.
        const FD_READ = 1 << 1;
        /// `fd_seek`.
        const FD_SEEK = 1 << 2;
        /// `fd_fdstat_set_flags`.
        const FD_FDSTAT_SET_FLAGS = 1 << 3;
        /// `fd_sync`.
        const FD_SYNC = 1 << 4;
        /// `fd_tell`.
        const FD_TELL = 1 << 5;
        /// `fd_write`.
        const FD_WRITE = 1 << 6;
        /// All of them.
        const ALL = (1 << 29) - 1;
    }
}

/// `__wasi_fdstat_t`: the attributes of a descriptor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fdstat {
    /// Kind of file.
    pub filetype: Filetype,
    /// The descriptor's flags.
    pub flags: FdFlags,
    /// The operations allowed on the descriptor.
    pub rights_base: Rights,
    /// The operations allowed on descriptors opened through this one.
    pub rights_inheriting: Rights,
}

impl Fdstat {
    /// Size in bytes.
    pub const SIZE: usize = 24;

    /// The bytes in guest memory.
    pub fn encode(&self) -> [u8; Fdstat::SIZE] {
        let mut out = [0; Fdstat::SIZE];
        put(&mut out, 0, [self.filetype as u8]);
        put(&mut out, 2, self.flags.bits().to_le_bytes());
        put(&mut out, 8, self.rights_base.bits().to_le_bytes());
        put(&mut out, 16, self.rights_inheriting.bits().to_le_bytes());
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fdstat_fields_lie_where_wasi_has_them() {
        let bytes = Fdstat {
            filetype: Filetype::from(FileType::Regular),
            flags: FdFlags::APPEND | FdFlags::NONBLOCK,
            rights_base: Rights::FD_READ,
            rights_inheriting: Rights::FD_WRITE,
        }
        .encode();
        assert_eq!(bytes, [4, 0, 5, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 64, 0, 0, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn numbers_that_mean_nothing_are_refused() {
        assert_eq!(Whence::from_raw(3), None);
        assert_eq!(Whence::from_raw(2), Some(Whence::End));
        assert_eq!(ClockId::from_raw(-1), None);
        assert_eq!(ClockId::from_raw(1), Some(ClockId::Monotonic));
    }
}
