//! Operations carried out on a `Vfs`.

use crate::ops::{Op, Outcome, SLOTS, Status, Text, Value, comparable};
use std::collections::BTreeMap;
use terrarium_unix::abi::{Errno, FallocateFlags, FileType, OpenAccess, OpenFlags, S_IFMT, Timespec};
use terrarium_unix::vfs::{At, Context, Credentials, Follow, Ino, ListingPlace, NodeKind, SetTime, SetTimes, Vfs};

/// A file system with a working directory and some open files, as a process has them.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) vfs: Vfs,
    pub(crate) ctx: Context,
    pub(crate) cwd: Ino,
    pub(crate) slots: [Option<(Ino, OpenAccess)>; SLOTS],
    /// Whether to compare the link counts of directories.
    pub(crate) count_dirs: bool,
}

impl World {
    /// Starts in the directory at `base`.
    pub(crate) fn new(mut vfs: Vfs, ctx: Context, base: &[u8]) -> World {
        let root = Context { cred: Credentials::ROOT, ..ctx };
        let cwd = vfs.resolve(&root, At::root(base), Follow::Yes).unwrap();
        vfs.retain(cwd).unwrap();
        World { vfs, ctx, cwd, slots: [None; SLOTS], count_dirs: true }
    }

    /// Returns to a directory from any working directory.
    pub(crate) fn return_to(&mut self, base: &[u8]) {
        let root = Context { cred: Credentials::ROOT, ..self.ctx };
        let cwd = self.vfs.resolve(&root, At::root(base), Follow::Yes).unwrap();
        self.vfs.retain(cwd).unwrap();
        self.vfs.release(self.cwd);
        self.cwd = cwd;
    }

    fn at<'p>(&self, path: &'p [u8]) -> At<'p> {
        At { dir: self.cwd, path }
    }

    fn resolve(&self, path: &[u8], follow: bool) -> Result<Ino, Errno> {
        self.vfs.resolve(&self.ctx, self.at(path), if follow { Follow::Yes } else { Follow::No })
    }

    pub(crate) fn close_all(&mut self) {
        for slot in &mut self.slots {
            if let Some((ino, _)) = slot.take() {
                self.vfs.release(ino);
            }
        }
    }

    fn slot(&self, slot: usize, usable: impl Fn(OpenAccess) -> bool) -> Option<Ino> {
        let (ino, access) = self.slots[slot]?;
        (usable(access) && self.vfs.kind(ino) == Ok(NodeKind::Regular)).then_some(ino)
    }

    pub(crate) fn apply(&mut self, op: &Op) -> Outcome {
        let ctx = self.ctx;
        match op {
            Op::Open { slot, path, flags, mode } => {
                let opened = self.vfs.open(&ctx, self.at(path), *flags, *mode)?;
                let access = flags.access().unwrap();
                if let Some((old, _)) = self.slots[*slot].replace((opened.ino, access)) {
                    self.vfs.release(old);
                }
                Ok(Value::Nothing)
            }
            Op::Close { slot } => {
                if let Some((ino, _)) = self.slots[*slot].take() {
                    self.vfs.release(ino);
                }
                Ok(Value::Nothing)
            }
            Op::Read { slot, offset, len } => {
                let Some(ino) = self.slot(*slot, OpenAccess::readable) else {
                    return Ok(Value::Skipped);
                };
                let mut buf = vec![0xaa; *len];
                let count = self.vfs.read_at(ino, *offset, &mut buf)?;
                buf.truncate(count);
                Ok(Value::Bytes(Text(buf)))
            }
            Op::Write { slot, offset, len, fill } => {
                let Some(ino) = self.slot(*slot, OpenAccess::writable) else {
                    return Ok(Value::Skipped);
                };
                let count = self.vfs.write_at(&ctx, ino, *offset, &pattern(*len, *fill))?;
                Ok(Value::Count(count))
            }
            Op::Resize { slot, size } => {
                let Some(ino) = self.slot(*slot, OpenAccess::writable) else {
                    return Ok(Value::Skipped);
                };
                self.vfs.truncate(&ctx, ino, *size)?;
                Ok(Value::Nothing)
            }
            Op::Allocate { slot, offset, len } => {
                let Some(ino) = self.slot(*slot, OpenAccess::writable) else {
                    return Ok(Value::Skipped);
                };
                self.vfs.fallocate(&ctx, ino, FallocateFlags::empty(), *offset, *len)?;
                Ok(Value::Nothing)
            }
            Op::StatOpen { slot } => match self.slots[*slot] {
                Some((ino, _)) => Ok(Value::Status(self.status(ino)?)),
                None => Ok(Value::Skipped),
            },
            Op::Mkdir { path, mode } => self.vfs.mkdir(&ctx, self.at(path), *mode).map(|_| Value::Nothing),
            Op::Rmdir { path } => self.vfs.rmdir(&ctx, self.at(path)).map(|()| Value::Nothing),
            Op::Unlink { path } => self.vfs.unlink(&ctx, self.at(path)).map(|()| Value::Nothing),
            Op::Rename { from, to } => self.vfs.rename(&ctx, self.at(from), self.at(to)).map(|()| Value::Nothing),
            Op::Link { from, to, follow } => {
                let follow = if *follow { Follow::Yes } else { Follow::No };
                self.vfs.link(&ctx, self.at(from), follow, self.at(to)).map(|()| Value::Nothing)
            }
            Op::Symlink { target, path } => self.vfs.symlink(&ctx, target, self.at(path)).map(|_| Value::Nothing),
            Op::Readlink { path } => Ok(Value::Bytes(Text(self.vfs.readlink(self.resolve(path, false)?)?.to_vec()))),
            Op::Stat { path, follow } => Ok(Value::Status(self.status(self.resolve(path, *follow)?)?)),
            Op::Chmod { path, mode } => {
                let ino = self.resolve(path, true)?;
                self.vfs.chmod(&ctx, ino, *mode).map(|()| Value::Nothing)
            }
            Op::Chown { path, uid, gid } => {
                let ino = self.resolve(path, true)?;
                self.vfs.chown(&ctx, ino, *uid, *gid).map(|()| Value::Nothing)
            }
            Op::Access { path, mode } => {
                let ino = self.resolve(path, true)?;
                self.vfs.access(&ctx, ino, *mode).map(|()| Value::Nothing)
            }
            Op::Touch { path, mtime } => {
                let ino = self.resolve(path, true)?;
                let times = SetTimes { atime: SetTime::Omit, mtime: SetTime::At(*mtime) };
                self.vfs.set_times(&ctx, ino, times).map(|()| Value::Nothing)
            }
            Op::List { path } => self.list(path),
            Op::Chdir { path } => {
                let dir = self.vfs.resolve_directory(&ctx, self.at(path))?;
                self.vfs.retain(dir).unwrap();
                self.vfs.release(self.cwd);
                self.cwd = dir;
                Ok(Value::Nothing)
            }
            Op::Getcwd => Ok(Value::Bytes(Text(self.vfs.path_of(self.cwd)?))),
            Op::Mknod { path, mode } => self.vfs.mknod(&ctx, self.at(path), *mode).map(|_| Value::Nothing),
        }
    }

    fn list(&mut self, path: &[u8]) -> Outcome {
        let opened = self.vfs.open(&self.ctx, self.at(path), OpenFlags::DIRECTORY, 0)?;
        let names = self.names(opened.ino);
        self.vfs.release(opened.ino);
        Ok(Value::Names(names?))
    }

    /// Returns the sorted entries of a directory, read a few at a time.
    fn names(&self, dir: Ino) -> Result<Vec<(Text, u8)>, Errno> {
        let end = if self.vfs.shows_folder(dir) { 0 } else { self.vfs.dir_end(dir)? };
        let (mut names, mut cursor, mut place) = (Vec::new(), 0, ListingPlace::default());
        loop {
            let entries = if self.vfs.shows_folder(dir) {
                self.vfs.list_folder(dir, cursor, 3, &mut place)?
            } else {
                self.vfs.readdir(dir, cursor, end, 3)?
            };
            let Some(last) = entries.last() else { break };
            cursor = last.next;
            names.extend(entries.iter().map(|entry| (Text(entry.name.to_vec()), entry.kind.dirent_type())));
        }
        names.sort();
        Ok(names)
    }

    fn status(&self, ino: Ino) -> Result<Status, Errno> {
        let stat = self.vfs.stat(ino)?;
        let dir = stat.mode & S_IFMT == FileType::Directory.mode_bits();
        Ok(Status {
            mode: stat.mode,
            nlink: (!dir || self.count_dirs).then_some(stat.nlink),
            uid: stat.uid,
            gid: stat.gid,
            size: (!dir).then_some(stat.size),
            mtime: comparable(stat.mtim),
        })
    }

    /// Returns everything below a directory, with status and content.
    pub(crate) fn tree(&self, base: &[u8]) -> Tree {
        let root = Context { cred: Credentials::ROOT, ..self.ctx };
        let start = self.vfs.resolve(&root, At::root(base), Follow::Yes).unwrap();
        let mut tree = Tree::new();
        let mut todo = vec![(Vec::new(), start)];
        while let Some((path, ino)) = todo.pop() {
            let content = match self.vfs.kind(ino).unwrap() {
                NodeKind::Regular => {
                    let mut bytes = vec![0; self.vfs.size(ino).unwrap() as usize];
                    let len = bytes.len();
                    assert_eq!(self.vfs.read_at(ino, 0, &mut bytes), Ok(len));
                    bytes
                }
                NodeKind::Symlink => self.vfs.readlink(ino).unwrap().to_vec(),
                NodeKind::CharDevice(_) => Vec::new(),
                NodeKind::Directory => {
                    let entries = if self.vfs.shows_folder(ino) {
                        let all = self.vfs.list_folder(ino, 0, usize::MAX, &mut ListingPlace::default()).unwrap();
                        all.into_iter().skip(2).collect()
                    } else {
                        self.vfs.readdir(ino, 2, u64::MAX, usize::MAX).unwrap()
                    };
                    for entry in entries {
                        let at = At { dir: ino, path: &entry.name };
                        let child = self.vfs.resolve(&root, at, Follow::No).unwrap();
                        todo.push(([path.as_slice(), b"/", &*entry.name].concat(), child));
                    }
                    Vec::new()
                }
            };
            tree.insert(Text(path), (self.status(ino).unwrap(), Text(content)));
        }
        tree
    }
}

/// Status and content by path.
pub(crate) type Tree = BTreeMap<Text, (Status, Text)>;

/// Describes the differences between two trees.
pub(crate) fn difference(one: &Tree, other: &Tree) -> String {
    let only = |a: &Tree, b: &Tree| -> Vec<String> {
        a.iter().filter(|(path, node)| b.get(*path) != Some(node)).map(|entry| format!("{entry:?}")).collect()
    };
    format!("left: {:#?}\nright: {:#?}", only(one, other), only(other, one))
}

/// Returns bytes that differ by position, so that a shifted write is detected.
pub(crate) fn pattern(len: usize, fill: u8) -> Vec<u8> {
    (0..len).map(|index| fill.wrapping_add((index / 3) as u8)).collect()
}

/// Makes a context with a clock time.
pub(crate) fn context(uid: u32, gid: u32) -> Context {
    let now = Timespec { sec: 1_800_000_000, nsec: 5 };
    Context { cred: Credentials { uid, gid }, now, umask: 0o022 }
}
