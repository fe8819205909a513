//! The mappings of the process, by address.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Process;
use super::mapping::PAGE;
use crate::abi::Errno;
use crate::fd::{Description, Object};
use crate::memory::GuestMemory;
use crate::vfs::{At, Context, Follow, Ino, Shadow};

/// The mappings of the process.
#[derive(Debug, Clone, Default)]
pub struct Mappings(BTreeMap<u32, Mapping>);

/// A mapping.
#[derive(Debug, Clone)]
pub(super) struct Mapping {
    /// Bytes.
    pub(super) length: u32,
    /// The block of the guest's heap that the mapping is in. It is freed with the last mapping in it.
    block: u32,
    /// The number of `mmap` calls that gave this mapping.
    pub(super) users: u32,
    /// The file that the memory shows; `None` for anonymous and private mappings.
    pub(super) file: Option<FilePart>,
}

/// The part of a file that a mapping shows.
#[derive(Debug, Clone)]
pub(super) struct FilePart {
    pub(super) ino: Ino,
    pub(super) offset: u64,
    /// Whether changes of the memory reach the file.
    pub(super) writes: bool,
    pub(super) shadow: Shadow,
}

/// A range of a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) ino: Ino,
    pub(super) offset: u64,
    pub(super) length: u64,
}

/// A mapping as data, for an image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappedFile {
    address: u32,
    length: u32,
    block: u32,
    users: u32,
    /// Path, offset, and whether changes reach the file.
    file: Option<(String, u64, bool)>,
}

impl Span {
    /// Returns the range of a whole file.
    pub(super) const fn whole(ino: Ino) -> Self {
        Self { ino, offset: 0, length: u64::MAX }
    }
}

impl Mapping {
    pub(super) fn new(block: u32, length: u32, file: Option<FilePart>) -> Self {
        Self { length, block, users: 1, file }
    }

    /// Returns the range of the file that the mapping shows.
    pub(super) fn span(&self) -> Option<Span> {
        self.part(0, self.length)
    }

    /// Returns the range of the file that a part of the memory shows.
    fn part(&self, start: u32, length: u32) -> Option<Span> {
        let file = self.file.as_ref()?;
        Some(Span { ino: file.ino, offset: file.offset.saturating_add(start.into()), length: length.into() })
    }
}

impl Mappings {
    /// Whether there is no mapping.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the number of mappings.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn get(&self, address: u32) -> Option<&Mapping> {
        self.0.get(&address)
    }

    pub(super) fn insert(&mut self, address: u32, mapping: Mapping) {
        self.0.insert(address, mapping);
    }

    /// Removes a user of a mapping, and with the last the mapping. Returns its block, if no other mapping is in it.
    pub(super) fn remove(&mut self, address: u32) -> Option<u32> {
        if let Some(mapping) = self.0.get_mut(&address).filter(|mapping| mapping.users > 1) {
            mapping.users = mapping.users.saturating_sub(1);
            return None;
        }
        let block = self.0.remove(&address)?.block;
        self.is_free(block).then_some(block)
    }

    fn is_free(&self, block: u32) -> bool {
        !self.0.values().any(|mapping| mapping.block == block)
    }

    /// Adds a user to a mapping of exactly this part of a file. Returns its address.
    pub(super) fn join(&mut self, ino: Ino, offset: u64, length: u32, writes: bool) -> Option<u32> {
        let is_same = |mapping: &Mapping| {
            let file = mapping.file.as_ref().filter(|_| mapping.length == length);
            file.is_some_and(|file| file.ino == ino && file.offset == offset)
        };
        let (address, mapping) = self.0.iter_mut().find(|(_, mapping)| is_same(mapping))?;
        mapping.users = mapping.users.checked_add(1)?;
        if let Some(file) = &mut mapping.file {
            file.writes |= writes;
        }
        Some(*address)
    }

    /// Returns the mappings that a range of addresses meets, each with the first and the last byte in it.
    fn meeting(&self, address: u32, length: u32) -> impl Iterator<Item = (u32, &Mapping, u32, u32)> {
        let end = u64::from(address).saturating_add(length.into());
        self.0.iter().filter_map(move |(start, mapping)| {
            let first = address.max(*start);
            let last = end.min(u64::from(*start).saturating_add(mapping.length.into()));
            let last = u32::try_from(last).unwrap_or(u32::MAX);
            (first < last).then_some((*start, mapping, first.saturating_sub(*start), last.saturating_sub(*start)))
        })
    }

    /// Returns the parts of files that a range of addresses shows.
    pub(super) fn parts(&self, address: u32, length: u32) -> Vec<Span> {
        let parts = self.meeting(address, length);
        parts.filter_map(|(_, mapping, first, last)| mapping.part(first, last.saturating_sub(first))).collect()
    }

    /// Returns the parts of files that a range of addresses shows; `None` if a page of it is not mapped.
    pub(super) fn spans(&self, address: u32, length: u32) -> Option<Vec<Span>> {
        let mut next = u64::from(address);
        for (start, mapping, ..) in self.meeting(address, length) {
            if u64::from(start) > next {
                return None;
            }
            next = u64::from(start).saturating_add(mapping.length.into()).next_multiple_of(PAGE.into());
        }
        (next >= u64::from(address).saturating_add(length.into())).then(|| self.parts(address, length))
    }

    /// Removes the pages of a range. Returns the inodes that have one mapping more (true) or less, and the blocks that
    /// are no longer in use.
    pub(super) fn cut(&mut self, address: u32, length: u32) -> (Vec<(Ino, bool)>, Vec<u32>) {
        let length = length.checked_next_multiple_of(PAGE).unwrap_or(length);
        let met: Vec<_> = self.meeting(address, length).map(|(start, _, first, last)| (start, first, last)).collect();
        let (mut inodes, mut blocks) = (Vec::new(), Vec::new());
        for (start, first, last) in met {
            let Some(mut mapping) = self.0.remove(&start) else { continue };
            let whole = first == 0 && last == mapping.length;
            if mapping.users > 1 {
                // Other users still see all of it.
                mapping.users = mapping.users.saturating_sub(u32::from(whole));
                self.0.insert(start, mapping);
                continue;
            }
            let ino = mapping.file.as_ref().map(|file| file.ino);
            let parts = [(0, first), (last, mapping.length)].map(|(from, to)| (from, to.saturating_sub(from)));
            let mut count = 0_usize;
            for (from, length) in parts.into_iter().filter(|(_, length)| *length > 0) {
                let mut part = mapping.clone();
                part.length = length;
                if let Some(file) = &mut part.file {
                    file.offset = file.offset.saturating_add(from.into());
                }
                self.0.insert(start.saturating_add(from), part);
                count = count.saturating_add(1);
            }
            inodes.extend(ino.filter(|_| count != 1).map(|ino| (ino, count > 1)));
            if count == 0 && self.is_free(mapping.block) {
                blocks.push(mapping.block);
            }
        }
        (inodes, blocks)
    }
}

impl Process {
    /// Makes a file's part and the mappings that show it equal: writes to the memory reach the file and other mappings.
    ///
    /// # Errors
    /// The first error of writing the file; the other mappings are settled all the same.
    pub(super) fn settle(&mut self, memory: &mut GuestMemory<'_>, span: Span) -> Result<(), Errno> {
        if self.mappings.is_empty() {
            return Ok(());
        }
        let by = self.by();
        let Self { vfs, mappings, .. } = self;
        let mut outcome = Ok(());
        let shows = |mapping: &Mapping| mapping.file.as_ref().is_some_and(|file| file.ino == span.ino);
        // What later mappings write reaches earlier ones in a second round.
        let rounds = if mappings.0.values().filter(|mapping| shows(mapping)).count() > 1 { 2 } else { 1 };
        for _ in 0..rounds {
            for (address, mapping) in mappings.0.iter_mut().filter(|(_, mapping)| shows(mapping)) {
                let settled = settle_one(vfs, &by, memory, *address, mapping, span);
                outcome = outcome.and(settled);
            }
        }
        outcome
    }

    /// Returns the range of a file that a call at `offset` (the position without one) moves at most; `None` if no
    /// mapping can show it.
    pub(super) fn mapped_span(
        &mut self,
        fd: i32,
        offset: Option<u64>,
        length: u32,
        writes: bool,
    ) -> Result<Option<Span>, Errno> {
        if self.mappings.is_empty() {
            return Ok(None);
        }
        let (open, with) = self.open_description(fd)?;
        let Object::File(file) = &open.object else { return Ok(None) };
        let Some(ino) = file.inode() else { return Ok(None) };
        let offset = file.start(&with, offset, writes).unwrap_or(0);
        Ok(Some(Span { ino, offset, length: length.into() }))
    }

    /// Makes all mappings and their files equal.
    ///
    /// # Errors
    /// As for `msync`; all mappings are tried.
    pub fn settle_mappings(&mut self, memory: &mut GuestMemory<'_>) -> Result<(), Errno> {
        let spans: Vec<Span> = self.mappings.0.values().filter_map(Mapping::span).collect();
        let mut outcome = Ok(());
        for span in spans {
            let settled = self.settle(memory, span);
            outcome = outcome.and(settled);
        }
        outcome
    }

    /// Releases the files of all mappings.
    pub(super) fn drop_mappings(&mut self) {
        for mapping in std::mem::take(&mut self.mappings).0.into_values() {
            if let Some(file) = mapping.file {
                self.vfs.release(file.ino);
            }
        }
    }

    /// Returns the mappings as data, for an image.
    ///
    /// # Errors
    /// When an image cannot keep a mapping, because its file has no name.
    pub fn mapped_files(&self) -> Result<Vec<MappedFile>, Errno> {
        let describe = |(address, mapping): (&u32, &Mapping)| {
            let file = mapping.file.as_ref().map(|file| {
                let path = String::from_utf8(self.vfs.name_of(file.ino)?).map_err(|_| Errno::EILSEQ)?;
                Ok((path, file.offset, file.writes))
            });
            let Mapping { length, block, users, .. } = *mapping;
            Ok(MappedFile { address: *address, length, block, users, file: file.transpose()? })
        };
        self.mappings.0.iter().map(describe).collect()
    }

    /// Restores mappings, whose memory has their content. A mapping of a file that no longer exists stays without one.
    pub fn remap(&mut self, mapped: &[MappedFile]) {
        for MappedFile { address, length, block, users, file } in mapped {
            let root = Context::root(self.by().now);
            let part = file.as_ref().and_then(|(path, offset, writes)| {
                let ino = self.vfs.resolve(&root, At::root(path.as_bytes()), Follow::Yes).ok()?;
                let shadow = self.vfs.shadow(ino, *offset, (*length).into(), &[]).ok()?;
                self.vfs.retain(ino).ok()?;
                Some(FilePart { ino, offset: *offset, writes: *writes, shadow })
            });
            self.mappings.insert(*address, Mapping { length: *length, block: *block, users: *users, file: part });
        }
    }
}

/// Makes a mapping and the span of its file equal.
fn settle_one(
    vfs: &mut crate::vfs::Vfs,
    by: &Context,
    memory: &mut GuestMemory<'_>,
    address: u32,
    mapping: &mut Mapping,
    span: Span,
) -> Result<(), Errno> {
    let Some(file) = &mut mapping.file else { return Ok(()) };
    let memory = memory.slice_mut(address, mapping.length)?;
    if let Some(size) = vfs.resize_shadow(file.ino, &mut file.shadow)? {
        let kept = usize::try_from(size.saturating_sub(file.offset)).unwrap_or(usize::MAX);
        memory.get_mut(kept..).unwrap_or_default().fill(0);
    }
    // Whole pages only: what is equal is recorded for each.
    let page = u64::from(PAGE);
    let start = span.offset.saturating_sub(file.offset);
    let start = start.saturating_sub(start.checked_rem(page).unwrap_or(0));
    let end = span.offset.saturating_add(span.length).saturating_sub(file.offset);
    let end = end.checked_next_multiple_of(page).unwrap_or(u64::MAX);
    let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(memory.len());
    let range = place(start)..place(end);
    let memory = memory.get_mut(range).unwrap_or_default();
    if memory.is_empty() {
        return Ok(());
    }
    vfs.settle(by, file.ino, &mut file.shadow, file.offset.saturating_add(start), memory, file.writes)
}
