//! File-backed mappings: copies in guest memory. The engine provides the memory, this module the file's side.

use super::import::{Import, syscall};
use super::{Args, Process};
use crate::abi::{Errno, MapFlags, Protection};
use crate::fd::{Description, Object};
use crate::memory::GuestMemory;

pub(super) const IMPORTS: &[Import] = &[
    syscall("_msync_js", "iiiiij->i", msync).noted("writes the copy back to the file, if it is shared and writable"),
    syscall("_munmap_js", "iiiiij->i", msync).noted("writes the copy back to the file, if it is shared and writable"),
];

/// A mapping whose arguments were checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mapping {
    /// Bytes.
    pub length: u32,
    /// The file's descriptor.
    pub fd: i32,
    /// The offset in the file where it starts.
    pub offset: u64,
}

impl Mapping {
    /// Checks the arguments of `_mmap_js(length, protection, flags, fd, offset, allocated*, address*)`.
    ///
    /// # Errors
    /// `EINVAL` for no length, unknown flags, neither shared nor private, a fixed address or a negative offset; `EBADF`
    /// when the descriptor is not open; `ENODEV` when it is no regular file; `EACCES` when it was not opened for the
    /// requested access.
    pub fn check(process: &Process, args: Args<'_>) -> Result<Self, Errno> {
        let length = args.u32(0);
        let protection = Protection::from_bits(args.u32(1)).ok_or(Errno::EINVAL)?;
        let flags = MapFlags::from_bits(args.u32(2)).ok_or(Errno::EINVAL)?;
        let offset = u64::try_from(args.i64(4)).map_err(|_| Errno::EINVAL)?;
        let shares = flags.intersects(MapFlags::SHARED | MapFlags::PRIVATE);
        if length == 0 || !shares || flags.intersects(MapFlags::FIXED | MapFlags::FIXED_NOREPLACE) {
            return Err(Errno::EINVAL);
        }
        let fd = args.i32(3);
        let open = process.fds.get(fd)?;
        if !matches!(open.object, Object::File(_)) {
            return Err(Errno::ENODEV);
        }
        let writes = writes_back(protection, flags);
        if !open.readable() || (writes && !open.writable()) {
            return Err(Errno::EACCES);
        }
        Ok(Self { length, fd, offset })
    }

    /// Fills memory at `address` with the file's part, and with zeros beyond the end of the file.
    ///
    /// # Errors
    /// `EFAULT` when the address is outside the memory, and the errors of reading the file.
    pub fn fill(&self, process: &mut Process, memory: &mut GuestMemory<'_>, address: u32) -> Result<(), Errno> {
        let buffer = memory.slice_mut(address, self.length)?;
        let (object, mut with) = process.object(self.fd)?;
        let mut filled = 0_usize;
        while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            let offset = u64::try_from(filled).ok().and_then(|filled| self.offset.checked_add(filled));
            match object.read_at(&mut with, rest, offset.ok_or(Errno::EOVERFLOW)?)? {
                0 => {
                    rest.fill(0);
                    break;
                }
                count => filled = filled.saturating_add(count),
            }
        }
        Ok(())
    }
}

fn writes_back(protection: Protection, flags: MapFlags) -> bool {
    protection.contains(Protection::WRITE) && flags.contains(MapFlags::SHARED)
}

/// `(void *address, size_t length, int protection, int flags, int fd, off_t offset)`.
fn msync(process: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<i32, Errno> {
    let data = memory.slice(args.ptr(0), args.u32(1))?;
    let protection = Protection::from_bits(args.u32(2)).ok_or(Errno::EINVAL)?;
    let flags = MapFlags::from_bits(args.u32(3)).ok_or(Errno::EINVAL)?;
    let offset = u64::try_from(args.i64(5)).map_err(|_| Errno::EINVAL)?;
    if !writes_back(protection, flags) {
        return Ok(0);
    }
    let (open, mut with) = process.open_description(args.i32(4))?;
    if !open.writable() {
        return Err(Errno::EACCES);
    }
    let Object::File(file) = &mut open.object else {
        return Err(Errno::ENODEV);
    };
    // A mapping can be longer than its file, but never makes the file longer.
    let size = u64::try_from(file.stat(&mut with)?.size).unwrap_or(0);
    let inside = usize::try_from(size.saturating_sub(offset)).unwrap_or(usize::MAX);
    let mut data = data.get(..inside).unwrap_or(data);
    let mut at = offset;
    while !data.is_empty() {
        let count = file.write_mapped(&mut with, data, at)?;
        data = data.get(count.max(1)..).unwrap_or_default();
        at = at.saturating_add(u64::try_from(count).unwrap_or(0));
    }
    Ok(0)
}
