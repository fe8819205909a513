//! The guest's one process: everything its system calls work on.

use std::sync::Arc;

use super::host::{Channel, Clock, Sleeper, SystemClock, ThreadSleeper, Wake};
use crate::abi::{Errno, OpenFlags, Timespec};
use crate::fd::{CHANNEL, Context, Entropy, FdTable, Object, OpenDescription, Pipes, Streams};
use crate::vfs::{InodeId, Vfs};

/// Bounds on what the guest may make its host do. See each field for the default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Open descriptors, 3 to 65,536; 256 by default.
    pub open_files: u32,
    /// Bytes of one frame on the channel; 256 MiB by default.
    pub frame_bytes: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { open_files: 256, frame_bytes: 256 << 20 }
    }
}

/// The process. A clone shares the host's side (clocks, sleeper, channel, stream sinks) and nothing else.
#[derive(Debug, Clone)]
pub struct Process {
    /// The file system.
    pub vfs: Vfs,
    /// The descriptors.
    pub fds: FdTable,
    /// The buffers of the pipes.
    pub pipes: Pipes,
    /// The standard streams.
    pub streams: Streams,
    /// The working directory.
    pub cwd: InodeId,
    /// Permission bits that new files do not get; 0o022 by default.
    pub umask: u32,
    /// User; 0, because the guest's own C library answers 0 to `geteuid`.
    pub uid: u32,
    /// Group; 0 likewise.
    pub gid: u32,
    /// Random bytes.
    pub entropy: Entropy,
    /// Bounds.
    pub limits: Limits,
    /// What `_emscripten_get_progname` answers.
    pub program_name: String,
    /// Clocks.
    pub clock: Arc<dyn Clock>,
    /// How the guest waits.
    pub sleeper: Arc<dyn Sleeper>,
    /// Where frames go; none refuses them.
    pub channel: Option<Arc<dyn Channel>>,
}
