//! No support: without a list of written pages, an instance is dropped after its run instead of recycled.

use std::{io, ops::Range};

/// Returns the written parts of `memory`; never known here.
///
/// # Errors
/// Always [`Unsupported`](io::ErrorKind::Unsupported).
pub(crate) fn written(_memory: &[u8]) -> io::Result<Vec<Range<usize>>> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Returns the written parts of the `length` bytes at the address `base`; never known here.
///
/// # Errors
/// Always [`Unsupported`](io::ErrorKind::Unsupported).
pub(crate) fn written_at(_base: u64, _length: u64) -> io::Result<Vec<Range<usize>>> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Returns the number of page faults of the calling thread; never known here.
pub(crate) fn faults() -> Option<i64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_known_and_the_error_says_so() {
        assert_eq!(written(&[0; 16]).unwrap_err().kind(), io::ErrorKind::Unsupported);
        assert_eq!(written_at(0, 16).unwrap_err().kind(), io::ErrorKind::Unsupported);
        assert_eq!(faults(), None);
    }
}
