//! Flags of `mmap` and `msync`.

use bitflags::bitflags;

bitflags! {
    /// Access to a mapping (`PROT_*`).
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct Protection: u32 {
        /// Pages can be read.
        const READ = 1;
        /// Pages can be written.
        const WRITE = 2;
        /// Pages can be executed.
        const EXEC = 4;
    }
}

bitflags! {
    /// Kind of a mapping (`MAP_*`).
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct MapFlags: u32 {
        /// Changes reach the file.
        const SHARED = 0x01;
        /// Changes stay in memory. Both bits together are `MAP_SHARED_VALIDATE`.
        const PRIVATE = 0x02;
        /// Exactly at the address.
        const FIXED = 0x10;
        /// Without a file.
        const ANONYMOUS = 0x20;
        /// Grows downward.
        const GROWSDOWN = 0x100;
        /// Without effect.
        const DENYWRITE = 0x800;
        /// Without effect.
        const EXECUTABLE = 0x1000;
        /// Locked in memory.
        const LOCKED = 0x2000;
        /// Do not reserve swap space.
        const NORESERVE = 0x4000;
        /// Read ahead.
        const POPULATE = 0x8000;
        /// With `POPULATE`: do not wait.
        const NONBLOCK = 0x10000;
        /// Fit for a stack.
        const STACK = 0x20000;
        /// Like `FIXED`, but never over another mapping.
        const FIXED_NOREPLACE = 0x100000;
    }
}

bitflags! {
    /// The way in which `msync` writes back (`MS_*`).
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct MsyncFlags: u32 {
        /// Later.
        const ASYNC = 1;
        /// Drop other copies.
        const INVALIDATE = 2;
        /// Now.
        const SYNC = 4;
    }
}
