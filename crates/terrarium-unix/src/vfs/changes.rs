//! The changes since a mark: paths of regular files that were created, modified or deleted.

use super::inode::{Inode, Node};
use super::state::Top;
use super::walk::PATH_MAX;
use super::{Ino, Layer, Vfs};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// A state of the file system for a later comparison. It keeps that state's content alive.
#[derive(Clone, Debug)]
pub struct Mark {
    top: Arc<Top>,
    /// The files of overlays that were removed or replaced by then.
    covered: Option<Arc<BTreeSet<Vec<u8>>>>,
}

/// The regular files that differ between two states: absolute paths, sorted.
///
/// A rename is one deleted and one created path. A file counts as modified if it was written to, truncated or replaced,
/// even by the same bytes; attributes do not count. A path of [`PATH_MAX`] bytes or more, which no call could name, is
/// left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Paths that did not have a regular file before.
    pub created: Vec<Vec<u8>>,
    /// Paths whose regular file has other content.
    pub modified: Vec<Vec<u8>>,
    /// Paths that no longer have a regular file.
    pub deleted: Vec<Vec<u8>>,
}

impl Changes {
    /// Adds files of overlays that were removed or replaced: they were there before.
    fn cover<'p>(&mut self, covered: impl Iterator<Item = &'p Vec<u8>>) {
        for path in covered {
            match self.created.binary_search(path) {
                Ok(place) => self.modified.push(self.created.remove(place)),
                Err(_) => self.deleted.push(path.clone()),
            }
        }
        self.modified.sort();
        self.deleted.sort();
    }

    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.created.is_empty() && self.modified.is_empty() && self.deleted.is_empty()
    }
}

impl Vfs {
    /// Marks the present state.
    pub fn mark(&self) -> Mark {
        Mark { top: self.top.clone(), covered: self.mounts.as_ref().map(|mounts| Arc::clone(&mounts.covered)) }
    }

    /// Returns the changes since a mark of this file system, or of the one that it was forked from.
    ///
    /// Takes time proportional to the inodes that were ever changed, and to the files in directories that moved.
    pub fn changes(&self, since: &Mark) -> Changes {
        if Arc::ptr_eq(&self.top, &since.top) {
            return Changes::default();
        }
        let mut before = View::new(&self.layer, &since.top);
        let mut after = View::new(&self.layer, &self.top);
        for (root, path) in self.overlays() {
            before.paths.insert(root, Some(path.clone()));
            after.paths.insert(root, Some(path));
        }
        let fresh = self.top.iter().filter(|(ino, inode)| match since.top.get(ino) {
            Some(old) => !Arc::ptr_eq(old, inode),
            None => true,
        });
        let gone = since.top.keys().filter(|ino| !self.top.contains_key(ino));
        for ino in fresh.map(|(ino, _)| ino).chain(gone) {
            let (old, new) = (before.inode(*ino), after.inode(*ino));
            let moved = match (old, new) {
                (Some(old), Some(new)) => matches!(old.node, Node::Directory(_)) && old.links != new.links,
                _ => false,
            };
            if moved {
                before.add_tree(*ino);
                after.add_tree(*ino);
            } else {
                // The first name of a file that the host has mounted since then is no change of the guest's.
                let is_mounted = old.is_none()
                    && new.is_some_and(|inode| matches!(&inode.node, Node::Regular(file) if !file.counted));
                before.add_file(*ino, 0);
                after.add_file(*ino, usize::from(is_mounted));
            }
        }
        let mut changes = compare(before.files, after.files);
        if let Some(mounts) = &self.mounts {
            let covered = since.covered.as_deref();
            let is_new = |path: &&Vec<u8>| covered.is_none_or(|before| !before.contains(*path));
            changes.cover(mounts.covered.iter().filter(is_new));
        }
        changes
    }
}

fn compare(before: Files, mut after: Files) -> Changes {
    let mut changes = Changes::default();
    for (path, old) in before {
        match after.remove(&path) {
            None => changes.deleted.push(path),
            Some(new) if new != old => changes.modified.push(path),
            Some(_) => {}
        }
    }
    changes.created.extend(after.into_keys());
    changes
}

/// Regular files by path, each with its inode and the version of its content.
type Files = BTreeMap<Vec<u8>, (Ino, u64)>;

/// One of the two states, and its files that may differ in the other.
struct View<'v> {
    layer: &'v Layer,
    top: &'v Top,
    files: Files,
    /// Paths of directories, without a final slash; `None` if unreachable or too long.
    paths: HashMap<Ino, Option<Vec<u8>>>,
    /// Directories whose trees were added.
    trees: HashSet<Ino>,
}

impl<'v> View<'v> {
    fn new(layer: &'v Layer, top: &'v Top) -> View<'v> {
        let paths = HashMap::from([(Ino::ROOT, Some(Vec::new()))]);
        View { layer, top, files: Files::new(), paths, trees: HashSet::new() }
    }

    fn inode(&self, ino: Ino) -> Option<&'v Inode> {
        self.top.get(&ino).or_else(|| self.layer.get(ino)).map(Arc::as_ref)
    }

    /// Adds the names of a regular file, except the first `skipped` ones.
    fn add_file(&mut self, ino: Ino, skipped: usize) {
        let Some(inode) = self.inode(ino) else { return };
        let Node::Regular(file) = &inode.node else {
            return;
        };
        for link in inode.links.iter().skip(skipped) {
            let Some(dir) = self.path(link.dir) else {
                continue;
            };
            if dir.len() + 1 + link.name.len() < PATH_MAX {
                let path = [dir, b"/", &*link.name].concat();
                self.files.insert(path, (ino, file.version));
            }
        }
    }

    /// Adds all regular files below a directory.
    fn add_tree(&mut self, root: Ino) {
        let mut todo = vec![root];
        while let Some(ino) = todo.pop() {
            if !self.trees.insert(ino) {
                continue;
            }
            let Some(directory) = self.inode(ino).and_then(|inode| inode.directory().ok()) else {
                continue;
            };
            for (_, entry) in directory.iter() {
                match entry.kind {
                    crate::abi::FileType::Directory => todo.push(entry.ino),
                    _ => self.add_file(entry.ino, 0),
                }
            }
        }
    }

    /// Returns the path of a directory; each is computed once.
    fn path(&mut self, dir: Ino) -> Option<&[u8]> {
        let mut chain = Vec::new();
        let mut at = dir;
        while !self.paths.contains_key(&at) {
            match self.inode(at).and_then(|inode| inode.links.first()) {
                Some(link) => {
                    chain.push((at, link));
                    at = link.dir;
                }
                None => {
                    self.paths.insert(at, None);
                }
            }
        }
        while let Some((ino, link)) = chain.pop() {
            let path = match self.paths.get(&link.dir) {
                Some(Some(above)) if above.len() + 1 + link.name.len() < PATH_MAX => {
                    Some([above.as_slice(), b"/", &*link.name].concat())
                }
                _ => None,
            };
            self.paths.insert(ino, path);
        }
        self.paths.get(&dir)?.as_deref()
    }
}
