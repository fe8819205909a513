//! Listings of folders of the host, in the order of names.
//!
//! A listing is taken when it begins, and kept for a while, because the guest reads a few entries at a time. One that is
//! gone is taken again, and continues behind the last name, so that it has no entry twice.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::folder::HostName;
use super::nodes::Nodes;
use crate::abi::{Errno, FileType};
use crate::vfs::directory::{FIRST_CURSOR, Name};
use crate::vfs::{DirEntry, Ino, Vfs};

/// The most entries of a folder.
const MOST_ENTRIES: usize = 1_000_000;
/// The most listings that are kept, and the most entries in them unless there is one alone.
const MOST_LISTINGS: usize = 32;
const MOST_KEPT: usize = 200_000;

/// The entries of a folder at one moment.
#[derive(Debug)]
pub(in crate::vfs) struct Listing {
    dir: Ino,
    number: u64,
    entries: Vec<(Name, FileType, Target)>,
}

/// The target of an entry.
#[derive(Clone, Copy, Debug)]
enum Target {
    Inode(Ino),
    /// A file of the host: the mount, and the host's numbers.
    Host(usize, u64, u64),
}

/// The position of a descriptor in a listing.
#[derive(Clone, Debug, Default)]
pub struct ListingPlace {
    number: u64,
    last: Option<Name>,
}

/// The listings that are kept, the latest last.
#[derive(Debug, Default)]
pub(super) struct Listings {
    kept: VecDeque<Arc<Listing>>,
    count: u64,
}

impl Listings {
    fn find(&self, number: u64) -> Option<Arc<Listing>> {
        self.kept.iter().find(|listing| listing.number == number).cloned()
    }

    fn keep(&mut self, dir: Ino, entries: Vec<(Name, FileType, Target)>) -> Arc<Listing> {
        self.count += 1;
        let listing = Arc::new(Listing { dir, number: self.count, entries });
        self.kept.push_back(Arc::clone(&listing));
        let total = |kept: &VecDeque<Arc<Listing>>| kept.iter().map(|listing| listing.entries.len()).sum::<usize>();
        while self.kept.len() > 1 && (self.kept.len() > MOST_LISTINGS || total(&self.kept) > MOST_KEPT) {
            self.kept.pop_front();
        }
        listing
    }
}

impl Listing {
    /// Returns the entries from a cursor on.
    fn entries(&self, nodes: &mut Nodes, dots: [Ino; 2], from: u64, max: usize) -> Vec<DirEntry> {
        let dots =
            [(&b"."[..], dots[0]), (b"..", dots[1])].map(|(name, ino)| (Name::from(name), FileType::Directory, ino));
        let start = usize::try_from(from).unwrap_or(usize::MAX);
        let first = FIRST_CURSOR as usize;
        let rest = self.entries.get(start.max(first) - first..).unwrap_or_default();
        let mut number = |target| match target {
            Target::Inode(ino) => ino,
            Target::Host(mount, device, inode) => nodes.number((mount, device, inode)),
        };
        let rest = rest.iter().map(|(name, kind, target)| (name.clone(), *kind, number(*target)));
        let entries = dots.into_iter().skip(start.min(first)).chain(rest).take(max);
        entries.zip(from + 1..).map(|((name, kind, ino), next)| DirEntry { ino, kind, name, next }).collect()
    }
}

impl Vfs {
    /// Whether a directory shows a folder of the host.
    pub fn shows_folder(&self, dir: Ino) -> bool {
        let dir = self.current(dir);
        self.is_host(dir)
            || (self.mounts.is_some()
                && self.inode(dir).and_then(|inode| inode.directory()).is_ok_and(|dir| dir.lower.is_some()))
    }

    /// Lists a directory that shows a folder of the host, like [`Vfs::readdir`]. `place` is the descriptor's position.
    ///
    /// # Errors
    /// As for [`Vfs::readdir`]; `EFBIG` for more than a million entries; the host's.
    pub fn list_folder(
        &self,
        dir: Ino,
        from: u64,
        max: usize,
        place: &mut ListingPlace,
    ) -> Result<Vec<DirEntry>, Errno> {
        let dir = self.current(dir);
        let mounts = self.mounts()?;
        let kept = if from == 0 { None } else { mounts.listings().find(place.number) };
        let (listing, from) = match kept.filter(|listing| listing.dir == dir) {
            Some(listing) => (listing, from),
            None => {
                let entries = self.listed(dir)?;
                let behind = |last: &Name| entries.partition_point(|(name, ..)| *name <= *last) as u64 + FIRST_CURSOR;
                let from = match &place.last {
                    Some(last) if from > FIRST_CURSOR => behind(last),
                    _ => from,
                };
                (mounts.listings().keep(dir, entries), from)
            }
        };
        let parent = self.parent(dir).unwrap_or(dir);
        let entries = listing.entries(&mut mounts.nodes(), [dir, parent], from, max);
        let last = entries.last().filter(|entry| entry.next > FIRST_CURSOR).map(|entry| entry.name.clone());
        *place = ListingPlace { number: listing.number, last: last.or_else(|| place.last.take()) };
        Ok(entries)
    }

    /// Returns the present entries of a directory that shows a folder, in the order of names.
    fn listed(&self, dir: Ino) -> Result<Vec<(Name, FileType, Target)>, Errno> {
        let mut entries = BTreeMap::new();
        let mounts = self.mounts()?;
        let host = |index: usize, names: Vec<HostName>| {
            names
                .into_iter()
                .map(move |HostName { name, kind, id }| (name, (kind.file_type(), Target::Host(index, id.0, id.1))))
        };
        if self.is_host(dir) {
            let at = self.outside(dir)?;
            let names = at.mounted.mount.folder.list(&at.path, MOST_ENTRIES)?;
            if mounts.names_in(dir).next().is_none() {
                // Sorted in place: a folder may have very many.
                let mut list: Vec<_> =
                    host(at.index, names).map(|(name, (kind, target))| (name, kind, target)).collect();
                list.sort_unstable_by(|(a, ..), (b, ..)| a.cmp(b));
                return Ok(list);
            }
            entries.extend(host(at.index, names));
        } else {
            let inode = self.inode(dir)?;
            if inode.links.is_empty() && dir != Ino::ROOT {
                return Err(Errno::ENOENT);
            }
            let directory = inode.directory()?;
            if let Some(lower) = &directory.lower {
                let names = mounts.get(lower.mount)?.mount.folder.list(&lower.path, MOST_ENTRIES);
                // A folder that is gone has nothing to show.
                let names = names.or_else(|errno| if errno == Errno::ENOENT { Ok(Vec::new()) } else { Err(errno) })?;
                entries.extend(host(lower.mount, names).filter(|(name, _)| !lower.hidden.contains(name)));
            }
            let own = directory.iter().map(|(name, entry)| (name.clone(), (entry.kind, Target::Inode(entry.ino))));
            entries.extend(own);
        }
        for (name, root) in mounts.names_in(dir) {
            entries.insert(name.clone(), (self.kind(root)?.file_type(), Target::Inode(root)));
        }
        Ok(entries.into_iter().map(|(name, (kind, target))| (name, kind, target)).collect())
    }

    /// Whether a directory of any kind has no entries.
    pub(in crate::vfs) fn has_no_entries(&self, dir: Ino) -> Result<bool, Errno> {
        let dir = self.current(dir);
        if self.is_host(dir) {
            let at = self.outside(dir)?;
            return match at.mounted.mount.folder.list(&at.path, 1) {
                Ok(names) => Ok(names.is_empty()),
                Err(Errno::EFBIG) => Ok(false),
                Err(errno) => Err(errno),
            };
        }
        let directory = self.inode(dir)?.directory()?;
        match directory.lower {
            None => Ok(directory.is_empty()),
            Some(_) => Ok(directory.is_empty() && self.listed(dir)?.is_empty()),
        }
    }
}
