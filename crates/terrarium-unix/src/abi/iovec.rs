//! `struct iovec`: one piece of a vectored read or write.

use super::bytes::{get, put};

/// A range of guest memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Iovec {
    /// Address of the first byte.
    pub base: u32,
    /// Length in bytes.
    pub len: u32,
}

impl Iovec {
    /// Size in bytes.
    pub const SIZE: usize = 8;
    /// The most pieces of one call (`IOV_MAX`).
    pub const MAX_COUNT: u32 = 1024;

    /// The bytes in guest memory.
    pub fn encode(&self) -> [u8; Iovec::SIZE] {
        let mut out = [0; Iovec::SIZE];
        put(&mut out, 0, self.base.to_le_bytes());
        put(&mut out, 4, self.len.to_le_bytes());
        out
    }

    /// Reads the bytes of guest memory.
    pub fn decode(bytes: &[u8; Iovec::SIZE]) -> Iovec {
        Iovec { base: u32::from_le_bytes(get(bytes, 0)), len: u32::from_le_bytes(get(bytes, 4)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_comes_before_length() {
        let piece = Iovec { base: 0x0403_0201, len: 7 };
        assert_eq!(piece.encode(), [1, 2, 3, 4, 7, 0, 0, 0]);
        assert_eq!(Iovec::decode(&piece.encode()), piece);
    }
}
