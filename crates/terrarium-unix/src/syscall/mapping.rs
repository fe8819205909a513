//! Mapped memory: the arguments of `mmap`, `msync`, `munmap` and `mremap`. The engine provides the memory.

use super::import::{EngineCall, Import, engine, syscall};
use super::mappings::{FilePart, Mapping, Span};
use super::time::ADDED_MODULE;
use super::{Args, Process};
use crate::abi::{Errno, MapFlags, MsyncFlags, Protection};
use crate::fd::{Description, Object};
use crate::memory::GuestMemory;
use crate::vfs::Ino;

const REPLACED: &str = "ENOSYS: the C library's function that would call it is replaced";

pub(super) const IMPORTS: &[Import] = &[
    engine("mmap", "iiiiij->i", EngineCall::Mmap)
        .of(ADDED_MODULE)
        .noted("replaces the C library's; the memory is a copy of the file's part, which the other calls keep equal"),
    engine("munmap", "ii->i", EngineCall::Munmap).of(ADDED_MODULE).noted("replaces the C library's"),
    engine("mremap", "iiiii->i", EngineCall::Mremap).of(ADDED_MODULE).noted("replaces the C library's"),
    syscall("msync", "iii->i", msync).of(ADDED_MODULE).noted("replaces the C library's"),
    syscall("_mmap_js", "iiiijii->i", replaced).refused(REPLACED),
    syscall("_msync_js", "iiiiij->i", replaced).refused(REPLACED),
    syscall("_munmap_js", "iiiiij->i", replaced).refused(REPLACED),
];

/// The page size of the guest: the alignment of mappings and of their offsets.
pub const PAGE: u32 = 64 << 10;

/// The unit of the offset that the C library passes.
const OFFSET_UNIT: u64 = 4096;

/// `mremap` may move the mapping.
const MAY_MOVE: u32 = 1;

/// A request for a mapping whose arguments were checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MapRequest {
    /// Bytes.
    pub length: u32,
    file: Option<MapFile>,
}

/// The file of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct MapFile {
    ino: Ino,
    offset: u64,
    is_shared: bool,
    writes: bool,
}

impl MapRequest {
    /// Checks the arguments of `mmap(address, length, protection, flags, fd, offset)`. The address is a hint, which is
    /// ignored.
    ///
    /// # Errors
    /// `EINVAL` for no length, unknown flags, neither shared nor private, a fixed address or an offset between pages;
    /// `EBADF` when the descriptor is not open; `ENODEV` when it is no regular file; `EACCES` when it was not opened
    /// for the requested access.
    pub fn check(process: &Process, args: Args<'_>) -> Result<Self, Errno> {
        let length = args.u32(1);
        let protection = Protection::from_bits(args.u32(2)).ok_or(Errno::EINVAL)?;
        let flags = MapFlags::from_bits(args.u32(3)).ok_or(Errno::EINVAL)?;
        let is_shared = flags.contains(MapFlags::SHARED);
        let has_kind = is_shared || flags.contains(MapFlags::PRIVATE);
        if length == 0 || !has_kind || flags.intersects(MapFlags::FIXED | MapFlags::FIXED_NOREPLACE) {
            return Err(Errno::EINVAL);
        }
        if flags.contains(MapFlags::ANONYMOUS) {
            return Ok(Self { length, file: None });
        }
        let offset = u64::try_from(args.i64(5)).ok().and_then(|offset| offset.checked_mul(OFFSET_UNIT));
        let offset = offset.filter(|offset| offset.is_multiple_of(PAGE.into())).ok_or(Errno::EINVAL)?;
        offset.checked_add(length.into()).ok_or(Errno::EOVERFLOW)?;
        let open = process.fds.get(args.i32(4))?;
        let Object::File(file) = &open.object else { return Err(Errno::ENODEV) };
        let ino = file.inode().ok_or(Errno::ENODEV)?;
        let writes = is_shared && protection.contains(Protection::WRITE);
        if !open.readable() || (writes && !open.writable()) {
            return Err(Errno::EACCES);
        }
        Ok(Self { length, file: Some(MapFile { ino, offset, is_shared, writes }) })
    }

    /// Joins a mapping of the same part of the file, so that both see each other's changes at once. Returns its address.
    pub fn join(&self, process: &mut Process) -> Option<u32> {
        let MapFile { ino, offset, writes, .. } = self.file.filter(|file| file.is_shared)?;
        if writes && process.vfs.charge(&process.by(), ino).is_err() {
            // A mapping of its own reports the error.
            return None;
        }
        process.mappings.join(ino, offset, self.length, writes)
    }

    /// Fills memory at `address` with the file's part, and with zeros beyond its end, and records the mapping.
    ///
    /// # Errors
    /// `EFAULT` when the address is outside the memory; `ENOSPC` when the quota has no room for the file, and the
    /// errors of reading it.
    pub fn place(&self, process: &mut Process, memory: &mut GuestMemory<'_>, address: u32) -> Result<(), Errno> {
        memory.zero(address, self.length)?;
        let Some(MapFile { ino, offset, is_shared, writes }) = self.file else {
            process.mappings.insert(address, Mapping::new(address, self.length, None));
            return Ok(());
        };
        // The file must have all that was written through other mappings.
        process.settle(memory, Span { ino, offset, length: self.length.into() })?;
        if writes {
            process.vfs.charge(&process.by(), ino)?;
        }
        process.vfs.read_at(ino, offset, memory.slice_mut(address, self.length)?)?;
        let file = if is_shared {
            let shadow = process.vfs.shadow(ino, offset, self.length.into(), memory.slice(address, self.length)?)?;
            process.vfs.retain(ino)?;
            Some(FilePart { ino, offset, writes, shadow })
        } else {
            None
        };
        process.mappings.insert(address, Mapping::new(address, self.length, file));
        Ok(())
    }
}

/// A request to resize a mapping, whose arguments were checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RemapRequest {
    /// The address of the mapping.
    pub address: u32,
    /// The new length in bytes.
    pub length: u32,
}

impl RemapRequest {
    /// Checks the arguments of `mremap(address, old length, new length, flags, …)`.
    ///
    /// # Errors
    /// `EINVAL` for no length or unknown flags; `EFAULT` for a range that is not one whole mapping; `ENOMEM` when the
    /// mapping may not move.
    pub fn check(process: &Process, args: Args<'_>) -> Result<Self, Errno> {
        let (address, old, length, flags) = (args.ptr(0), args.u32(1), args.u32(2), args.u32(3));
        if length == 0 || flags & !MAY_MOVE != 0 {
            return Err(Errno::EINVAL);
        }
        process.mappings.get(address).filter(|mapping| mapping.length == old).ok_or(Errno::EFAULT)?;
        if flags & MAY_MOVE == 0 {
            return Err(Errno::ENOMEM);
        }
        Ok(Self { address, length })
    }

    /// Moves the mapping to `place`, memory of the new length. Returns the memory that the mapping has left.
    ///
    /// # Errors
    /// `EFAULT` when either is outside the memory, and the errors of the file.
    pub fn move_to(
        &self,
        process: &mut Process,
        memory: &mut GuestMemory<'_>,
        place: u32,
    ) -> Result<Option<u32>, Errno> {
        let Self { address, length } = *self;
        if let Some(span) = process.mappings.get(address).ok_or(Errno::EFAULT)?.span() {
            process.settle(memory, span)?;
        }
        memory.zero(place, length)?;
        let old = process.mappings.get(address).ok_or(Errno::EFAULT)?;
        let kept = memory.slice(address, old.length.min(length))?.to_vec();
        memory.write(place, &kept)?;
        let file = match &old.file {
            Some(FilePart { ino, offset, writes, .. }) => {
                process.vfs.read_at(*ino, *offset, memory.slice_mut(place, length)?)?;
                let shadow = process.vfs.shadow(*ino, *offset, length.into(), memory.slice(place, length)?)?;
                Some(FilePart { ino: *ino, offset: *offset, writes: *writes, shadow })
            }
            None => None,
        };
        if let Some(file) = file.as_ref().filter(|_| old.users > 1) {
            process.vfs.retain(file.ino)?;
        }
        let left = process.mappings.remove(address);
        process.mappings.insert(place, Mapping::new(place, length, file));
        Ok(left)
    }
}

/// `(void *address, size_t length, int flags)`.
fn msync(process: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<i32, Errno> {
    let (address, length) = (args.ptr(0), args.u32(1));
    let flags = MsyncFlags::from_bits(args.u32(2)).ok_or(Errno::EINVAL)?;
    if flags.contains(MsyncFlags::ASYNC | MsyncFlags::SYNC) || !address.is_multiple_of(PAGE) {
        return Err(Errno::EINVAL);
    }
    for span in process.mappings.spans(address, length).ok_or(Errno::ENOMEM)? {
        process.settle(memory, span)?;
    }
    Ok(0)
}

/// Unmaps the pages of `munmap(address, length)`. Returns the memory that is no longer in use.
///
/// # Errors
/// `EINVAL` for no length or an address between pages.
pub fn unmap(process: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<Vec<u32>, Errno> {
    let (address, length) = (args.ptr(0), args.u32(1));
    if length == 0 || !address.is_multiple_of(PAGE) {
        return Err(Errno::EINVAL);
    }
    for span in process.mappings.parts(address, length) {
        // The call reports no errors of the file; as elsewhere, `msync` does.
        let _: Result<(), Errno> = process.settle(memory, span);
    }
    let (inodes, blocks) = process.mappings.cut(address, length);
    for change in inodes {
        match change {
            (ino, true) => process.vfs.retain(ino)?,
            (ino, false) => process.vfs.release(ino),
        }
    }
    Ok(blocks)
}

fn replaced(_: &mut Process, _: &mut GuestMemory<'_>, _: Args<'_>) -> Result<i32, Errno> {
    Err(Errno::ENOSYS)
}
