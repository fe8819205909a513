//! `mprotect`.

use std::io;

use rustix::mm::{MprotectFlags, mprotect};

/// Whether memory can be protected on this system.
pub(crate) const IS_SUPPORTED: bool = true;

/// The access that a range of memory permits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Neither reads nor writes: each is a fault.
    None,
    /// Reads and writes.
    ReadWrite,
}

/// Sets the access to `length` bytes at `start`, which begin and end with a page.
///
/// # Errors
/// The system's.
///
/// # Safety
/// The range is mapped memory that the caller may protect. While it is inaccessible, only code whose faults are handled
/// uses it.
#[expect(unsafe_code, reason = "the caller proves that the memory is its own")]
pub(crate) unsafe fn protect(start: *mut u8, length: usize, access: Access) -> io::Result<()> {
    let flags = match access {
        Access::None => MprotectFlags::empty(),
        Access::ReadWrite => MprotectFlags::READ | MprotectFlags::WRITE,
    };
    // SAFETY: as the caller has proved.
    unsafe { mprotect(start.cast(), length, flags) }?;
    Ok(())
}
