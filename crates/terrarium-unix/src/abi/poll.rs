//! `poll`: events and `struct pollfd`.

use super::bytes::{get, put};
use bitflags::bitflags;

bitflags! {
    /// Events of `poll`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct PollEvents: u16 {
        /// Reading does not wait.
        const IN = 0x001;
        /// Urgent data.
        const PRI = 0x002;
        /// Writing does not wait.
        const OUT = 0x004;
        /// An error; reported always.
        const ERR = 0x008;
        /// The other side closed; reported always.
        const HUP = 0x010;
        /// Not an open descriptor; reported always.
        const NVAL = 0x020;
        /// Equivalent to `IN`.
        const RDNORM = 0x040;
        /// Priority data.
        const RDBAND = 0x080;
        /// Equivalent to `OUT`.
        const WRNORM = 0x100;
        /// Priority data may be written.
        const WRBAND = 0x200;
        /// The other side stopped writing.
        const RDHUP = 0x2000;
    }
}

/// `struct pollfd`: one descriptor of a `poll`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pollfd {
    /// The descriptor; a negative one is skipped.
    pub fd: i32,
    /// The awaited events.
    pub events: PollEvents,
    /// The events that happened.
    pub revents: PollEvents,
}

impl Pollfd {
    /// Size in bytes.
    pub const SIZE: usize = 8;
    /// Offset of `revents`.
    pub const REVENTS_OFFSET: usize = 6;

    /// The bytes in guest memory.
    pub fn encode(&self) -> [u8; Pollfd::SIZE] {
        let mut out = [0; Pollfd::SIZE];
        put(&mut out, 0, self.fd.to_le_bytes());
        put(&mut out, 4, self.events.bits().to_le_bytes());
        put(&mut out, Pollfd::REVENTS_OFFSET, self.revents.bits().to_le_bytes());
        out
    }

    /// Reads the bytes of guest memory. Unknown events are kept; they never happen.
    pub fn decode(bytes: &[u8; Pollfd::SIZE]) -> Pollfd {
        Pollfd {
            fd: i32::from_le_bytes(get(bytes, 0)),
            events: PollEvents::from_bits_retain(u16::from_le_bytes(get(bytes, 4))),
            revents: PollEvents::from_bits_retain(u16::from_le_bytes(get(bytes, Pollfd::REVENTS_OFFSET))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_lie_where_the_c_library_has_them() {
        let poll = Pollfd { fd: -2, events: PollEvents::IN | PollEvents::RDHUP, revents: PollEvents::HUP };
        assert_eq!(poll.encode(), [0xfe, 0xff, 0xff, 0xff, 0x01, 0x20, 0x10, 0x00]);
        assert_eq!(Pollfd::decode(&poll.encode()), poll);
    }
}
