//! The table of descriptors by itself.
#![allow(clippy::arithmetic_side_effects, reason = "an overflow fails the test")]

use super::*;
use crate::abi::{Errno, OpenFlags, Timespec};
use crate::vfs::{Context, Layer, Vfs, VfsLimits};

/// Everything that a [`Resources`] borrows.
struct Owned {
    vfs: Vfs,
    pipes: Pipes,
    streams: Streams,
    entropy: Entropy,
}

impl Owned {
    fn new() -> Self {
        let vfs = Vfs::new(Layer::unix(), VfsLimits::default());
        Self { vfs, pipes: Pipes::default(), streams: Streams::default(), entropy: Entropy::seeded(0) }
    }

    fn lend(&mut self) -> Resources<'_> {
        let Self { vfs, pipes, streams, entropy } = self;
        Resources { vfs, pipes, streams, entropy, by: Context::guest(Timespec::default()) }
    }
}

#[test]
fn a_new_table_has_the_standard_streams() {
    let table = FdTable::default();
    assert_eq!(table.descriptors().collect::<Vec<_>>(), [0, 1, 2]);
    assert_eq!(table.limit(), 256);
    assert!(table.get(0).unwrap().readable() && !table.get(0).unwrap().writable());
    assert!(table.get(1).unwrap().writable() && !table.get(1).unwrap().readable());
}

#[test]
fn the_limit_is_kept_within_bounds() {
    for (asked, given) in [(0, 3), (3, 3), (1000, 1000), (u32::MAX, 65_536)] {
        assert_eq!(FdTable::with_standard_streams(asked).limit(), given);
    }
    let largest = FdTable::with_standard_streams(u32::MAX).limit();
    assert!(CHANNEL.cast_unsigned() >= largest, "the channel lies above every table");
}

#[test]
fn a_full_table_gives_the_object_back() {
    let mut owned = Owned::new();
    let mut table = FdTable::with_standard_streams(3);
    let (reading, writing) = owned.pipes.create();
    let (errno, mut object) = table.insert(Object::Pipe(reading), OpenFlags::empty()).unwrap_err();
    assert_eq!(errno, Errno::EMFILE);
    object.get_mut().close(&mut owned.lend());
    Object::Pipe(writing).get_mut().close(&mut owned.lend());
    assert!(owned.pipes.is_empty());
}

#[test]
fn an_object_closes_with_its_last_descriptor() {
    let mut owned = Owned::new();
    let mut table = FdTable::default();
    let (reading, writing) = owned.pipes.create();
    let reading = table.insert(Object::Pipe(reading), OpenFlags::empty()).unwrap();
    let writing = table.insert(Object::Pipe(writing), OpenFlags::WRONLY).unwrap();
    let copies: Vec<i32> = (0..10).map(|_| table.duplicate(writing, 0, false).unwrap()).collect();
    table.close(&mut owned.lend(), writing).unwrap();
    for copy in copies {
        let with = &mut owned.lend();
        assert_eq!(table.get_mut(reading).unwrap().object.get_mut().read(with, &mut [0]), Err(Errno::EAGAIN));
        table.close(with, copy).unwrap();
    }
    let with = &mut owned.lend();
    assert_eq!(table.get_mut(reading).unwrap().object.get_mut().read(with, &mut [0]), Ok(0));
    table.close(with, reading).unwrap();
    assert!(owned.pipes.is_empty());
}

#[test]
fn a_clone_goes_its_own_way() {
    let mut owned = Owned::new();
    let mut table = FdTable::default();
    let (reading, writing) = owned.pipes.create();
    let reading = table.insert(Object::Pipe(reading), OpenFlags::empty()).unwrap();
    let writing = table.insert(Object::Pipe(writing), OpenFlags::WRONLY).unwrap();
    let (mut other_table, mut other_pipes) = (table.clone(), owned.pipes.clone());
    table.get_mut(writing).unwrap().object.get_mut().write(&mut owned.lend(), b"mine").unwrap();
    std::mem::swap(&mut owned.pipes, &mut other_pipes);
    let read = other_table.get_mut(reading).unwrap().object.get_mut().read(&mut owned.lend(), &mut [0; 9]);
    assert_eq!(read, Err(Errno::EAGAIN), "the other side's pipe is still empty");
    assert!(other_table.close(&mut owned.lend(), writing).is_ok());
    assert!(table.get(writing).is_ok());
}

#[test]
fn what_a_kind_cannot_do_is_refused_by_name() {
    let mut owned = Owned::new();
    let with = &mut owned.lend();
    let mut stream = StandardStream::Output;
    assert_eq!(stream.seek(with, 0, crate::abi::Whence::Set), Err(Errno::ESPIPE));
    assert_eq!(stream.read_at(with, &mut [], 0), Err(Errno::ESPIPE));
    assert_eq!(stream.write_at(with, &[], 0), Err(Errno::ESPIPE));
    assert_eq!(stream.truncate(with, 0), Err(Errno::EINVAL));
    assert_eq!(stream.sync(with), Err(Errno::EINVAL));
    assert_eq!(stream.entries(with, &mut [0; 280]), Err(Errno::ENOTDIR));
    assert_eq!(stream.waiting(with), Err(Errno::ENOTTY));
    assert_eq!(stream.inode(), None);
}
