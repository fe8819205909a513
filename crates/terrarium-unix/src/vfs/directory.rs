//! A directory's entries: found by name, listed in the order of their creation.

use super::Ino;
use super::mounts::Lower;
use crate::abi::FileType;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A file name, shared between the places that hold it.
pub(super) type Name = Arc<[u8]>;

/// Cursors below this number stand for `.` and `..`.
pub(super) const FIRST_CURSOR: u64 = 2;

/// The target of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// The inode.
    pub(super) ino: Ino,
    /// Its type, so that a listing need not read the inode.
    pub(super) kind: FileType,
    /// The entry's position in listings, which does not change while other entries come and go.
    cursor: u64,
}

/// The entries of a directory.
#[derive(Clone, Debug)]
pub(super) struct Directory {
    /// The directory above; the root's is itself. A removed directory keeps it, because `..` still works there.
    pub(super) parent: Ino,
    by_name: BTreeMap<Name, Entry>,
    by_cursor: BTreeMap<u64, Name>,
    next_cursor: u64,
    subdirectories: u32,
    /// The folder of the host that the directory of an overlay shows too.
    pub(super) lower: Option<Box<Lower>>,
}

impl Directory {
    /// An empty directory.
    pub(super) fn new(parent: Ino) -> Directory {
        Directory {
            parent,
            by_name: BTreeMap::new(),
            by_cursor: BTreeMap::new(),
            next_cursor: FIRST_CURSOR,
            subdirectories: 0,
            lower: None,
        }
    }

    /// A directory of an overlay.
    pub(super) fn over(parent: Ino, lower: Lower) -> Directory {
        Directory { lower: Some(Box::new(lower)), ..Directory::new(parent) }
    }

    /// Whether the directory has no entries besides `.` and `..`.
    pub(super) fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    /// Returns the number of entries that are directories.
    pub(super) fn subdirectories(&self) -> u32 {
        self.subdirectories
    }

    /// Returns the entry with a name.
    pub(super) fn get(&self, name: &[u8]) -> Option<Entry> {
        self.by_name.get(name).copied()
    }

    /// Adds an entry, or changes the target of an existing one, which keeps its position in listings.
    pub(super) fn insert(&mut self, name: Name, ino: Ino, kind: FileType) {
        let cursor = match self.by_name.get(&name) {
            Some(old) => {
                self.subdirectories -= u32::from(old.kind == FileType::Directory);
                old.cursor
            }
            None => {
                let cursor = self.next_cursor;
                self.next_cursor += 1;
                self.by_cursor.insert(cursor, name.clone());
                cursor
            }
        };
        self.subdirectories += u32::from(kind == FileType::Directory);
        self.by_name.insert(name, Entry { ino, kind, cursor });
    }

    /// Removes an entry.
    pub(super) fn remove(&mut self, name: &[u8]) -> Option<Entry> {
        let entry = self.by_name.remove(name)?;
        self.by_cursor.remove(&entry.cursor);
        self.subdirectories -= u32::from(entry.kind == FileType::Directory);
        Some(entry)
    }

    /// Returns the cursor behind the newest entry.
    pub(super) fn end(&self) -> u64 {
        self.next_cursor
    }

    /// Returns the entries with `from <= cursor < end` in the order of listings, each with its cursor.
    pub(super) fn list(&self, from: u64, end: u64) -> impl Iterator<Item = (u64, &Name, Entry)> {
        let from = from.max(FIRST_CURSOR);
        let range = if from < end { Some(self.by_cursor.range(from..end)) } else { None };
        range.into_iter().flatten().filter_map(|(&cursor, name)| Some((cursor, name, *self.by_name.get(name)?)))
    }

    /// Returns the entries in the order of names.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Name, Entry)> {
        self.by_name.iter().map(|(name, entry)| (name, *entry))
    }
}
