//! A folder of the host that is the directory of another file system.

use std::sync::{Arc, Mutex, MutexGuard};
use terrarium_unix::abi::{Errno, FileType, LockKind, OpenFlags, Stat, Timespec};
use terrarium_unix::vfs::{
    At, Context, Follow, HostFile, HostFolder, HostKind, HostName, HostStatus, Ino, NodeKind, OpenHostFile, SetTime,
    SetTimes, Vfs,
};

/// The directory `base` of a file system, as a folder of the host.
#[derive(Clone, Debug)]
pub(crate) struct MemoryFolder {
    pub(crate) vfs: Arc<Mutex<Vfs>>,
    pub(crate) base: &'static [u8],
}

#[derive(Debug)]
struct MemoryFile {
    vfs: Arc<Mutex<Vfs>>,
    ino: Ino,
}

fn root() -> Context {
    Context::root(Timespec { sec: 1_800_000_000, nsec: 5 })
}

fn set_times([atime, mtime]: [Option<Timespec>; 2]) -> SetTimes {
    let change = |time: Option<Timespec>| time.map_or(SetTime::Omit, SetTime::At);
    SetTimes { atime: change(atime), mtime: change(mtime) }
}

fn status_of(stat: &Stat) -> Result<HostStatus, Errno> {
    let kind = match FileType::from_mode(stat.mode) {
        Some(FileType::Regular) => HostKind::File,
        Some(FileType::Directory) => HostKind::Folder,
        Some(FileType::Symlink) => HostKind::Link,
        _ => return Err(Errno::ENOENT),
    };
    let (size, mode, links) = (stat.size as u64, stat.mode & 0o7777, u64::from(stat.nlink));
    let (atime, mtime, ctime) = (stat.atim, stat.mtim, stat.ctim);
    Ok(HostStatus { kind, id: (1, stat.ino), links, size, mode, atime, mtime, ctime })
}

impl MemoryFolder {
    fn vfs(&self) -> MutexGuard<'_, Vfs> {
        self.vfs.lock().unwrap()
    }

    fn path(&self, path: &[u8]) -> Vec<u8> {
        assert!(!path.split(|byte| *byte == b'/').any(|name| name == b"." || name == b".."), "{path:?}");
        if path.is_empty() { self.base.to_vec() } else { [self.base, b"/", path].concat() }
    }

    fn find(&self, vfs: &Vfs, path: &[u8]) -> Result<Ino, Errno> {
        vfs.resolve(&root(), At::root(&self.path(path)), Follow::No)
    }

    fn opened(&self, path: &[u8], flags: OpenFlags, mode: u32) -> Result<OpenHostFile, Errno> {
        let mut vfs = self.vfs();
        let opened = vfs.open(&root(), At::root(&self.path(path)), flags | OpenFlags::NOFOLLOW, mode)?;
        if opened.kind != NodeKind::Regular {
            vfs.release(opened.ino);
            return Err(Errno::EISDIR);
        }
        let status = status_of(&vfs.stat(opened.ino)?)?;
        let file = MemoryFile { vfs: Arc::clone(&self.vfs), ino: opened.ino };
        Ok(OpenHostFile { file: Arc::new(file), status, writes: flags.contains(OpenFlags::RDWR) })
    }
}

impl HostFolder for MemoryFolder {
    fn status(&self, path: &[u8]) -> Result<HostStatus, Errno> {
        let vfs = self.vfs();
        status_of(&vfs.stat(self.find(&vfs, path)?)?)
    }

    fn target(&self, path: &[u8]) -> Result<Vec<u8>, Errno> {
        let vfs = self.vfs();
        Ok(vfs.readlink(self.find(&vfs, path)?)?.to_vec())
    }

    fn list(&self, path: &[u8], most: usize) -> Result<Vec<HostName>, Errno> {
        let vfs = self.vfs();
        let entries = vfs.readdir(self.find(&vfs, path)?, 2, u64::MAX, usize::MAX)?;
        if entries.len() > most {
            return Err(Errno::EFBIG);
        }
        let name = |entry: terrarium_unix::vfs::DirEntry| {
            let status = status_of(&vfs.stat(entry.ino)?)?;
            Ok(HostName { name: entry.name, kind: status.kind, id: status.id })
        };
        entries.into_iter().map(name).collect()
    }

    fn open(&self, path: &[u8], writes: bool) -> Result<OpenHostFile, Errno> {
        self.opened(path, if writes { OpenFlags::RDWR } else { OpenFlags::empty() }, 0)
    }

    fn create(&self, path: &[u8], mode: u32) -> Result<OpenHostFile, Errno> {
        self.opened(path, OpenFlags::RDWR | OpenFlags::CREAT | OpenFlags::EXCL, mode)
    }

    fn create_folder(&self, path: &[u8], mode: u32) -> Result<(), Errno> {
        self.vfs().mkdir(&root(), At::root(&self.path(path)), mode).map(drop)
    }

    fn remove(&self, path: &[u8], is_folder: bool) -> Result<(), Errno> {
        let path = self.path(path);
        let at = At::root(&path);
        if is_folder { self.vfs().rmdir(&root(), at) } else { self.vfs().unlink(&root(), at) }
    }

    fn rename(&self, old: &[u8], new: &[u8]) -> Result<(), Errno> {
        self.vfs().rename(&root(), At::root(&self.path(old)), At::root(&self.path(new)))
    }

    fn set_times(&self, path: &[u8], times: [Option<Timespec>; 2]) -> Result<(), Errno> {
        let mut vfs = self.vfs();
        let ino = self.find(&vfs, path)?;
        vfs.set_times(&root(), ino, set_times(times))
    }

    fn set_mode(&self, path: &[u8], mode: u32) -> Result<(), Errno> {
        let mut vfs = self.vfs();
        let ino = self.find(&vfs, path)?;
        vfs.chmod(&root(), ino, mode)
    }
}

impl HostFile for MemoryFile {
    fn moved(&self, _path: Option<&[u8]>) {}

    fn status(&self) -> Result<HostStatus, Errno> {
        status_of(&self.vfs.lock().unwrap().stat(self.ino)?)
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize, Errno> {
        // Never the whole buffer at once.
        let part = buf.len().min(777);
        self.vfs.lock().unwrap().read_at(self.ino, offset, &mut buf[..part])
    }

    fn write_at(&self, offset: u64, data: &[u8]) -> Result<usize, Errno> {
        self.vfs.lock().unwrap().write_at(&root(), self.ino, offset, data)
    }

    fn set_size(&self, size: u64) -> Result<(), Errno> {
        self.vfs.lock().unwrap().truncate(&root(), self.ino, size)
    }

    fn sync(&self) -> Result<(), Errno> {
        Ok(())
    }

    fn set_times(&self, times: [Option<Timespec>; 2]) -> Result<(), Errno> {
        self.vfs.lock().unwrap().set_times(&root(), self.ino, set_times(times))
    }

    fn set_mode(&self, mode: u32) -> Result<(), Errno> {
        self.vfs.lock().unwrap().chmod(&root(), self.ino, mode)
    }

    fn lock(&self, _: LockKind, _: u64, _: u64) -> Result<(), Errno> {
        Ok(())
    }

    fn locked(&self, _: LockKind, _: u64, _: u64) -> Result<Option<(LockKind, u64, u64)>, Errno> {
        Ok(None)
    }

    fn lock_whole(&self, _: LockKind) -> Result<(), Errno> {
        Ok(())
    }
}

impl Drop for MemoryFile {
    fn drop(&mut self) {
        self.vfs.lock().unwrap().release(self.ino);
    }
}
