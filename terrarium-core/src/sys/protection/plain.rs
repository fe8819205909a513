//! No protection: code cannot be stopped by force, so no guest starts on such a system.

use std::io;

/// Whether memory can be protected on this system.
pub(crate) const IS_SUPPORTED: bool = false;

/// The access that a range of memory permits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Neither reads nor writes: each is a fault.
    None,
    /// Reads and writes.
    ReadWrite,
}

/// Returns an error and leaves the access unchanged.
///
/// # Errors
/// Always [`Unsupported`](io::ErrorKind::Unsupported).
///
/// # Safety
/// None is needed; the signature is that of the other version.
#[expect(unsafe_code, reason = "the other version needs it")]
pub(crate) unsafe fn protect(_start: *mut u8, _length: usize, _access: Access) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protecting_is_refused() {
        const { assert!(!IS_SUPPORTED) };
        for access in [Access::None, Access::ReadWrite] {
            let mut memory = [0; 16];
            #[expect(unsafe_code, reason = "the other version needs it")]
            // SAFETY: nothing is protected.
            let done = unsafe { protect(memory.as_mut_ptr(), memory.len(), access) };
            assert_eq!(done.unwrap_err().kind(), io::ErrorKind::Unsupported);
        }
    }
}
