//! The files of the host that the guest has seen: their numbers and places.
//!
//! A file keeps its number as long as it is the same file of the host, under any name. Numbers are given in the order in
//! which the guest meets the files, so they tell nothing about the host and repeat when the run does. The tables have a
//! bound: a file that was met long ago, and that is not open, may be numbered anew.

use std::collections::HashMap;
use std::sync::Arc;

use super::folder::{HostKind, HostStatus, OpenHostFile};
use crate::vfs::Ino;

/// The first number of a file of the host.
pub(in crate::vfs) const FIRST: u64 = 1 << 40;
/// The most numbers.
const MOST_NUMBERS: usize = 1 << 18;
/// The most places.
const MOST_NODES: usize = 1 << 14;

/// The identity of a file: the mount, and the host's numbers.
pub(super) type Key = (usize, u64, u64);

/// The place of a file.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) key: Key,
    /// The path by which it was last found.
    pub(super) path: Arc<[u8]>,
    pub(super) kind: HostKind,
    /// The open file, as long as a descriptor of the guest holds it.
    pub(super) file: Option<OpenHostFile>,
    /// The inode that has replaced it in an overlay, as long as a descriptor of the guest holds it.
    pub(super) upper: Option<Ino>,
    /// Whether its last name was removed while it was open. It counts against the quota until it is closed.
    pub(super) is_removed: bool,
    seen: u64,
}

impl Node {
    pub(super) const fn mount(&self) -> usize {
        self.key.0
    }
}

/// The files of all mounts.
#[derive(Clone, Debug)]
pub(super) struct Nodes {
    numbers: HashMap<Key, Ino>,
    nodes: HashMap<Ino, Node>,
    next: u64,
    clock: u64,
}

impl Default for Nodes {
    fn default() -> Self {
        Self { numbers: HashMap::new(), nodes: HashMap::new(), next: FIRST, clock: 0 }
    }
}

impl Nodes {
    /// Returns a file's number.
    pub(super) fn number(&mut self, key: Key) -> Ino {
        if let Some(ino) = self.numbers.get(&key) {
            return *ino;
        }
        if self.numbers.len() >= MOST_NUMBERS {
            let nodes = &self.nodes;
            self.numbers.retain(|_, ino| nodes.contains_key(ino));
        }
        let ino = Ino(self.next);
        self.next += 1;
        self.numbers.insert(key, ino);
        ino
    }

    /// Records the place of a file, and returns its number. `is_held` tells which files must not be forgotten.
    pub(super) fn place(
        &mut self,
        mount: usize,
        path: Arc<[u8]>,
        status: &HostStatus,
        is_held: impl Fn(Ino) -> bool,
    ) -> Ino {
        let key = (mount, status.id.0, status.id.1);
        let ino = self.number(key);
        self.clock += 1;
        let seen = self.clock;
        if let Some(node) = self.nodes.get_mut(&ino) {
            (node.path, node.kind, node.seen) = (path, status.kind, seen);
            return ino;
        }
        if self.nodes.len() >= MOST_NODES {
            // A walk may still be at a file that it met lately.
            let recent = seen.saturating_sub(MOST_NODES as u64 / 2);
            self.nodes.retain(|ino, node| node.seen > recent || is_held(*ino));
        }
        let node = Node { key, path, kind: status.kind, file: None, upper: None, is_removed: false, seen };
        self.nodes.insert(ino, node);
        ino
    }

    pub(super) fn get(&self, ino: Ino) -> Option<&Node> {
        self.nodes.get(&ino)
    }

    pub(super) fn get_mut(&mut self, ino: Ino) -> Option<&mut Node> {
        self.nodes.get_mut(&ino)
    }

    /// Moves the places at and below a path of a mount that was renamed.
    pub(super) fn rename(&mut self, mount: usize, old: &[u8], new: &[u8]) {
        for node in self.nodes.values_mut().filter(|node| node.mount() == mount) {
            let rest = node.path.strip_prefix(old).filter(|rest| rest.first().is_none_or(|byte| *byte == b'/'));
            if let Some(rest) = rest {
                node.path = [new, rest].concat().into();
                if let Some(open) = &node.file {
                    open.file.moved(Some(&node.path));
                }
            }
        }
    }

    #[cfg(test)]
    pub(super) fn sizes(&self) -> (usize, usize) {
        (self.numbers.len(), self.nodes.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi::Timespec;

    fn status(number: u64) -> HostStatus {
        let time = Timespec::default();
        let (kind, links, size, mode) = (HostKind::File, 1, 0, 0o644);
        HostStatus { kind, id: (1, number), links, size, mode, atime: time, mtime: time, ctime: time }
    }

    #[test]
    fn a_file_keeps_its_number_under_any_name_and_the_tables_have_a_bound() {
        let mut nodes = Nodes::default();
        let held = nodes.place(0, Arc::from(*b"a"), &status(0), |_| false);
        assert_eq!(nodes.place(0, Arc::from(*b"b"), &status(0), |_| false), held);
        assert_eq!(&*nodes.get(held).unwrap().path, b"b");
        for number in 1..MOST_NUMBERS as u64 + 1000 {
            nodes.place(0, Arc::from(number.to_string().as_bytes()), &status(number), |ino| ino == held);
        }
        let (numbers, places) = nodes.sizes();
        assert!(numbers <= MOST_NUMBERS && places <= MOST_NODES, "{numbers} {places}");
        assert!(nodes.get(held).is_some());
        assert_eq!(nodes.number((0, 1, 0)), held);
    }

    #[test]
    fn what_is_below_a_renamed_folder_moves_with_it() {
        let mut nodes = Nodes::default();
        let place = |nodes: &mut Nodes, path: &[u8], number| nodes.place(0, path.into(), &status(number), |_| false);
        let moved = [place(&mut nodes, b"a", 1), place(&mut nodes, b"a/x", 2)];
        let stays = place(&mut nodes, b"ab", 3);
        nodes.rename(0, b"a", b"c/d");
        let path = |ino| nodes.get(ino).unwrap().path.to_vec();
        assert_eq!(moved.map(path), [b"c/d".to_vec(), b"c/d/x".to_vec()]);
        assert_eq!(path(stays), b"ab");
    }
}
