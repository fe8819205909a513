//! Locks on files: `flock`, and the commands of `fcntl`.

use std::time::Duration;

use super::Process;
use crate::abi::{Errno, FcntlCommand, Flock, LockKind, Whence};
use crate::fd::LockedRange;
use crate::memory::GuestMemory;

/// Serves `flock`. A lock that another description excludes is refused: the harness waits where a thread can release it.
///
/// # Errors
/// `EINVAL` for an unknown operation, `EBADF`, `EAGAIN`, `EFAULT`.
pub(super) fn flock(process: &mut Process, memory: &GuestMemory<'_>, address: u32) -> Result<(), Errno> {
    let (fd, operation) = (memory.read_i32(address)?, memory.read_i32(address.wrapping_add(4))?);
    process.fds.get(fd)?;
    let kind = LockKind::from_operation(operation).ok_or(Errno::EINVAL)?;
    process.fds.lock_whole(fd, kind)?;
    let Some(ino) = process.fds.get(fd)?.inode() else { return Ok(()) };
    if kind == LockKind::Unlock && process.fds.is_locked_elsewhere(fd)? {
        return Ok(());
    }
    process.vfs.lock_whole_host(ino, kind).or_else(|errno| {
        process.fds.lock_whole(fd, LockKind::Unlock)?;
        Err(errno)
    })
}

/// Serves the commands for locks, whose argument is a `struct flock`.
///
/// # Errors
/// `EINVAL` for other commands, kinds and ranges; `EBADF` for a lock that the descriptor's access does not allow;
/// `EAGAIN`, or `EDEADLK` for a command that would wait, when another description excludes the lock.
pub(super) fn fcntl(
    process: &mut Process,
    memory: &mut GuestMemory<'_>,
    fd: i32,
    command: FcntlCommand,
    address: u32,
) -> Result<i32, Errno> {
    use FcntlCommand::{GetLk, OfdGetLk, OfdSetLk, OfdSetLkW, SetLk, SetLkW};
    if !matches!(command, GetLk | SetLk | SetLkW | OfdGetLk | OfdSetLk | OfdSetLkW) {
        return Err(Errno::EINVAL);
    }
    let mut lock = Flock::decode(&memory.array(address)?);
    let range = process.range_of(fd, &lock)?;
    match command {
        GetLk | OfdGetLk => {
            let mut found = if command == OfdGetLk { process.fds.excluding(fd, &range)? } else { None };
            if let (None, Some(ino)) = (found, process.fds.get(fd)?.inode()) {
                let held = process.vfs.locked_on_host(ino, range.kind, range.start, range.end)?;
                found = held.map(|(kind, start, end)| LockedRange { kind, start, end });
            }
            match found {
                Some(held) => {
                    let end = if held.end == u64::MAX { held.start } else { held.end };
                    lock = Flock {
                        kind: held.kind as i16,
                        whence: 0,
                        start: i64::try_from(held.start).map_err(|_| Errno::EOVERFLOW)?,
                        len: i64::try_from(end.saturating_sub(held.start)).map_err(|_| Errno::EOVERFLOW)?,
                        pid: -1,
                    };
                }
                None => lock.kind = LockKind::Unlock as i16,
            }
            memory.write(address, &lock.encode()).map(|()| 0)
        }
        OfdSetLk | OfdSetLkW if lock.pid != 0 => Err(Errno::EINVAL),
        _ => {
            let open = process.fds.get(fd)?;
            let allowed = match range.kind {
                LockKind::Read => open.readable(),
                LockKind::Write => open.writable(),
                LockKind::Unlock => true,
            };
            if !allowed {
                return Err(Errno::EBADF);
            }
            match command {
                OfdSetLk | OfdSetLkW => {
                    let is_waiting = command == OfdSetLkW;
                    process.fds.lock_range(fd, range).map_err(|errno| match errno {
                        // No other thread of the guest can release it meanwhile.
                        Errno::EAGAIN if is_waiting => Errno::EDEADLK,
                        other => other,
                    })?;
                    let unlock = LockedRange { kind: LockKind::Unlock, ..range };
                    let exclusive = LockedRange { kind: LockKind::Write, ..range };
                    if range.kind == LockKind::Unlock && process.fds.excluding(fd, &exclusive)?.is_some() {
                        return Ok(0);
                    }
                    process.lock_on_host(fd, range, is_waiting).or_else(|errno| {
                        process.fds.lock_range(fd, unlock)?;
                        Err(errno)
                    })
                }
                _ => process.lock_on_host(fd, range, command == SetLkW),
            }
        }
    }
}

/// The time between two attempts to get a lock that a program of the host holds.
const PAUSE: Duration = Duration::from_millis(2);

impl Process {
    /// Locks bytes on the host, if the file is one of its; waits for a lock, or for the end of the run.
    fn lock_on_host(&mut self, fd: i32, range: LockedRange, waits: bool) -> Result<i32, Errno> {
        let Some(ino) = self.fds.get(fd)?.inode() else { return Ok(0) };
        loop {
            match self.vfs.lock_host(ino, range.kind, range.start, range.end) {
                Err(Errno::EAGAIN) if waits => {
                    if self.channel.as_ref().is_some_and(|channel| channel.is_stopping()) {
                        return Err(Errno::EINTR);
                    }
                    self.waiting(|_| std::thread::sleep(PAUSE));
                }
                locked => return locked.map(|()| 0),
            }
        }
    }

    /// Returns the kind and the bytes that a `struct flock` names.
    fn range_of(&mut self, fd: i32, lock: &Flock) -> Result<LockedRange, Errno> {
        let kind = LockKind::from_raw(lock.kind).ok_or(Errno::EINVAL)?;
        let (object, mut with) = self.object(fd)?;
        let base = match lock.whence {
            0 => 0,
            // What has no position is locked as if it were at its start.
            1 => object.seek(&mut with, 0, Whence::Current).unwrap_or(0),
            2 => u64::try_from(object.stat(&mut with)?.size).map_err(|_| Errno::EINVAL)?,
            _ => return Err(Errno::EINVAL),
        };
        let first = base.checked_add_signed(lock.start).ok_or(Errno::EINVAL)?;
        let (start, end) = match lock.len {
            0 => (first, u64::MAX),
            1.. => (first, first.checked_add_signed(lock.len).ok_or(Errno::EOVERFLOW)?),
            _ => (first.checked_add_signed(lock.len).ok_or(Errno::EINVAL)?, first),
        };
        Ok(LockedRange { kind, start, end })
    }
}
