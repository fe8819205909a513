//! Waiting for descriptors.

use std::sync::Arc;

use super::Guest;
use crate::abi::Errno;
use crate::syscall::{Sleeper, Wake};

const IN: i16 = 1;
const OUT: i16 = 4;
const ERR: i16 = 8;
const HUP: i16 = 16;
const NVAL: i16 = 32;

/// Polls, and returns the result with the events of each entry.
fn poll(guest: &mut Guest, wanted: &[(i32, i16)], timeout: i64) -> Result<(i32, Vec<i16>), Errno> {
    let mut list = Vec::new();
    for (fd, events) in wanted {
        list.extend(fd.to_le_bytes());
        list.extend(events.to_le_bytes());
        list.extend([0xaa, 0xaa]);
    }
    let address = guest.bytes(&list);
    let ready = guest.sys("__syscall_poll", &[address, i64::try_from(wanted.len()).unwrap(), timeout])?;
    let events = guest.slice(address, list.len()).chunks(8).map(|entry| i16::from_le_bytes([entry[6], entry[7]]));
    Ok((ready, events.collect()))
}

#[test]
fn each_kind_tells_what_it_is_ready_for() {
    let mut guest = Guest::new();
    guest.put("a", b"");
    let file = guest.process.open(-100, b"a", crate::abi::OpenFlags::empty(), 0).unwrap();
    let (reading, writing) = guest.process.pipe().unwrap();
    let wanted: Vec<_> = [0, 1, file, reading, writing, 99, -1].map(|fd| (fd, IN | OUT)).into();
    let answer = poll(&mut guest, &wanted, 0).unwrap();
    assert_eq!(answer, (5, vec![IN, OUT, IN | OUT, 0, OUT, NVAL, 0]));
    guest.write(writing.into(), b"x").unwrap();
    guest.close(writing.into()).unwrap();
    assert_eq!(poll(&mut guest, &[(reading, IN)], 0).unwrap(), (1, vec![IN | HUP]));
    let (reading, writing) = guest.process.pipe().unwrap();
    guest.close(reading.into()).unwrap();
    assert_eq!(poll(&mut guest, &[(writing, 0)], 0).unwrap(), (1, vec![ERR]), "told although not asked for");
}

#[test]
fn the_timeout_is_slept_when_nothing_is_ready() {
    let mut guest = Guest::new();
    let (reading, _) = guest.process.pipe().unwrap();
    assert_eq!(poll(&mut guest, &[(reading, IN)], 250).unwrap(), (0, vec![0]));
    assert_eq!(guest.process.clock().monotonic_ns(), 250_000_000);
    assert_eq!(poll(&mut guest, &[(reading, IN), (1, OUT)], 250).unwrap(), (1, vec![0, OUT]));
    assert_eq!(guest.process.clock().monotonic_ns(), 250_000_000, "something was ready");
    assert_eq!(poll(&mut guest, &[], 100).unwrap(), (0, vec![]));
    assert_eq!(guest.process.clock().monotonic_ns(), 350_000_000);
}

#[test]
fn an_interrupted_wait_ends_with_nothing_ready() {
    #[derive(Debug)]
    struct Interrupted;
    impl Sleeper for Interrupted {
        fn sleep(&self, _: u64) -> Wake {
            Wake::Interrupted
        }
    }
    let mut guest = Guest::new();
    guest.process.sleeper = Arc::new(Interrupted);
    assert_eq!(poll(&mut guest, &[], -1).map(|found| found.0), Ok(0));
}

#[test]
fn a_list_that_is_too_long_or_outside_is_refused() {
    let mut guest = Guest::new();
    assert_eq!(guest.sys("__syscall_poll", &[0, 1025, 0]), Err(Errno::EINVAL));
    assert_eq!(guest.sys("__syscall_poll", &[0, -1, 0]), Err(Errno::EINVAL));
    assert_eq!(guest.sys("__syscall_poll", &[(1 << 20) - 8, 2, 0]), Err(Errno::EFAULT));
}
