//! Locks of open files: ranges of bytes (`F_OFD_SETLK`) and whole files. No call waits.

use std::os::fd::{AsRawFd as _, OwnedFd};

use rustix::{
    fs::{FlockOperation, flock},
    io::Errno as HostErrno,
};
use terrarium_unix::abi::LockKind;

/// Locks a file as a whole, or unlocks it.
///
/// # Errors
/// `EAGAIN` when another holder excludes the lock.
pub(super) fn whole(fd: &OwnedFd, kind: LockKind) -> Result<(), HostErrno> {
    flock(
        fd,
        match kind {
            LockKind::Read => FlockOperation::NonBlockingLockShared,
            LockKind::Write => FlockOperation::NonBlockingLockExclusive,
            LockKind::Unlock => FlockOperation::NonBlockingUnlock,
        },
    )
}

/// Locks bytes up to `end`, or unlocks them.
///
/// # Errors
/// `EAGAIN` when another holder excludes the lock.
pub(super) fn range(fd: &OwnedFd, kind: LockKind, start: u64, end: u64) -> Result<(), HostErrno> {
    call(fd, libc::F_OFD_SETLK, &mut request(kind, start, end))
}

/// Returns a lock of another holder that excludes a lock: its kind, its first byte and its end.
///
/// # Errors
/// The system's.
pub(super) fn excluding(
    fd: &OwnedFd,
    kind: LockKind,
    start: u64,
    end: u64,
) -> Result<Option<(LockKind, u64, u64)>, HostErrno> {
    let mut found = request(kind, start, end);
    call(fd, libc::F_OFD_GETLK, &mut found)?;
    let kind = match i32::from(found.l_type) {
        libc::F_RDLCK => LockKind::Read,
        libc::F_WRLCK => LockKind::Write,
        _ => return Ok(None),
    };
    let first = u64::try_from(found.l_start).unwrap_or_default();
    let length = u64::try_from(found.l_len).unwrap_or_default();
    let end = if length == 0 { u64::MAX } else { first.saturating_add(length) };
    Ok(Some((kind, first, end)))
}

fn request(kind: LockKind, start: u64, end: u64) -> libc::flock {
    let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let length = if end == u64::MAX { 0 } else { number(end.saturating_sub(start)) };
    let raw = match kind {
        LockKind::Read => libc::F_RDLCK,
        LockKind::Write => libc::F_WRLCK,
        LockKind::Unlock => libc::F_UNLCK,
    };
    #[expect(unsafe_code, reason = "the structure has private padding on some systems")]
    // SAFETY: zeros are a value of every field.
    let mut lock: libc::flock = unsafe { std::mem::zeroed() };
    lock.l_type = i16::try_from(raw).unwrap_or_default();
    lock.l_whence = i16::try_from(libc::SEEK_SET).unwrap_or_default();
    (lock.l_start, lock.l_len) = (number(start), length);
    lock
}

fn call(fd: &OwnedFd, command: i32, lock: &mut libc::flock) -> Result<(), HostErrno> {
    #[expect(unsafe_code, reason = "locks of open files have no safe counterpart")]
    // SAFETY: the descriptor is open, and the commands read and write only the structure.
    let answer = unsafe { libc::fcntl(fd.as_raw_fd(), command, std::ptr::from_mut(lock)) };
    match answer {
        -1 => Err(HostErrno::from_io_error(&std::io::Error::last_os_error()).unwrap_or(HostErrno::IO)),
        _ => Ok(()),
    }
}
