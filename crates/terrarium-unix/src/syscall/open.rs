//! Opening, closing and duplicating descriptors; their flags.

use super::import::{Import, preview1, syscall};
use super::mappings::Span;
use super::path::{descriptor_of, path};
use super::{Args, Process, locks, requests};
use crate::abi::{Errno, FcntlCommand, IoctlRequest, OpenFlags, Winsize};
use crate::fd::{CHANNEL, Device, Directory, File, Object, PIPE_CAPACITY};
use crate::memory::GuestMemory;
use crate::vfs::{NodeKind, OpenInode};

pub(super) const IMPORTS: &[Import] = &[
    syscall("__syscall_openat", "iiii->i", openat),
    preview1("fd_close", "i->i", close),
    syscall("__syscall_dup", "i->i", dup),
    syscall("__syscall_dup3", "iii->i", dup3),
    syscall("__syscall_pipe", "i->i", pipe)
        .partial("64 KiB; a call that would wait for ever fails with EAGAIN, because no other thread can run"),
    syscall("__syscall_fcntl64", "iii->i", fcntl).partial(
        "locks of the process always succeed outside of read-write mounts, because there is no other; a lock of an \
                  open file that another open of the guest excludes fails with EDEADLK; `F_SETOWN` and `F_GETOWN` fail with EINVAL",
    ),
    syscall("__syscall_ioctl", "iii->i", ioctl)
        .partial("requests to terminals fail with ENOTTY: no descriptor is a terminal"),
];

/// `(int dirfd, const char *path, int flags, mode_t *mode)`.
fn openat(process: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<i32, Errno> {
    let flags = OpenFlags::from_bits(args.u32(2)).ok_or(Errno::EINVAL)?;
    let creates = flags.intersects(OpenFlags::CREAT | OpenFlags::TMPFILE);
    let mode = if creates { memory.read_u32(args.ptr(3))? } else { 0 };
    let fd = process.open(args.i32(0), path(memory, args.ptr(1))?, flags, mode)?;
    if flags.contains(OpenFlags::TRUNC)
        && let Some(ino) = process.fds.get(fd)?.inode()
    {
        process.settle(memory, Span::whole(ino))?;
    }
    Ok(fd)
}

impl Process {
    /// Opens a path under the lowest free descriptor. `mode` matters only for a file that is created, before the umask.
    ///
    /// # Errors
    /// `EMFILE` when the table is full; then those of `Vfs::open`; `ENXIO` for a terminal; for `/dev/fd/N`, `ENOENT`
    /// when N is not open and `EACCES` when N does not permit the requested access.
    pub fn open(&mut self, dirfd: i32, path: &[u8], flags: OpenFlags, mode: u32) -> Result<i32, Errno> {
        self.fds.check_room()?;
        if let Some(fd) = descriptor_of(path) {
            return self.open_descriptor(fd, flags);
        }
        let by = self.by();
        let at = self.at(dirfd, path)?;
        let opened = self.vfs.open(&by, at, flags, mode).map(|OpenInode { ino, kind, .. }| (ino, kind));
        let (ino, kind) = match opened {
            Ok(opened) => opened,
            Err(errno) => {
                let ino = self.or_program(errno, dirfd, path, flags)?;
                self.vfs.retain(ino)?;
                (ino, NodeKind::Regular)
            }
        };
        let object = match kind {
            NodeKind::Directory => Object::Directory(Directory::new(ino)),
            NodeKind::CharDevice(id) if !flags.contains(OpenFlags::PATH) => {
                Device::open(&mut self.resources(), id, ino)?
            }
            // With O_PATH, a file of any type: it has a status, but can be neither read nor written.
            NodeKind::Regular | NodeKind::Symlink | NodeKind::CharDevice(_) => Object::File(File::new(ino)),
        };
        self.install(object, flags)
    }

    fn open_descriptor(&mut self, fd: i32, flags: OpenFlags) -> Result<i32, Errno> {
        let open = self.fds.get(fd).map_err(|_| Errno::ENOENT)?;
        let access = flags.access().ok_or(Errno::EINVAL)?;
        if (access.readable() && !open.readable()) || (access.writable() && !open.writable()) {
            return Err(Errno::EACCES);
        }
        self.fds.duplicate(fd, 0, flags.contains(OpenFlags::CLOEXEC))
    }

    /// Closes a descriptor.
    ///
    /// # Errors
    /// `EBADF` when the descriptor is not open; the channel's descriptor never counts as open.
    pub fn close(&mut self, fd: i32) -> Result<(), Errno> {
        let (fds, mut with) = self.split();
        fds.close(&mut with, fd)
    }
}

fn close(process: &mut Process, _: &mut GuestMemory<'_>, args: Args<'_>) -> Result<(), Errno> {
    process.close(args.i32(0))
}

fn dup(process: &mut Process, _: &mut GuestMemory<'_>, args: Args<'_>) -> Result<i32, Errno> {
    process.fds.duplicate(args.i32(0), 0, false)
}

fn dup3(process: &mut Process, _: &mut GuestMemory<'_>, args: Args<'_>) -> Result<i32, Errno> {
    let (old, new) = (args.i32(0), args.i32(1));
    let flags = OpenFlags::from_bits(args.u32(2)).filter(|flags| OpenFlags::CLOEXEC.contains(*flags));
    let flags = flags.filter(|_| old != new).ok_or(Errno::EINVAL)?;
    let (fds, mut with) = process.split();
    fds.duplicate_to(&mut with, old, new, flags.contains(OpenFlags::CLOEXEC))
}

/// `(int fds[2])`.
fn pipe(process: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<i32, Errno> {
    let address = args.ptr(0);
    memory.slice(address, 8)?;
    let (reading, writing) = process.pipe()?;
    memory.write_i32(address, reading)?;
    memory.write_i32(address.wrapping_add(4), writing)?;
    Ok(0)
}

impl Process {
    /// Makes a pipe; returns the descriptors of its reading and its writing end.
    ///
    /// # Errors
    /// `EMFILE` when the table has no room for both.
    pub fn pipe(&mut self) -> Result<(i32, i32), Errno> {
        let (reading, writing) = self.pipes.create();
        let reading = match self.install(Object::Pipe(reading), OpenFlags::empty()) {
            Ok(fd) => fd,
            Err(errno) => {
                Object::Pipe(writing).get_mut().close(&mut self.resources());
                return Err(errno);
            }
        };
        match self.install(Object::Pipe(writing), OpenFlags::WRONLY) {
            Ok(fd) => Ok((reading, fd)),
            Err(errno) => {
                self.close(reading)?;
                Err(errno)
            }
        }
    }
}

/// `(int fd, int command, argument*)`: the third argument points to the argument of the command.
fn fcntl(process: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<i32, Errno> {
    let (fd, argument) = (args.i32(0), args.ptr(2));
    process.fds.get(fd)?;
    match FcntlCommand::from_raw(args.i32(1)).ok_or(Errno::EINVAL)? {
        FcntlCommand::DupFd => process.fds.duplicate(fd, memory.read_i32(argument)?, false),
        FcntlCommand::DupFdCloexec => process.fds.duplicate(fd, memory.read_i32(argument)?, true),
        FcntlCommand::GetFd => process.fds.close_on_exec(fd).map(i32::from),
        FcntlCommand::SetFd => {
            let closes = memory.read_i32(argument)? & FcntlCommand::FD_CLOEXEC != 0;
            process.fds.set_close_on_exec(fd, closes).map(|()| 0)
        }
        command @ (FcntlCommand::SetPipeSize | FcntlCommand::GetPipeSize) => {
            let Object::Pipe(_) = process.fds.get(fd)?.object else { return Err(Errno::EBADF) };
            let capacity = i32::try_from(PIPE_CAPACITY).map_err(|_| Errno::EOVERFLOW)?;
            // As for a user who has reached the system's bound.
            let wanted = if command == FcntlCommand::SetPipeSize { memory.read_i32(argument)? } else { 0 };
            match wanted {
                ..0 => Err(Errno::EINVAL),
                wanted if wanted > capacity => Err(Errno::EPERM),
                _ => Ok(capacity),
            }
        }
        FcntlCommand::GetFl => Ok(process.fds.get(fd)?.flags.bits().cast_signed()),
        FcntlCommand::SetFl => {
            let flags = OpenFlags::from_bits_truncate(memory.read_u32(argument)?);
            process.fds.get_mut(fd)?.set_status(flags);
            Ok(0)
        }
        command => locks::fcntl(process, memory, fd, command, memory.read_u32(argument)?),
    }
}

/// `(int fd, int request, argument*)`: the third argument points to the argument of the request, an address.
fn ioctl(process: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<i32, Errno> {
    let (fd, argument) = (args.i32(0), args.ptr(2));
    if fd == CHANNEL {
        return requests::serve(process, memory, args.u32(1), memory.read_u32(argument)?);
    }
    process.fds.get(fd)?;
    let request = IoctlRequest::from_raw(args.u32(1)).ok_or(Errno::EINVAL)?;
    if request == IoctlRequest::TiocGWinsz && process.is_terminal(fd) {
        // The size is that of a usual terminal. All other settings are the host's.
        let size = Winsize { rows: 24, columns: 80 };
        return memory.write(memory.read_u32(argument)?, &size.encode()).map(|()| 0);
    }
    match request {
        request if request.needs_terminal() => Err(Errno::ENOTTY),
        IoctlRequest::FioNRead => {
            let (object, mut with) = process.object(fd)?;
            let waiting = i32::try_from(object.waiting(&mut with)?).unwrap_or(i32::MAX);
            memory.write_i32(memory.read_u32(argument)?, waiting).map(|()| 0)
        }
        IoctlRequest::FioNBio => {
            let on = memory.read_i32(memory.read_u32(argument)?)? != 0;
            let open = process.fds.get_mut(fd)?;
            let mut flags = open.flags;
            flags.set(OpenFlags::NONBLOCK, on);
            open.set_status(flags);
            Ok(0)
        }
        IoctlRequest::FioClEx => process.fds.set_close_on_exec(fd, true).map(|()| 0),
        IoctlRequest::FioNClEx => process.fds.set_close_on_exec(fd, false).map(|()| 0),
        _ => Err(Errno::ENOTTY),
    }
}
