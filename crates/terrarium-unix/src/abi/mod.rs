//! Facts of the Emscripten ABI: error numbers, flags and the byte layout of C structures.
//!
//! Everything here is plain data for the 32-bit, little-endian guest, taken from Emscripten's C library (musl). The
//! folder imports nothing, and has no code for guest memory or for a file system.

mod bytes;
mod dirent;
mod errno;
mod fcntl;
mod flags;
mod ioctl;
mod iovec;
mod mmap;
mod mode;
mod poll;
mod stat;
mod time;
mod wasi;

pub use dirent::{DIRENT_SIZE, Dirent};
pub use errno::Errno;
pub use fcntl::{FcntlCommand, Flock, LockKind};
pub use flags::{AT_FDCWD, AccessMode, AtFlags, FallocateFlags, OpenAccess, OpenFlags};
pub use ioctl::{IoctlRequest, Winsize};
pub use iovec::Iovec;
pub use mmap::{MapFlags, MsyncFlags, Protection};
pub use mode::{FileType, PERMISSION_BITS, S_IFMT, S_ISGID, S_ISUID, S_ISVTX};
pub use poll::{PollEvents, Pollfd};
pub use stat::{Stat, Statfs};
pub use time::{NANOS_PER_SECOND, Timespec, Tm, UTIME_NOW, UTIME_OMIT};
pub use wasi::{ClockId, FdFlags, Fdstat, Filetype, Rights, Whence};
