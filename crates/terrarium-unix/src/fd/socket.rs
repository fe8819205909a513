//! Sockets: the two ends of a local pair, and sockets without a connection, which the policy keeps so.

use super::{Description, PipeEnd, Pipes, Resources};
use crate::abi::{Errno, FileType, PollEvents, Stat};

/// The capacity of one direction of a pair in bytes, as on Linux.
pub const SOCKET_CAPACITY: usize = 212_992;

/// The bytes before each message of a pair that keeps the boundaries of messages: its length.
const PREFIX: usize = 4;

/// A socket.
#[derive(Debug, Clone)]
pub struct Socket {
    /// The address family (`AF_*`).
    pub family: u32,
    /// The type (`SOCK_*`), without flags.
    pub kind: u32,
    /// The protocol.
    pub protocol: u32,
    pair: Option<Ends>,
}

/// The ends of two pipes: the peer writes to the first and reads from the second. `None` is shut down.
#[derive(Debug, Clone)]
struct Ends {
    reads: Option<PipeEnd>,
    writes: Option<PipeEnd>,
}

impl Socket {
    /// `SOCK_STREAM`: bytes without boundaries.
    pub const STREAM: u32 = 1;
    /// `SOCK_DGRAM`: messages.
    pub const DATAGRAM: u32 = 2;
    /// `SOCK_SEQPACKET`: messages, with an end.
    pub const SEQPACKET: u32 = 5;

    /// Makes a socket without a connection.
    #[must_use]
    pub const fn new(family: u32, kind: u32, protocol: u32) -> Self {
        Self { family, kind, protocol, pair: None }
    }

    /// Makes two sockets that are connected with each other.
    #[must_use]
    pub fn pair(pipes: &mut Pipes, family: u32, kind: u32, protocol: u32) -> (Self, Self) {
        let (first, second) = (pipes.create_with(SOCKET_CAPACITY), pipes.create_with(SOCKET_CAPACITY));
        let end = |reads, writes| {
            let pair = Some(Ends { reads: Some(reads), writes: Some(writes) });
            Self { family, kind, protocol, pair }
        };
        (end(first.0, second.1), end(second.0, first.1))
    }

    /// Whether the socket has a peer, or had one.
    #[must_use]
    pub const fn is_connected(&self) -> bool {
        self.pair.is_some()
    }

    /// Receives bytes, or one message; 0 is the end. With `peek` they stay to be received again.
    ///
    /// # Errors
    /// `ENOTCONN` without a peer; `EAGAIN` when the call would wait for ever.
    pub fn receive(&mut self, with: &mut Resources<'_>, buffer: &mut [u8], peek: bool) -> Result<usize, Errno> {
        let is_message = self.kind != Self::STREAM;
        let pair = self.pair.as_mut().ok_or(Errno::ENOTCONN)?;
        let Some(reads) = &mut pair.reads else { return Ok(0) };
        if !is_message {
            return if peek { reads.peek(with, 0, buffer) } else { reads.read(with, buffer) };
        }
        let mut prefix = [0; PREFIX];
        if reads.peek(with, 0, &mut prefix)? < PREFIX {
            return Ok(0);
        }
        let length = usize::try_from(u32::from_le_bytes(prefix)).unwrap_or(usize::MAX);
        let count = length.min(buffer.len());
        reads.peek(with, PREFIX, buffer.get_mut(..count).unwrap_or_default())?;
        if !peek {
            reads.skip(with, length.saturating_add(PREFIX));
        }
        Ok(count)
    }

    /// Sends bytes, or one message.
    ///
    /// # Errors
    /// `ENOTCONN` without a peer; `EPIPE` when the peer or this side ended the direction; `EAGAIN` when the call would
    /// wait for ever; `EMSGSIZE` for a message that can never be sent.
    pub fn send(&mut self, with: &mut Resources<'_>, data: &[u8]) -> Result<usize, Errno> {
        let is_message = self.kind != Self::STREAM;
        let pair = self.pair.as_mut().ok_or(Errno::ENOTCONN)?;
        let writes = pair.writes.as_mut().ok_or(Errno::EPIPE)?;
        if !is_message {
            return writes.write(with, data);
        }
        let whole = data.len().saturating_add(PREFIX);
        let prefix = u32::try_from(data.len()).map_err(|_| Errno::EMSGSIZE)?.to_le_bytes();
        if whole > SOCKET_CAPACITY {
            return Err(Errno::EMSGSIZE);
        }
        if whole > writes.room(with)? {
            return Err(Errno::EAGAIN);
        }
        writes.write(with, &prefix)?;
        writes.write(with, data)
    }

    /// Ends one or both directions: receiving (0), sending (1), both (2).
    ///
    /// # Errors
    /// `EINVAL` for another number; `ENOTCONN` without a peer.
    pub fn shut_down(&mut self, with: &mut Resources<'_>, how: i32) -> Result<(), Errno> {
        if !(0..=2).contains(&how) {
            return Err(Errno::EINVAL);
        }
        let pair = self.pair.as_mut().ok_or(Errno::ENOTCONN)?;
        if how != 1
            && let Some(mut end) = pair.reads.take()
        {
            end.close(with);
        }
        if how != 0
            && let Some(mut end) = pair.writes.take()
        {
            end.close(with);
        }
        Ok(())
    }
}

impl Description for Socket {
    fn stat(&self, with: &mut Resources<'_>) -> Result<Stat, Errno> {
        let end = self.pair.as_ref().and_then(|pair| pair.reads.as_ref().or(pair.writes.as_ref()));
        Ok(Stat {
            ino: end.map_or(1_999_999, PipeEnd::number),
            mode: FileType::Socket.mode_bits() | 0o777,
            nlink: 1,
            uid: with.by.cred.uid,
            gid: with.by.cred.gid,
            blksize: 4096,
            ..Stat::default()
        })
    }

    fn read(&mut self, with: &mut Resources<'_>, buffer: &mut [u8]) -> Result<usize, Errno> {
        self.receive(with, buffer, false)
    }

    fn write(&mut self, with: &mut Resources<'_>, data: &[u8]) -> Result<usize, Errno> {
        self.send(with, data)
    }

    fn waiting(&self, with: &mut Resources<'_>) -> Result<u64, Errno> {
        match self.pair.as_ref().and_then(|pair| pair.reads.as_ref()) {
            Some(end) => end.waiting(with),
            None => Ok(0),
        }
    }

    fn readiness(&self, with: &mut Resources<'_>) -> PollEvents {
        let Some(pair) = &self.pair else {
            // As on Linux for a socket that was never connected.
            return PollEvents::OUT | PollEvents::WRNORM | PollEvents::HUP;
        };
        // A direction that has ended does not wait: a read returns the end, a write its error.
        let over = PollEvents::IN | PollEvents::RDNORM;
        let reading = pair.reads.as_ref().map_or(over | PollEvents::HUP, |end| end.readiness(with));
        let writing = pair.writes.as_ref().map_or(PollEvents::OUT | PollEvents::WRNORM, |end| end.readiness(with));
        let mut events = reading | (writing & !PollEvents::ERR);
        if reading.contains(PollEvents::HUP) {
            events |= over;
        }
        // Only a socket whose both directions have ended has hung up.
        let both = reading.contains(PollEvents::HUP) && (pair.writes.is_none() || writing.contains(PollEvents::ERR));
        events.set(PollEvents::HUP, both);
        if writing.contains(PollEvents::ERR) {
            events |= PollEvents::OUT | PollEvents::WRNORM;
        }
        events
    }

    fn close(&mut self, with: &mut Resources<'_>) {
        if self.pair.is_some() {
            let _: Result<(), Errno> = self.shut_down(with, 2);
        }
    }
}
