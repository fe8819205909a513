//! Reading, writing, positions and sizes of open files.

use super::import::{Import, preview1, syscall};
use super::mappings::Span;
use super::path::path;
use super::{Args, Process};
use crate::abi::{AT_FDCWD, AccessMode, AtFlags, Errno, FallocateFlags, Iovec, Whence};
use crate::fd::{CHANNEL, Description, Object, OpenDescription, Resources};
use crate::memory::GuestMemory;

/// Most bytes that one call moves; a longer call moves a part. Nothing can interrupt a call, and this many bytes take
/// some ten milliseconds.
const TRANSFER_BOUND: u32 = 64 << 20;

pub(super) const IMPORTS: &[Import] = &[
    preview1("fd_read", "iiii->i", read).noted("at most 64 MiB per call"),
    preview1("fd_write", "iiii->i", write).noted("at most 64 MiB per call"),
    preview1("fd_pread", "iiiji->i", pread).noted("at most 64 MiB per call"),
    preview1("fd_pwrite", "iiiji->i", pwrite).noted("at most 64 MiB per call"),
    preview1("fd_seek", "ijii->i", seek).partial("`SEEK_DATA` and `SEEK_HOLE` fail with EINVAL"),
    preview1("fd_sync", "i->i", sync).noted("no effect but for files of read-write mounts: all others are in memory"),
    syscall("__syscall_fdatasync", "i->i", datasync)
        .noted("no effect but for files of read-write mounts: all others are in memory"),
    syscall("__syscall_ftruncate64", "ij->i", ftruncate),
    syscall("__syscall_truncate64", "ij->i", truncate),
    syscall("__syscall_fallocate", "iijj->i", fallocate)
        .partial("only mode 0, which grows the file; other modes fail with ENOTSUP"),
    syscall("__syscall_fadvise64", "ijji->i", fadvise).noted("no effect"),
];

/// Moves bytes between an object and one buffer of the guest; the offset counts from the start of the call.
type Move = fn(&mut dyn Description, &mut Resources<'_>, &mut [u8], Option<u64>) -> Result<usize, Errno>;

fn read_into(
    object: &mut dyn Description,
    with: &mut Resources<'_>,
    buffer: &mut [u8],
    offset: Option<u64>,
) -> Result<usize, Errno> {
    match offset {
        Some(offset) => object.read_at(with, buffer, offset),
        None => object.read(with, buffer),
    }
}

fn write_from(
    object: &mut dyn Description,
    with: &mut Resources<'_>,
    buffer: &mut [u8],
    offset: Option<u64>,
) -> Result<usize, Errno> {
    match offset {
        Some(offset) => object.write_at(with, buffer, offset),
        None => object.write(with, buffer),
    }
}

/// Moves bytes for a whole list of buffers, directly from and to guest memory. It ends at the first buffer that is not
/// moved whole. An error after some bytes were moved is not reported.
fn transfer(
    process: &mut Process,
    memory: &mut GuestMemory<'_>,
    fd: i32,
    buffers: &[Iovec],
    offset: Option<u64>,
    step: Move,
) -> Result<u32, Errno> {
    let (object, mut with) = process.object(fd)?;
    if buffers.is_empty() {
        // A call without bytes still reports whether the object supports the operation.
        step(object, &mut with, &mut [], offset)?;
    }
    let mut moved = 0_u32;
    for buffer in buffers {
        let length = buffer.len.min(TRANSFER_BOUND.saturating_sub(moved));
        let here = offset.map(|offset| offset.checked_add(u64::from(moved)).ok_or(Errno::EOVERFLOW)).transpose()?;
        let count = match step(object, &mut with, memory.slice_mut(buffer.base, length)?, here) {
            Ok(count) => u32::try_from(count).map_err(|_| Errno::EIO)?,
            Err(_) if moved > 0 => break,
            Err(errno) => return Err(errno),
        };
        moved = moved.saturating_add(count);
        if count < buffer.len {
            break;
        }
    }
    Ok(moved)
}

/// Returns the offset of a positioned call: EINVAL when it is negative.
fn position(offset: i64) -> Result<Option<u64>, Errno> {
    u64::try_from(offset).map(Some).map_err(|_| Errno::EINVAL)
}

/// `(int fd, const struct iovec *list, int count, size_t *read)`.
fn read(process: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<(), Errno> {
    transfer_all(process, memory, args, &IN, None, args.ptr(3))
}

/// `(int fd, const struct iovec *list, int count, off_t offset, size_t *read)`.
fn pread(process: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<(), Errno> {
    transfer_all(process, memory, args, &IN, position(args.i64(3))?, args.ptr(4))
}

/// `(int fd, const struct iovec *list, int count, size_t *written)`.
fn write(process: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<(), Errno> {
    if args.i32(0) == CHANNEL {
        return write_frame(process, memory, args);
    }
    transfer_all(process, memory, args, &OUT, None, args.ptr(3))
}

/// `(int fd, const struct iovec *list, int count, off_t offset, size_t *written)`.
fn pwrite(process: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<(), Errno> {
    transfer_all(process, memory, args, &OUT, position(args.i64(3))?, args.ptr(4))
}

/// The direction of a transfer: whether a descriptor allows it, and how it moves the bytes of one buffer.
struct Direction {
    is_allowed: fn(&OpenDescription) -> bool,
    step: Move,
    writes: bool,
}

const IN: Direction = Direction { is_allowed: OpenDescription::readable, step: read_into, writes: false };
const OUT: Direction = Direction { is_allowed: OpenDescription::writable, step: write_from, writes: true };

fn transfer_all(
    process: &mut Process,
    memory: &mut GuestMemory<'_>,
    args: Args<'_>,
    direction: &Direction,
    offset: Option<u64>,
    result: u32,
) -> Result<(), Errno> {
    let fd = args.i32(0);
    if !(direction.is_allowed)(process.fds.get(fd)?) {
        return Err(Errno::EBADF);
    }
    let mut list = memory.io_vecs(args.ptr(1), args.i32(2))?;
    memory.slice(result, 4)?;
    if !direction.writes && list.total > 0 && process.await_input(fd)? {
        // As from a terminal: one call takes what there is, and does not ask for more.
        list.buffers.truncate(1);
    }
    // Writes through mappings reach the file before, and the call's own writes reach the mappings after it.
    let span = process.mapped_span(fd, offset, list.total, direction.writes)?;
    if let Some(span) = span {
        process.settle(memory, span)?;
    }
    let count = transfer(process, memory, fd, &list.buffers, offset, direction.step)?;
    if let Some(span) = span.filter(|_| direction.writes) {
        process.settle(memory, span)?;
    }
    memory.write_u32(result, count)
}

/// The kind of a frame that contains a part of an argument for a function of the host.
const ARGUMENT: &[u8] = b"A";

/// Writes one frame, whole or not at all.
fn write_frame(process: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<(), Errno> {
    let list = memory.io_vecs(args.ptr(1), args.i32(2))?;
    let result = args.ptr(3);
    memory.slice(result, 4)?;
    if list.total > process.frame_bytes {
        return Err(Errno::EMSGSIZE);
    }
    let channel = process.channel.as_ref().ok_or(Errno::EBADF)?;
    if let [kind, content] = list.buffers.as_slice()
        && let Some(calls) = &process.host_calls
        && memory.slice(kind.base, kind.len)? == ARGUMENT
    {
        calls.content(memory.slice(content.base, content.len)?)?;
    } else if let [only] = list.buffers.as_slice() {
        channel.frame(memory.slice(only.base, only.len)?)?;
    } else {
        let mut frame = Vec::new();
        frame.try_reserve_exact(usize::try_from(list.total).map_err(|_| Errno::ENOMEM)?).map_err(|_| Errno::ENOMEM)?;
        for buffer in &list.buffers {
            frame.extend_from_slice(memory.slice(buffer.base, buffer.len)?);
        }
        channel.frame(&frame)?;
    }
    memory.write_u32(result, list.total)
}

/// `(int fd, off_t offset, int whence, off_t *position)`.
fn seek(process: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<(), Errno> {
    let result = args.ptr(3);
    memory.slice(result, 8)?;
    let whence = Whence::from_raw(args.i32(2));
    let (object, mut with) = process.object(args.i32(0))?;
    let position = object.seek(&mut with, args.i64(1), whence.ok_or(Errno::EINVAL)?)?;
    memory.write_u64(result, position)
}

fn sync(process: &mut Process, _: &mut GuestMemory<'_>, args: Args<'_>) -> Result<(), Errno> {
    let (object, mut with) = process.object(args.i32(0))?;
    object.sync(&mut with)
}

fn datasync(process: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<i32, Errno> {
    sync(process, memory, args).map(|()| 0)
}

/// Returns a size that the guest passed: EINVAL when it is negative.
fn size(raw: i64) -> Result<u64, Errno> {
    u64::try_from(raw).map_err(|_| Errno::EINVAL)
}

/// `(int fd, off_t size)`.
fn ftruncate(process: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<i32, Errno> {
    let size = size(args.i64(1))?;
    let (open, mut with) = process.open_description(args.i32(0))?;
    if !open.writable() {
        return Err(Errno::EINVAL);
    }
    open.object.get_mut().truncate(&mut with, size)?;
    let ino = open.inode();
    ino.map_or(Ok(0), |ino| process.settle(memory, Span::whole(ino)).map(|()| 0))
}

/// `(const char *path, off_t size)`.
fn truncate(process: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<i32, Errno> {
    let size = size(args.i64(1))?;
    let ino = process.inode(AT_FDCWD, path(memory, args.ptr(0))?, AtFlags::empty())?;
    let by = process.by();
    process.vfs.access(&by, ino, AccessMode::WRITE)?;
    process.vfs.truncate(&by, ino, size)?;
    process.settle(memory, Span::whole(ino)).map(|()| 0)
}

/// `(int fd, int mode, off_t offset, off_t length)`.
fn fallocate(process: &mut Process, _: &mut GuestMemory<'_>, args: Args<'_>) -> Result<i32, Errno> {
    let flags = FallocateFlags::from_bits(args.u32(1)).ok_or(Errno::ENOTSUP)?;
    let (offset, length) = (size(args.i64(2))?, size(args.i64(3))?);
    let (open, with) = process.open_description(args.i32(0))?;
    if !open.writable() {
        return Err(Errno::EBADF);
    }
    let ino = match &open.object {
        Object::File(file) => file.inode().ok_or(Errno::ENODEV)?,
        Object::Pipe(_) | Object::Socket(_) => return Err(Errno::ESPIPE),
        _ => return Err(Errno::ENODEV),
    };
    with.vfs.fallocate(&with.by, ino, flags, offset, length).map(|()| 0)
}

/// `(int fd, off_t offset, off_t length, int advice)`.
fn fadvise(process: &mut Process, _: &mut GuestMemory<'_>, args: Args<'_>) -> Result<i32, Errno> {
    match process.fds.get(args.i32(0))?.object {
        Object::Pipe(_) | Object::Socket(_) => Err(Errno::ESPIPE),
        _ => Ok(0),
    }
}
