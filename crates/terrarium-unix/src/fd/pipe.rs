//! Pipes: a bounded queue with a reading and a writing end.

use std::collections::VecDeque;

use slab::Slab;

use super::{Description, Resources};
use crate::abi::{Errno, FileType, PollEvents, Stat};

/// The capacity of a pipe in bytes; a write beyond it is refused.
pub const PIPE_CAPACITY: usize = 64 * 1024;

/// The largest write that is never split.
const PIPE_BUF: usize = 4096;

/// The identity of a pipe in [`Pipes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PipeId(usize);

/// The buffers of all pipes of the process.
#[derive(Debug, Clone, Default)]
pub struct Pipes(Slab<Pipe>);

#[derive(Debug, Clone)]
struct Pipe {
    queue: VecDeque<u8>,
    capacity: usize,
    reader: bool,
    writer: bool,
}

impl Pipes {
    /// Makes a pipe, and returns its reading and its writing end.
    pub fn create(&mut self) -> (PipeEnd, PipeEnd) {
        self.create_with(PIPE_CAPACITY)
    }

    /// Makes a pipe that holds `capacity` bytes, and returns its reading and its writing end.
    pub(super) fn create_with(&mut self, capacity: usize) -> (PipeEnd, PipeEnd) {
        let id = PipeId(self.0.insert(Pipe { queue: VecDeque::new(), capacity, reader: true, writer: true }));
        (PipeEnd { id, writes: false }, PipeEnd { id, writes: true })
    }

    /// Returns the number of pipes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no pipe.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// One end of a pipe.
///
/// No other thread can run while the guest waits. An operation that would wait therefore fails with `EAGAIN`, whether
/// or not the descriptor is in blocking mode.
#[derive(Debug, Clone)]
pub struct PipeEnd {
    id: PipeId,
    writes: bool,
}

impl PipeEnd {
    fn pipe<'a>(&self, with: &'a mut Resources<'_>) -> Result<&'a mut Pipe, Errno> {
        with.pipes.0.get_mut(self.id.0).ok_or(Errno::EBADF)
    }

    /// Returns the inode number that `stat` reports, beyond those of the standard streams.
    pub(super) fn number(&self) -> u64 {
        u64::try_from(self.id.0).unwrap_or(u64::MAX).saturating_add(2_000_000)
    }

    /// Returns the number of bytes that can be written at once.
    pub(super) fn room(&self, with: &mut Resources<'_>) -> Result<usize, Errno> {
        let pipe = self.pipe(with)?;
        if pipe.reader { Ok(pipe.capacity.saturating_sub(pipe.queue.len())) } else { Err(Errno::EPIPE) }
    }

    /// Reads from the `start`-th byte on and leaves all bytes in the pipe.
    pub(super) fn peek(&self, with: &mut Resources<'_>, start: usize, buffer: &mut [u8]) -> Result<usize, Errno> {
        let pipe = self.pipe(with)?;
        if pipe.queue.is_empty() && pipe.writer && !buffer.is_empty() {
            return Err(Errno::EAGAIN);
        }
        let mut count = 0_usize;
        for (to, from) in buffer.iter_mut().zip(pipe.queue.iter().skip(start)) {
            *to = *from;
            count = count.saturating_add(1);
        }
        Ok(count)
    }

    /// Drops the next `count` bytes.
    pub(super) fn skip(&self, with: &mut Resources<'_>, count: usize) {
        if let Ok(pipe) = self.pipe(with) {
            pipe.queue.drain(..count.min(pipe.queue.len()));
        }
    }
}

impl Description for PipeEnd {
    fn stat(&self, with: &mut Resources<'_>) -> Result<Stat, Errno> {
        Ok(Stat {
            ino: self.number(),
            mode: FileType::Fifo.mode_bits() | 0o600,
            nlink: 1,
            uid: with.by.cred.uid,
            gid: with.by.cred.gid,
            blksize: 4096,
            ..Stat::default()
        })
    }

    fn read(&mut self, with: &mut Resources<'_>, buffer: &mut [u8]) -> Result<usize, Errno> {
        if self.writes {
            return Err(Errno::EBADF);
        }
        let pipe = self.pipe(with)?;
        if pipe.queue.is_empty() && pipe.writer && !buffer.is_empty() {
            return Err(Errno::EAGAIN);
        }
        let count = buffer.len().min(pipe.queue.len());
        for (to, from) in buffer.iter_mut().zip(pipe.queue.drain(..count)) {
            *to = from;
        }
        Ok(count)
    }

    fn write(&mut self, with: &mut Resources<'_>, data: &[u8]) -> Result<usize, Errno> {
        if !self.writes {
            return Err(Errno::EBADF);
        }
        let pipe = self.pipe(with)?;
        if !pipe.reader {
            return Err(Errno::EPIPE);
        }
        let room = pipe.capacity.saturating_sub(pipe.queue.len());
        let fits = data.len() <= room;
        if !fits && (room == 0 || data.len() <= PIPE_BUF) {
            return Err(Errno::EAGAIN);
        }
        let taken = data.get(..room).unwrap_or(data);
        pipe.queue.extend(taken);
        Ok(taken.len())
    }

    fn waiting(&self, with: &mut Resources<'_>) -> Result<u64, Errno> {
        Ok(u64::try_from(self.pipe(with)?.queue.len()).unwrap_or(u64::MAX))
    }

    fn readiness(&self, with: &mut Resources<'_>) -> PollEvents {
        let Ok(pipe) = self.pipe(with) else {
            return PollEvents::ERR;
        };
        let mut events = PollEvents::empty();
        if self.writes {
            events
                .set(PollEvents::OUT | PollEvents::WRNORM, pipe.capacity.saturating_sub(pipe.queue.len()) >= PIPE_BUF);
            events.set(PollEvents::ERR, !pipe.reader);
        } else {
            events.set(PollEvents::IN | PollEvents::RDNORM, !pipe.queue.is_empty());
            events.set(PollEvents::HUP, !pipe.writer);
        }
        events
    }

    fn close(&mut self, with: &mut Resources<'_>) {
        let Ok(pipe) = self.pipe(with) else { return };
        if self.writes {
            pipe.writer = false;
        } else {
            pipe.reader = false;
        }
        if !pipe.reader && !pipe.writer {
            with.pipes.0.remove(self.id.0);
        }
    }
}
