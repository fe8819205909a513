//! The standard streams: an input, and two sinks that keep the first bytes exactly.

use std::fmt::Debug;
use std::sync::Arc;

use super::{Description, Input, Resources};
use crate::abi::{Errno, FileType, PollEvents, Stat};

/// One of the three streams.
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
/// They outlive the descriptors: written bytes remain when the guest closes descriptor 1.
#[derive(Debug, Clone, Default)]
pub struct Streams {
    /// The bytes that the guest reads from descriptor 0.
    pub input: Input,
    /// The bytes that the guest writes to descriptor 1.
    pub output: Output,
    /// The bytes that the guest writes to descriptor 2.
    pub error: Output,
}

impl Streams {
    /// Discards the output so far, as a notebook does: at once, or when there is more (`waits`). The calls before this one
    /// that waited take effect if there was more output since: of these streams, or elsewhere (`is_fresh`). Returns
    /// whether there was more of these.
    pub fn clear(&mut self, waits: bool, is_fresh: bool) -> bool {
        let more = self.settle(is_fresh);
        for output in [&mut self.output, &mut self.error] {
            output.is_fresh = false;
            if waits {
                output.clears = true;
            } else {
                drop(output.take());
            }
        }
        more
    }

    /// Lets the clearing that waits take effect, if there was output since: of these streams, or elsewhere (`is_fresh`).
    /// Returns whether there was some of these.
    pub fn settle(&mut self, is_fresh: bool) -> bool {
        let more = self.output.is_fresh || self.error.is_fresh;
        for output in [&mut self.output, &mut self.error] {
            if output.clears && (more || is_fresh) {
                drop(output.take());
            }
        }
        more
    }
}

/// Receives the bytes that an output keeps, at the moment of the write.
pub trait StreamSink: Debug + Send + Sync {
    /// Receives one write of the guest, as far as it is kept. Never empty.
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
    /// Whether the next write discards what was written before.
    clears: bool,
    /// Whether anything was written since the last clearing that waits for output.
    is_fresh: bool,
}

/// The default for the bytes that a stream keeps: 16 MiB.
const DEFAULT_LIMIT: usize = 16 << 20;

impl Default for Output {
    fn default() -> Self {
        Self::new(DEFAULT_LIMIT)
    }
}

impl Output {
    /// Makes a sink that keeps the first `limit` bytes.
    #[must_use]
    pub const fn new(limit: usize) -> Self {
        Self { limit, kept: Vec::new(), dropped: 0, sink: None, clears: false, is_fresh: false }
    }

    /// Also passes every kept chunk to `sink`.
    #[must_use]
    pub fn with_sink(mut self, sink: Arc<dyn StreamSink>) -> Self {
        self.sink = Some(sink);
        self
    }

    /// Returns the kept bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.kept
    }

    /// Takes the kept bytes, and starts again with the whole limit.
    pub fn take(&mut self) -> Vec<u8> {
        (self.dropped, self.clears) = (0, false);
        std::mem::take(&mut self.kept)
    }

    /// Returns the number of bytes written beyond the limit.
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
        self.is_fresh |= !data.is_empty();
        if self.clears && self.is_fresh {
            drop(self.take());
        }
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
            // Distinct inode numbers, so that no two streams look like one file.
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
            Self::Input => with.streams.input.read(buffer),
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

    fn readiness(&self, with: &mut Resources<'_>) -> PollEvents {
        match self {
            // Also at its end: a read answers at once.
            Self::Input if with.streams.input.wait(0) => PollEvents::IN | PollEvents::RDNORM,
            Self::Input => PollEvents::empty(),
            Self::Output | Self::Error => PollEvents::OUT | PollEvents::WRNORM,
        }
    }
}

/// Copies as much as fits, and returns the number of bytes.
pub(super) fn copy(from: &[u8], to: &mut [u8]) -> usize {
    let count = from.len().min(to.len());
    if let (Some(from), Some(to)) = (from.get(..count), to.get_mut(..count)) {
        to.copy_from_slice(from);
    }
    count
}
