//! Locks on files: `flock`, and the commands of `fcntl`.

use proptest::prelude::*;

use super::Guest;
use crate::abi::{Errno, FcntlCommand, Flock, LockKind, OpenFlags};
use crate::fd::CHANNEL;

const FLOCK: i64 = 0x7407;
const CREATE: OpenFlags = OpenFlags::CREAT.union(OpenFlags::RDWR);
const SHARED: i32 = 1;
const EXCLUSIVE: i32 = 2;
const UNLOCK: i32 = 8;

fn flock(guest: &mut Guest, fd: i64, operation: i32) -> Result<i32, Errno> {
    let numbers = [i32::try_from(fd).unwrap().to_le_bytes(), operation.to_le_bytes()].concat();
    let address = guest.bytes(&numbers);
    let argument = guest.bytes(&u32::try_from(address).unwrap().to_le_bytes());
    guest.sys("__syscall_ioctl", &[i64::from(CHANNEL), FLOCK, argument])
}

/// Makes a call with a `struct flock`, and returns what the call left of it.
fn fcntl(guest: &mut Guest, fd: i64, command: FcntlCommand, lock: Flock) -> Result<Flock, Errno> {
    let place = guest.bytes(&lock.encode());
    let argument = guest.bytes(&u32::try_from(place).unwrap().to_le_bytes());
    guest.sys("__syscall_fcntl64", &[fd, i64::from(command as i32), argument])?;
    Ok(Flock::decode(guest.slice(place, Flock::SIZE).try_into().unwrap()))
}

fn range(kind: LockKind, start: i64, len: i64) -> Flock {
    Flock { kind: kind as i16, whence: 0, start, len, pid: 0 }
}

#[test]
fn a_whole_lock_excludes_other_opens_of_the_file() {
    let mut guest = Guest::new();
    let one = guest.open("a", CREATE).unwrap();
    let two = guest.open("a", CREATE).unwrap();
    let other = guest.open("b", CREATE).unwrap();
    flock(&mut guest, one, EXCLUSIVE).unwrap();
    assert_eq!(flock(&mut guest, two, EXCLUSIVE | 4), Err(Errno::EAGAIN));
    assert_eq!(flock(&mut guest, two, SHARED), Err(Errno::EAGAIN));
    flock(&mut guest, one, EXCLUSIVE).unwrap();
    flock(&mut guest, other, EXCLUSIVE).unwrap();
    let copy = guest.sys("__syscall_dup", &[one]).unwrap().into();
    flock(&mut guest, copy, SHARED).unwrap();
    flock(&mut guest, two, SHARED).unwrap();
    assert_eq!(flock(&mut guest, one, EXCLUSIVE), Err(Errno::EAGAIN));
    flock(&mut guest, two, EXCLUSIVE).expect("a failed change loses the lock, as on Linux");
    flock(&mut guest, two, UNLOCK).unwrap();
    flock(&mut guest, one, EXCLUSIVE).unwrap();
    guest.close(one).unwrap();
    assert_eq!(flock(&mut guest, two, SHARED), Err(Errno::EAGAIN), "a duplicate is open");
    guest.close(copy).unwrap();
    flock(&mut guest, two, SHARED).unwrap();
    assert_eq!(flock(&mut guest, two, 0), Err(Errno::EINVAL));
    assert_eq!(flock(&mut guest, two, 3), Err(Errno::EINVAL));
    assert_eq!(flock(&mut guest, 99, SHARED), Err(Errno::EBADF));
    flock(&mut guest, 1, EXCLUSIVE).unwrap();
}

#[test]
fn a_lock_of_the_process_needs_the_access_and_excludes_nothing() {
    let mut guest = Guest::new();
    guest.put("a", b"0123456789");
    let reader = guest.open("a", OpenFlags::empty()).unwrap();
    let writer = guest.open("a", OpenFlags::WRONLY).unwrap();
    for command in [FcntlCommand::SetLk, FcntlCommand::SetLkW, FcntlCommand::OfdSetLk, FcntlCommand::OfdSetLkW] {
        assert_eq!(fcntl(&mut guest, reader, command, range(LockKind::Write, 0, 0)), Err(Errno::EBADF));
        assert_eq!(fcntl(&mut guest, writer, command, range(LockKind::Read, 0, 0)), Err(Errno::EBADF));
        fcntl(&mut guest, reader, command, range(LockKind::Unlock, 0, 0)).unwrap();
    }
    fcntl(&mut guest, writer, FcntlCommand::SetLk, range(LockKind::Write, 0, 0)).unwrap();
    fcntl(&mut guest, reader, FcntlCommand::SetLk, range(LockKind::Read, 0, 0)).unwrap();
    let found = fcntl(&mut guest, reader, FcntlCommand::GetLk, range(LockKind::Read, 0, 0)).unwrap();
    assert_eq!(found.kind, LockKind::Unlock as i16);
    for wrong in [
        Flock { kind: 7, ..range(LockKind::Read, 0, 0) },
        Flock { whence: 9, ..range(LockKind::Read, 0, 0) },
        range(LockKind::Read, -1, 0),
        range(LockKind::Read, 3, -4),
    ] {
        assert_eq!(fcntl(&mut guest, reader, FcntlCommand::SetLk, wrong), Err(Errno::EINVAL), "{wrong:?}");
    }
    assert_eq!(
        fcntl(&mut guest, reader, FcntlCommand::OfdSetLk, Flock { pid: 1, ..range(LockKind::Read, 0, 0) }),
        Err(Errno::EINVAL)
    );
}

#[test]
fn a_range_counts_from_the_start_the_position_or_the_end() {
    let mut guest = Guest::new();
    guest.put("a", b"0123456789");
    let (one, two) = (guest.open("a", CREATE).unwrap(), guest.open("a", CREATE).unwrap());
    let mut held = |lock: Flock| {
        fcntl(&mut guest, one, FcntlCommand::OfdSetLk, lock).unwrap();
        let found = fcntl(&mut guest, two, FcntlCommand::OfdGetLk, range(LockKind::Write, 0, 0)).unwrap();
        fcntl(&mut guest, one, FcntlCommand::OfdSetLk, range(LockKind::Unlock, 0, 0)).unwrap();
        (found.kind, found.start, found.len, found.pid)
    };
    assert_eq!(held(range(LockKind::Write, 3, 4)), (1, 3, 4, -1));
    assert_eq!(held(range(LockKind::Read, 3, 0)), (0, 3, 0, -1));
    assert_eq!(held(range(LockKind::Read, 7, -3)), (0, 4, 3, -1));
    assert_eq!(held(Flock { whence: 2, ..range(LockKind::Write, -4, 2) }), (1, 6, 2, -1));
    assert_eq!(held(Flock { whence: 1, ..range(LockKind::Write, 2, 2) }), (1, 2, 2, -1));
    fcntl(&mut guest, one, FcntlCommand::OfdSetLk, range(LockKind::Write, 0, 1)).unwrap();
    let waits = fcntl(&mut guest, two, FcntlCommand::OfdSetLkW, range(LockKind::Write, 0, 1));
    assert_eq!(waits, Err(Errno::EDEADLK), "nothing else runs that could release it");
    assert_eq!(fcntl(&mut guest, one, FcntlCommand::SetOwn, range(LockKind::Read, 0, 0)), Err(Errno::EINVAL));
}

#[test]
fn the_ranges_of_a_file_are_bounded() {
    let mut guest = Guest::new();
    let fd = guest.open("a", CREATE).unwrap();
    let mut lock = |kind, number: i64| fcntl(&mut guest, fd, FcntlCommand::OfdSetLk, range(kind, number * 2, 1));
    let refused = (0..1000).find(|number| lock(LockKind::Write, *number).is_err()).unwrap();
    assert_eq!(lock(LockKind::Write, refused), Err(Errno::ENOLCK));
    lock(LockKind::Unlock, 0).unwrap();
    lock(LockKind::Write, refused).unwrap();
}

proptest! {
    /// The locked ranges of two opens are those of a map from bytes to kinds.
    #[test]
    fn ranges_are_those_of_a_map_from_bytes(
        steps in prop::collection::vec((0..2_usize, 0..3_usize, 0..12_usize, 1..6_usize), 1..30),
    ) {
        const KINDS: [LockKind; 3] = [LockKind::Read, LockKind::Write, LockKind::Unlock];
        let mut guest = Guest::new();
        let files = [guest.open("a", CREATE).unwrap(), guest.open("a", CREATE).unwrap()];
        let mut model = [[LockKind::Unlock; 20]; 2];
        for (own, kind, start, length) in steps {
            let kind = KINDS[kind];
            let excludes = |held: LockKind| match kind {
                LockKind::Unlock => false,
                LockKind::Write => held != LockKind::Unlock,
                LockKind::Read => held == LockKind::Write,
            };
            let places = start..start + length;
            let free = !model[1 - own][places.clone()].iter().any(|held| excludes(*held));
            let lock = range(kind, i64::try_from(start).unwrap(), i64::try_from(length).unwrap());
            let outcome = fcntl(&mut guest, files[own], FcntlCommand::OfdSetLk, lock);
            prop_assert_eq!(outcome.map(drop), if free { Ok(()) } else { Err(Errno::EAGAIN) });
            if free {
                model[own][places].fill(kind);
            }
            for (place, expected) in model[own].into_iter().enumerate() {
                let ask = range(LockKind::Write, i64::try_from(place).unwrap(), 1);
                let found = fcntl(&mut guest, files[1 - own], FcntlCommand::OfdGetLk, ask).unwrap();
                prop_assert_eq!(found.kind, expected as i16);
            }
        }
    }
}
