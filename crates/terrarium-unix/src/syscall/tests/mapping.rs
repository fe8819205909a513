//! Mapped files.

use super::Guest;
use crate::abi::{Errno, OpenFlags};
use crate::memory::GuestMemory;
use crate::syscall::Args;
use crate::syscall::mapping::{MapRequest, PAGE, RemapRequest, unmap};

const SHARED: i64 = 1;
const PRIVATE: i64 = 2;
const ANONYMOUS: i64 = 32;
const READ: i64 = 1;
const BOTH: i64 = 3;

/// The units of the offsets that the C library passes.
const UNIT: i64 = 4096;

/// Where the mappings of these tests are.
const PLACES: u32 = PAGE;

fn slots(values: &[i64]) -> Vec<u64> {
    values.iter().map(|value| value.cast_unsigned()).collect()
}

/// The calls of the engine, on memory that the tests choose.
impl Guest {
    fn map(
        &mut self,
        place: u32,
        length: i64,
        protection: i64,
        flags: i64,
        fd: i64,
        offset: i64,
    ) -> Result<i64, Errno> {
        let slots = slots(&[0, length, protection, flags, fd, offset / UNIT]);
        let request = MapRequest::check(&self.process, Args::new(&slots))?;
        if let Some(address) = request.join(&mut self.process) {
            return Ok(address.into());
        }
        request.place(&mut self.process, &mut GuestMemory::new(&mut self.memory), place)?;
        Ok(place.into())
    }

    fn unmap(&mut self, address: i64, length: i64) -> Result<Vec<u32>, Errno> {
        let slots = slots(&[address, length]);
        unmap(&mut self.process, &mut GuestMemory::new(&mut self.memory), Args::new(&slots))
    }

    fn remap(&mut self, address: i64, old: i64, new: i64, place: u32) -> Result<Option<u32>, Errno> {
        let slots = slots(&[address, old, new, 1, 0]);
        let request = RemapRequest::check(&self.process, Args::new(&slots))?;
        request.move_to(&mut self.process, &mut GuestMemory::new(&mut self.memory), place)
    }

    fn sync_mapping(&mut self, address: i64, length: i64) -> Result<i32, Errno> {
        self.sys("msync", &[address, length, 4])
    }
}

fn guest(content: &[u8]) -> (Guest, i64) {
    let mut guest = Guest::new();
    guest.put("a", content);
    let fd = guest.open("a", OpenFlags::RDWR).unwrap();
    (guest, fd)
}

#[test]
fn a_mapping_shows_the_file_and_zeros_behind_it() {
    let (mut guest, fd) = guest(b"0123456789");
    guest.slice_mut(PLACES.into(), 16).fill(0xee);
    let address = guest.map(PLACES, 12, READ, PRIVATE, fd, 0).unwrap();
    assert_eq!(guest.slice(address, 14), b"0123456789\0\0\xee\xee");
    assert_eq!(guest.map(u32::MAX, 8, READ, PRIVATE, fd, 0), Err(Errno::EFAULT));
    assert_eq!(guest.process.mappings.len(), 1, "a mapping without memory is none");
}

#[test]
fn a_mapping_keeps_its_file_after_the_descriptor_is_closed_and_given_to_another() {
    let (mut guest, fd) = guest(b"0123456789");
    guest.put("b", b"bbbbbbbbbb");
    let address = guest.map(PLACES, 10, BOTH, SHARED, fd, 0).unwrap();
    guest.close(fd).unwrap();
    assert_eq!(guest.open("b", OpenFlags::RDWR), Ok(fd));
    guest.slice_mut(address, 3).copy_from_slice(b"XYZ");
    guest.sync_mapping(address, 10).unwrap();
    assert_eq!((guest.get("a").unwrap(), guest.get("b").unwrap()), (b"XYZ3456789".to_vec(), b"bbbbbbbbbb".to_vec()));
    guest.slice_mut(address, 1).fill(b'!');
    assert_eq!(guest.unmap(address, 10), Ok(vec![PLACES]));
    assert_eq!(guest.get("a").unwrap(), b"!YZ3456789");
    assert!(guest.process.mappings.is_empty());
}

#[test]
fn a_file_without_a_name_lives_until_its_mapping_ends() {
    let (mut guest, fd) = guest(&[7; 1000]);
    let before = guest.process.vfs.usage();
    let address = guest.map(PLACES, 1000, BOTH, SHARED, fd, 0).unwrap();
    let path = guest.text("a");
    guest.sys("__syscall_unlinkat", &[crate::abi::AT_FDCWD.into(), path, 0]).unwrap();
    guest.close(fd).unwrap();
    guest.slice_mut(address, 1).fill(1);
    guest.sync_mapping(address, 1000).unwrap();
    assert_eq!(guest.process.vfs.usage(), before);
    guest.unmap(address, 1000).unwrap();
    assert_eq!(guest.process.vfs.usage().bytes, before.bytes - 1000);
}

#[test]
fn reads_and_writes_of_descriptors_agree_with_the_memory() {
    let (mut guest, fd) = guest(b"0123456789");
    let address = guest.map(PLACES, 10, BOTH, SHARED, fd, 0).unwrap();
    guest.slice_mut(address, 2).copy_from_slice(b"AB");
    assert_eq!(guest.get("a").unwrap(), b"AB23456789", "a read sees what was written to the memory");
    guest.slice_mut(address + 8, 2).copy_from_slice(b"YZ");
    guest.seek(fd, 2, 0).unwrap();
    guest.write(fd, b"cd").unwrap();
    assert_eq!(guest.slice(address, 10), b"ABcd4567YZ", "a write reaches the memory, which keeps its own changes");
    assert_eq!(guest.get("a").unwrap(), b"ABcd4567YZ");
    let path = guest.text("a");
    guest.sys("__syscall_truncate64", &[path, 5]).unwrap();
    assert_eq!(guest.slice(address, 10), b"ABcd4\0\0\0\0\0");
    guest.sys("__syscall_ftruncate64", &[fd, 8]).unwrap();
    guest.slice_mut(address + 5, 5).copy_from_slice(b"efghi");
    assert_eq!(guest.get("a").unwrap(), b"ABcd4efg", "a mapping never makes its file longer");
    guest.open("a", OpenFlags::WRONLY | OpenFlags::TRUNC).unwrap();
    assert_eq!(guest.slice(address, 10), [0; 10]);
    guest.unmap(address, 10).unwrap();
    assert_eq!(guest.get("a").unwrap(), b"");
}

#[test]
fn two_mappings_of_a_file_agree() {
    let content = vec![b'.'; 3 * PAGE as usize];
    let (mut guest, fd) = guest(&content);
    let page = i64::from(PAGE);
    let whole = guest.map(PLACES, 3 * page, BOTH, SHARED, fd, 0).unwrap();
    assert_eq!(guest.map(0, 3 * page, BOTH, SHARED, fd, 0), Ok(whole), "the same part has the same memory");
    let part = guest.map(PLACES + 4 * PAGE, page, BOTH, SHARED, fd, page).unwrap();
    let reader = guest.map(PLACES + 6 * PAGE, page, READ, SHARED, fd, page).unwrap();
    guest.slice_mut(whole + page, 1).fill(b'1');
    guest.slice_mut(part + 1, 1).fill(b'2');
    guest.slice_mut(reader + 2, 1).fill(b'3');
    guest.sync_mapping(part, page).unwrap();
    assert_eq!(reader, part, "whether it writes or not");
    for address in [whole + page, part] {
        assert_eq!(guest.slice(address, 4), b"123.");
    }
    assert_eq!(guest.unmap(whole, 3 * page), Ok(vec![]), "it has another user");
    assert_eq!(guest.unmap(whole, 3 * page), Ok(vec![PLACES]));
    assert_eq!(guest.process.mappings.len(), 1);
    let place = PLACES + 8 * PAGE;
    assert_eq!(guest.remap(part, page, 2 * page, place), Ok(None), "the other user keeps the memory");
    assert_eq!(guest.process.mappings.len(), 2);
    assert_eq!(guest.unmap(part, page), Ok(vec![u32::try_from(part).unwrap()]));
    assert_eq!(guest.unmap(place.into(), 2 * page), Ok(vec![place]));
}

#[test]
fn private_and_anonymous_memory_reaches_no_file() {
    let (mut guest, fd) = guest(b"0123456789");
    let private = guest.map(PLACES, 10, BOTH, PRIVATE, fd, 0).unwrap();
    let anonymous = guest.map(PLACES + PAGE, 10, BOTH, SHARED | ANONYMOUS, -1, 0).unwrap();
    assert_eq!(guest.slice(anonymous, 10), [0; 10]);
    for address in [private, anonymous] {
        guest.slice_mut(address, 10).fill(b'x');
        assert_eq!(guest.sync_mapping(address, 10), Ok(0));
        assert_eq!(guest.unmap(address, 10).unwrap().len(), 1);
    }
    assert_eq!(guest.get("a").unwrap(), b"0123456789");
}

#[test]
fn a_part_of_a_mapping_can_be_unmapped() {
    let content = vec![b'.'; 4 * PAGE as usize];
    let (mut guest, fd) = guest(&content);
    let page = i64::from(PAGE);
    let address = guest.map(PLACES, 4 * page, BOTH, SHARED, fd, 0).unwrap();
    guest.slice_mut(address, 4 * PAGE as usize).fill(b'x');
    assert_eq!(guest.unmap(address + page, 1), Ok(vec![]), "whole pages, and the rest keeps the memory");
    assert_eq!(guest.process.mappings.len(), 2);
    assert_eq!(guest.sync_mapping(address, 4 * page), Err(Errno::ENOMEM), "there is a hole");
    guest.slice_mut(address, 4 * PAGE as usize).fill(b'y');
    assert_eq!(guest.sync_mapping(address + 2 * page, 2 * page), Ok(0));
    for (offset, byte) in [(0, b'y'), (page, b'x'), (2 * page, b'y'), (3 * page, b'y')] {
        guest.seek(fd, offset, 0).unwrap();
        assert_eq!(guest.read(fd, 1).unwrap(), [byte], "at {offset}");
    }
    assert_eq!(guest.unmap(address, 4 * page), Ok(vec![PLACES]));
}

#[test]
fn a_mapping_moves_when_it_is_resized() {
    let (mut guest, fd) = guest(b"0123456789");
    let address = guest.map(PLACES, 10, BOTH, SHARED, fd, 0).unwrap();
    guest.slice_mut(address, 1).fill(b'A');
    guest.sys("__syscall_ftruncate64", &[fd, 20]).unwrap();
    let place = PLACES + PAGE;
    assert_eq!(guest.remap(address, 10, 20, place), Ok(Some(PLACES)));
    assert_eq!(guest.slice(place.into(), 20), b"A123456789\0\0\0\0\0\0\0\0\0\0");
    guest.slice_mut(i64::from(place) + 19, 1).fill(b'Z');
    guest.sync_mapping(place.into(), 20).unwrap();
    assert_eq!(guest.get("a").unwrap(), b"A123456789\0\0\0\0\0\0\0\0\0Z");
    assert_eq!(guest.remap(address, 10, 20, place), Err(Errno::EFAULT), "it is elsewhere");
    assert_eq!(guest.remap(place.into(), 19, 20, place), Err(Errno::EFAULT), "another length");
    assert_eq!(guest.sys("msync", &[address, 10, 4]), Err(Errno::ENOMEM));
    assert_eq!(guest.sys("msync", &[place.into(), 10, 5]), Err(Errno::EINVAL), "now and later");
    assert_eq!(guest.sys("msync", &[i64::from(place) + 1, 10, 4]), Err(Errno::EINVAL), "between pages");
}

#[test]
fn a_mapping_needs_an_open_file_and_the_right_to_it() {
    let (mut guest, both) = guest(b"0123456789");
    let reading = guest.open("a", OpenFlags::empty()).unwrap();
    let writing = guest.open("a", OpenFlags::WRONLY).unwrap();
    assert_eq!(guest.map(PLACES, 8, BOTH, SHARED, reading, 0), Err(Errno::EACCES));
    assert!(guest.map(PLACES, 8, BOTH, PRIVATE, reading, 0).is_ok(), "a private copy may be written");
    assert_eq!(guest.map(PLACES, 8, READ, SHARED, writing, 0), Err(Errno::EACCES));
    assert_eq!(guest.map(PLACES, 8, READ, SHARED, 99, 0), Err(Errno::EBADF));
    assert_eq!(guest.map(PLACES, 8, READ, SHARED, 1, 0), Err(Errno::ENODEV));
    for (length, protection, flags, offset) in [
        (0, READ, SHARED, 0),
        (8, 64, SHARED, 0),
        (8, READ, 0, 0),
        (8, READ, SHARED | 16, 0),
        (8, READ, SHARED, -UNIT),
        (8, READ, SHARED, UNIT),
    ] {
        assert_eq!(guest.map(PLACES, length, protection, flags, both, offset), Err(Errno::EINVAL));
    }
}

#[test]
fn a_change_that_finds_no_room_is_not_lost() {
    let (mut guest, fd) = guest(b"0123456789");
    let address = guest.map(PLACES, 10, BOTH, SHARED, fd, 0).unwrap();
    let limits = guest.process.vfs.limits();
    guest.process.vfs.set_limits(crate::vfs::VfsLimits { file_bytes: Some(5), ..limits });
    guest.slice_mut(address + 9, 1).fill(b'Z');
    assert_eq!(guest.sync_mapping(address, 10), Err(Errno::EFBIG));
    guest.process.vfs.set_limits(limits);
    assert_eq!(guest.sync_mapping(address, 10), Ok(0));
    assert_eq!(guest.get("a").unwrap(), b"012345678Z");
}

#[test]
fn an_image_keeps_its_mappings() {
    let (mut guest, fd) = guest(b"0123456789");
    let address = guest.map(PLACES, 10, BOTH, SHARED, fd, 0).unwrap();
    guest.map(PLACES + PAGE, 10, BOTH, SHARED | ANONYMOUS, -1, 0).unwrap();
    let kept = guest.process.mapped_files().unwrap();
    guest.process.close_all();
    assert!(guest.process.mappings.is_empty());
    guest.process.change_directory(b"/home/earth").unwrap();
    guest.process.remap(&kept);
    guest.slice_mut(address, 1).fill(b'!');
    let Guest { process, memory, .. } = &mut guest;
    process.settle_mappings(&mut GuestMemory::new(memory)).unwrap();
    assert_eq!(guest.get("a").unwrap(), b"!123456789");
    assert_eq!(guest.process.mapped_files().unwrap(), kept);
}
