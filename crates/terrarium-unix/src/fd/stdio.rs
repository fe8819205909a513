//! The standard streams: bytes given beforehand, and two sinks that keep the first bytes exactly.

use std::fmt::Debug;
use std::sync::Arc;

use super::{Description, Resources};
use crate::abi::{Errno, FileType, PollEvents, Stat};

/// Which of the three.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StandardStream {
    /// Descriptor 0.
    Input,
    /// Descriptor 1.
    Output,
    /// Descriptor 2.
    Error,
}

/// The three streams of a run.
///
/// They outlive the descriptors: what was written stays when the guest closes descriptor 1.
#[derive(Debug, Clone, Default)]
pub struct Streams {
    /// What the guest reads from descriptor 0.
    pub input: Input,
    /// What it writes to descriptor 1.
    pub output: Output,
    /// What it writes to descriptor 2.
    pub error: Output,
}

/// Standard input: the bytes that were given, then the end of file.
#[derive(Debug, Clone, Default)]
pub struct Input {
    bytes: Arc<[u8]>,
    position: usize,
}

impl Input {
    /// An input that holds `bytes`.
    #[must_use]
    pub fn new(bytes: impl Into<Arc<[u8]>>) -> Self {
        Self { bytes: bytes.into(), position: 0 }
    }

    /// What has not been read yet.
    #[must_use]
    pub fn rest(&self) -> &[u8] {
        self.bytes.get(self.position..).unwrap_or_default()
    }

    fn read(&mut self, buffer: &mut [u8]) -> usize {
        let count = copy(self.rest(), buffer);
        self.position = self.position.saturating_add(count);
        count
    }
}

/// Hears what an output keeps, the moment it is written.
pub trait StreamSink: Debug + Send + Sync {
    /// One write of the guest, as far as it is kept. Never empty.
    fn chunk(&self, bytes: &[u8]);
}

/// Standard output or error: keeps the first `limit` bytes exactly and counts the rest.
///
/// A write never fails because of the limit, so that a talkative program runs to its end.
#[derive(Debug, Clone)]
pub struct Output {
    limit: usize,
    kept: Vec<u8>,
    dropped: u64,
    sink: Option<Arc<dyn StreamSink>>,
}

/// Bytes that a stream keeps unless told otherwise: 16 MiB.
const DEFAULT_LIMIT: usize = 16 << 20;

impl Default for Output {
    fn default() -> Self {
        Self::new(DEFAULT_LIMIT)
    }
}

impl Output {
    /// A sink that keeps the first `limit` bytes.
    #[must_use]
    pub const fn new(limit: usize) -> Self {
        Self { limit, kept: Vec::new(), dropped: 0, sink: None }
    }

    /// Also tells `sink` every chunk that is kept.
    #[must_use]
    pub fn with_sink(mut self, sink: Arc<dyn StreamSink>) -> Self {
        self.sink = Some(sink);
        self
    }

    /// What was kept.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.kept
    }

    /// Takes what was kept, and starts again with the whole limit.
    pub fn take(&mut self) -> Vec<u8> {
        self.dropped = 0;
        std::mem::take(&mut self.kept)
    }

    /// How many bytes were written beyond the limit.
    #[must_use]
    pub const fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Whether anything was dropped.
    #[must_use]
    pub const fn truncated(&self) -> bool {
        self.dropped > 0
    }

    fn write(&mut self, data: &[u8]) {
        let room = self.limit.saturating_sub(self.kept.len());
        let (kept, dropped) = data.split_at_checked(room).unwrap_or((data, &[]));
        self.kept.extend_from_slice(kept);
        self.dropped = self.dropped.saturating_add(u64::try_from(dropped.len()).unwrap_or(u64::MAX));
        if let (Some(sink), false) = (&self.sink, kept.is_empty()) {
            sink.chunk(kept);
        }
    }
}

impl Description for StandardStream {
    fn stat(&self, with: &mut Resources<'_>) -> Result<Stat, Errno> {
        Ok(Stat {
            // Numbers of their own, so that no two streams look like one file.
            ino: (*self as u64).saturating_add(1_000_000),
            mode: FileType::CharDevice.mode_bits() | 0o620,
            nlink: 1,
            uid: with.by.cred.uid,
            gid: with.by.cred.gid,
            blksize: 4096,
            ..Stat::default()
        })
    }

    fn read(&mut self, with: &mut Resources<'_>, buffer: &mut [u8]) -> Result<usize, Errno> {
        match self {
            Self::Input => Ok(with.streams.input.read(buffer)),
            Self::Output | Self::Error => Err(Errno::EBADF),
        }
    }

    fn write(&mut self, with: &mut Resources<'_>, data: &[u8]) -> Result<usize, Errno> {
        match self {
            Self::Input => return Err(Errno::EBADF),
            Self::Output => with.streams.output.write(data),
            Self::Error => with.streams.error.write(data),
        }
        Ok(data.len())
    }

    fn waiting(&self, with: &mut Resources<'_>) -> Result<u64, Errno> {
        match self {
            Self::Input => Ok(u64::try_from(with.streams.input.rest().len()).unwrap_or(u64::MAX)),
            Self::Output | Self::Error => Err(Errno::ENOTTY),
        }
    }

    fn readiness(&self, _: &mut Resources<'_>) -> PollEvents {
        match self {
            // At its end too: a read answers at once.
            Self::Input => PollEvents::IN | PollEvents::RDNORM,
            Self::Output | Self::Error => PollEvents::OUT | PollEvents::WRNORM,
        }
    }
}

/// Copies as much as fits, and says how much that was.
pub(super) fn copy(from: &[u8], to: &mut [u8]) -> usize {
    let count = from.len().min(to.len());
    if let (Some(from), Some(to)) = (from.get(..count), to.get_mut(..count)) {
        to.copy_from_slice(from);
    }
    count
}
