//! A read-only tree that many sandboxes share.

use super::directory::Directory;
use super::inode::{Inode, Link, Node};
use super::{Ino, LayerBuilder, Vfs};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

/// An immutable tree of files, shared by all file systems that are built on it.
///
/// Made by a [`LayerBuilder`], or from a file system with [`Vfs::freeze`](super::Vfs::freeze).
#[derive(Clone, Debug)]
pub struct Layer {
    /// The inode numbered `n` is at `n - 1`; the root is first.
    pub(super) inodes: Vec<Arc<Inode>>,
}

impl Layer {
    /// Returns the smallest tree that a guest expects: see [`LayerBuilder::unix`].
    pub fn unix() -> Arc<Layer> {
        Arc::new(LayerBuilder::unix().build())
    }

    /// Returns the layer that has only a root directory; all callers share it.
    pub fn empty() -> Arc<Layer> {
        static EMPTY: LazyLock<Arc<Layer>> = LazyLock::new(|| Arc::new(LayerBuilder::new().build()));
        Arc::clone(&EMPTY)
    }

    /// Returns the number of inodes.
    pub fn len(&self) -> usize {
        self.inodes.len()
    }

    /// Always false: there is a root.
    pub fn is_empty(&self) -> bool {
        self.inodes.is_empty()
    }

    /// Collects the inodes reachable from the root, renumbered, without quotas and versions. Shares content.
    pub(super) fn collect<'i>(find: impl Fn(Ino) -> Option<&'i Inode>) -> Layer {
        let mut numbers = HashMap::from([(Ino::ROOT, Ino::ROOT)]);
        let mut order = vec![Ino::ROOT];
        let mut inodes: Vec<Inode> = Vec::new();
        while let Some(inode) = order.get(inodes.len()).and_then(|ino| find(*ino)) {
            let mut copy = Inode { links: Vec::new(), ..inode.clone() };
            match &mut copy.node {
                Node::Regular(file) => (file.counted, file.version) = (false, 0),
                Node::Directory(directory) => {
                    // A parent gets its number before its children.
                    let parent = numbers.get(&directory.parent).copied().unwrap_or(Ino::ROOT);
                    let mut renumbered = Directory::new(parent);
                    for (_, name, entry) in directory.list(0, directory.end()) {
                        let ino = *numbers.entry(entry.ino).or_insert_with(|| {
                            order.push(entry.ino);
                            Ino(order.len() as u64)
                        });
                        renumbered.insert(name.clone(), ino, entry.kind);
                    }
                    *directory = renumbered;
                }
                Node::Symlink(_) | Node::CharDevice(_) => {}
            }
            inodes.push(copy);
        }
        let mut links = Vec::new();
        for (index, inode) in inodes.iter().enumerate() {
            let dir = Ino(index as u64 + 1);
            if let Node::Directory(directory) = &inode.node {
                links.extend(directory.iter().map(|(name, entry)| (entry.ino, Link { dir, name: name.clone() })));
            }
        }
        for (ino, link) in links {
            if let Some(inode) = inodes.get_mut(ino.0 as usize - 1) {
                inode.links.push(link);
            }
        }
        Layer { inodes: inodes.into_iter().map(Arc::new).collect() }
    }

    /// Returns the inode with this number.
    pub(super) fn get(&self, ino: Ino) -> Option<&Arc<Inode>> {
        self.inodes.get(usize::try_from(ino.0.checked_sub(1)?).ok()?)
    }

    /// Returns the first number above the layer's.
    pub(super) fn first_free(&self) -> u64 {
        self.inodes.len() as u64 + 1
    }
}

impl Vfs {
    /// Returns the present state as a layer for other file systems. Content is shared, not copied; files without a name
    /// are left out; inode numbers are new.
    pub fn freeze(&self) -> Layer {
        Layer::collect(|ino| self.inode(ino).ok())
    }
}
