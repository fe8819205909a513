//! Shared mappings behave as if memory and file were one, for arbitrary sequences of calls.

use proptest::prelude::*;

use super::Guest;
use crate::abi::OpenFlags;
use crate::memory::GuestMemory;
use crate::syscall::Args;
use crate::syscall::mapping::{MapRequest, PAGE, unmap};

const PAGES: u32 = 4;
const BUFFER: i64 = 13 * PAGE as i64;
const LIST: i64 = 64;
const COUNT: i64 = 80;

#[derive(Debug, Clone)]
enum Op {
    /// Maps pages at one of three places, and closes the descriptor that was used.
    Map {
        place: u32,
        first: u32,
        pages: u32,
    },
    Unmap {
        place: u32,
    },
    /// Writes to a mapping, at this part of it.
    Store {
        place: u32,
        at: u16,
        length: u16,
        byte: u8,
    },
    Read {
        at: u32,
        length: u32,
    },
    Write {
        at: u32,
        length: u32,
        byte: u8,
    },
    Truncate {
        size: u32,
    },
    Sync {
        place: u32,
    },
}

fn op() -> impl Strategy<Value = Op> {
    let at = || 0..PAGES * PAGE;
    prop_oneof![
        (0..3_u32, 0..PAGES, 1..=PAGES).prop_map(|(place, first, pages)| Op::Map { place, first, pages }),
        (0..3_u32).prop_map(|place| Op::Unmap { place }),
        (0..3_u32, any::<u16>(), any::<u16>(), any::<u8>()).prop_map(|(place, at, length, byte)| Op::Store {
            place,
            at,
            length,
            byte
        }),
        (at(), 1..2 * PAGE).prop_map(|(at, length)| Op::Read { at, length }),
        (at(), 1..2 * PAGE, any::<u8>()).prop_map(|(at, length, byte)| Op::Write { at, length, byte }),
        at().prop_map(|size| Op::Truncate { size }),
        (0..3_u32).prop_map(|place| Op::Sync { place }),
    ]
}

struct World {
    guest: Guest,
    fd: i64,
    /// The file as it should be.
    file: Vec<u8>,
    /// The first byte and the length of each mapping.
    mapped: [Option<(u32, u32)>; 3],
    /// The bytes of the file that were stored to a mapping since the last call on all of the file.
    stored: Vec<(usize, std::ops::Range<usize>)>,
}

fn address(place: usize) -> u32 {
    PAGE * (1 + 4 * u32::try_from(place).unwrap())
}

impl World {
    fn moved(&mut self, name: &str, at: i64, length: u32) -> usize {
        let guest = &mut self.guest;
        let list = [u32::try_from(BUFFER).unwrap().to_le_bytes(), length.to_le_bytes()].concat();
        guest.slice_mut(LIST, 8).copy_from_slice(&list);
        guest.wasi(name, &[self.fd, LIST, 1, at, COUNT]).unwrap();
        usize::try_from(guest.i32_at(COUNT)).unwrap()
    }

    fn read(&mut self, at: u32, length: u32) -> Vec<u8> {
        let count = self.moved("fd_pread", at.into(), length);
        self.guest.slice(BUFFER, count).to_vec()
    }

    /// Settles everything, by a read of each page.
    fn settle(&mut self) {
        for page in 0..PAGES * 2 {
            self.read(page * PAGE, 1);
        }
        self.stored.clear();
    }

    fn apply(&mut self, op: &Op) {
        match *op {
            Op::Map { place, first, pages } => {
                let place = place as usize;
                let pages = pages.min(PAGES - first);
                let start = first * PAGE;
                if self.mapped[place].is_some() || self.mapped.contains(&Some((start, pages * PAGE))) {
                    return;
                }
                let fd = self.guest.open("/home/earth/a", OpenFlags::RDWR).unwrap();
                let arguments = [0, (pages * PAGE).into(), 3, 1, fd.cast_unsigned(), (start / 4096).into()];
                let request = MapRequest::check(&self.guest.process, Args::new(&arguments)).unwrap();
                let Guest { process, memory, .. } = &mut self.guest;
                request.place(process, &mut GuestMemory::new(memory), address(place)).unwrap();
                self.guest.close(fd).unwrap();
                self.mapped[place] = Some((start, pages * PAGE));
            }
            Op::Unmap { place } => {
                let place = place as usize;
                let Some((_, length)) = self.mapped[place].take() else { return };
                let Guest { process, memory, .. } = &mut self.guest;
                let arguments = [address(place).into(), length.into()];
                let freed = unmap(process, &mut GuestMemory::new(memory), Args::new(&arguments)).unwrap();
                assert_eq!(freed, [address(place)]);
                self.stored.retain(|(of, _)| *of != place);
            }
            Op::Store { place, at, length, byte } => {
                let place = place as usize;
                let Some((start, mapped)) = self.mapped[place] else { return };
                let at = (u32::from(at) * 5) % mapped;
                let length = u32::from(length).min(mapped - at);
                let (first, last) = ((start + at) as usize, (start + at + length) as usize);
                // Two stores to one byte through different memory have no order.
                if self.stored.iter().any(|(of, range)| *of != place && range.start < last && first < range.end) {
                    self.settle();
                }
                self.guest.slice_mut(i64::from(address(place) + at), length as usize).fill(byte);
                let end = last.min(self.file.len());
                if first < end {
                    self.file[first..end].fill(byte);
                }
                self.stored.push((place, first..last));
            }
            Op::Read { at, length } => {
                let found = self.read(at, length);
                let (first, last) = (at as usize, ((at + length) as usize).min(self.file.len()));
                assert!(found == self.file.get(first..last).unwrap_or_default(), "a read at {at}");
            }
            Op::Write { at, length, byte } => {
                self.guest.slice_mut(BUFFER, length as usize).fill(byte);
                assert_eq!(self.moved("fd_pwrite", at.into(), length), length as usize);
                let (first, last) = (at as usize, (at + length) as usize);
                self.file.resize(self.file.len().max(last), 0);
                self.file[first..last].fill(byte);
            }
            Op::Truncate { size } => {
                self.guest.sys("__syscall_ftruncate64", &[self.fd, size.into()]).unwrap();
                self.file.resize(size as usize, 0);
            }
            Op::Sync { place } => {
                let Some((_, length)) = self.mapped[place as usize] else { return };
                self.guest.sys("msync", &[address(place as usize).into(), length.into(), 4]).unwrap();
            }
        }
    }

    /// Checks that each mapping shows the file.
    fn check(&mut self) {
        self.settle();
        for (place, mapped) in self.mapped.into_iter().enumerate() {
            let Some((start, length)) = mapped else { continue };
            let shown = self.guest.slice(address(place).into(), length as usize);
            let (first, last) = (start as usize, ((start + length) as usize).min(self.file.len()));
            let inside = self.file.get(first..last).unwrap_or_default();
            assert!(shown[..inside.len()] == *inside, "the mapping at {start}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn memory_and_file_are_one(size in 0..PAGES * PAGE, ops in prop::collection::vec(op(), 1..40)) {
        let mut guest = Guest::new();
        guest.put("a", b"");
        let fd = guest.open("a", OpenFlags::RDWR).unwrap();
        let mut world = World { guest, fd, file: Vec::new(), mapped: [None; 3], stored: Vec::new() };
        world.apply(&Op::Truncate { size });
        for op in &ops {
            world.apply(op);
        }
        world.check();
        for place in 0..3 {
            world.apply(&Op::Unmap { place });
        }
        world.apply(&Op::Read { at: 0, length: 2 * PAGE });
        world.apply(&Op::Read { at: 2 * PAGE, length: 2 * PAGE });
        let usage = world.guest.process.vfs.usage();
        prop_assert_eq!(usage.bytes, world.file.len() as u64);
        world.guest.process.close_all();
    }
}
