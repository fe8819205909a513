//! Paths in place of handles: a folder that is renamed is lost, and a link that appears between the check of a path and
//! its use is followed. Files have no identity but their path.

use std::{
    fs::{self, File, Metadata, OpenOptions},
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};

use terrarium_unix::{
    abi::{Errno, LockKind, Timespec},
    vfs::{HostFile, HostFolder, HostKind, HostName, HostStatus, OpenHostFile},
};

/// Opens a folder or a regular file that guests will see.
///
/// # Errors
/// The system's; `InvalidInput` for another kind of file.
pub(crate) fn open(path: &Path, _writes: bool) -> io::Result<Arc<dyn HostFolder>> {
    let root = fs::canonicalize(path)?;
    let kind = fs::metadata(&root)?;
    if !kind.is_dir() && !kind.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is neither a folder nor a regular file"));
    }
    Ok(Arc::new(Folder { root }))
}

#[derive(Debug)]
struct Folder {
    root: PathBuf,
}

#[derive(Debug)]
struct Open {
    file: Mutex<File>,
    id: (u64, u64),
}

fn errno(error: io::Error) -> Errno {
    match error.kind() {
        io::ErrorKind::NotFound => Errno::ENOENT,
        io::ErrorKind::PermissionDenied => Errno::EACCES,
        io::ErrorKind::AlreadyExists => Errno::EEXIST,
        io::ErrorKind::DirectoryNotEmpty => Errno::ENOTEMPTY,
        io::ErrorKind::NotADirectory => Errno::ENOTDIR,
        io::ErrorKind::IsADirectory => Errno::EISDIR,
        io::ErrorKind::StorageFull => Errno::ENOSPC,
        io::ErrorKind::ReadOnlyFilesystem => Errno::EROFS,
        io::ErrorKind::InvalidInput => Errno::EINVAL,
        _ => Errno::EIO,
    }
}

fn id_of(path: &[u8]) -> (u64, u64) {
    let mut hasher = DefaultHasher::new();
    path.hash(&mut hasher);
    (0, hasher.finish())
}

fn kind_of(metadata: &Metadata) -> Option<HostKind> {
    match metadata.file_type() {
        kind if kind.is_symlink() => Some(HostKind::Link),
        kind if kind.is_dir() => Some(HostKind::Folder),
        kind if kind.is_file() => Some(HostKind::File),
        _ => None,
    }
}

fn status_of(metadata: &Metadata, id: (u64, u64)) -> Result<HostStatus, Errno> {
    let time = |time: io::Result<SystemTime>| {
        let nanos = time.ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok()).map_or(0, |past| past.as_nanos());
        Timespec::from_nanos(i128::try_from(nanos).unwrap_or_default())
    };
    let mtime = time(metadata.modified());
    Ok(HostStatus {
        kind: kind_of(metadata).ok_or(Errno::ENOENT)?,
        id,
        links: 1,
        size: metadata.len(),
        mode: if metadata.permissions().readonly() { 0o555 } else { 0o755 },
        atime: time(metadata.accessed()),
        mtime,
        ctime: mtime,
    })
}

impl Folder {
    /// Returns the host's path of a path below the folder, in which no folder on the way is a link.
    fn place(&self, path: &[u8]) -> Result<PathBuf, Errno> {
        let mut place = self.root.clone();
        let mut names = path.split(|&byte| byte == b'/').filter(|name| !name.is_empty()).peekable();
        while let Some(name) = names.next() {
            let name = std::str::from_utf8(name).map_err(|_| Errno::ENOENT)?;
            if name == "." || name == ".." || name.contains(['\\', ':']) {
                return Err(Errno::ENOENT);
            }
            place.push(name);
            if names.peek().is_some() && fs::symlink_metadata(&place).map_err(errno)?.is_symlink() {
                return Err(Errno::ELOOP);
            }
        }
        Ok(place)
    }

    fn opened(&self, path: &[u8], options: &OpenOptions, writes: bool) -> Result<OpenHostFile, Errno> {
        let place = self.place(path)?;
        let file = options.open(&place).map_err(errno)?;
        let status = status_of(&file.metadata().map_err(errno)?, id_of(path))?;
        Ok(OpenHostFile { file: Arc::new(Open { file: Mutex::new(file), id: status.id }), status, writes })
    }
}

impl HostFolder for Folder {
    fn status(&self, path: &[u8]) -> Result<HostStatus, Errno> {
        status_of(&fs::symlink_metadata(self.place(path)?).map_err(errno)?, id_of(path))
    }

    fn target(&self, path: &[u8]) -> Result<Vec<u8>, Errno> {
        let target = fs::read_link(self.place(path)?).map_err(errno)?;
        Ok(target.into_os_string().into_string().map_err(|_| Errno::EACCES)?.replace('\\', "/").into_bytes())
    }

    fn list(&self, path: &[u8], most: usize) -> Result<Vec<HostName>, Errno> {
        if self.status(path)?.kind != HostKind::Folder {
            return Err(Errno::ENOTDIR);
        }
        let mut names = Vec::new();
        for (index, entry) in fs::read_dir(self.place(path)?).map_err(errno)?.enumerate() {
            if index >= most {
                return Err(Errno::EFBIG);
            }
            let entry = entry.map_err(errno)?;
            let (Ok(name), Ok(metadata)) = (entry.file_name().into_string(), entry.metadata()) else { continue };
            let below =
                if path.is_empty() { name.clone().into_bytes() } else { [path, b"/", name.as_bytes()].concat() };
            if let Some(kind) = kind_of(&metadata) {
                names.push(HostName { name: name.as_bytes().into(), kind, id: id_of(&below) });
            }
        }
        Ok(names)
    }

    fn open(&self, path: &[u8], writes: bool) -> Result<OpenHostFile, Errno> {
        match self.status(path)?.kind {
            HostKind::File => self.opened(path, OpenOptions::new().read(true).write(writes), writes),
            HostKind::Folder => Err(Errno::EISDIR),
            HostKind::Link => Err(Errno::ELOOP),
        }
    }

    fn create(&self, path: &[u8], _mode: u32) -> Result<OpenHostFile, Errno> {
        self.opened(path, OpenOptions::new().read(true).write(true).create_new(true), true)
    }

    fn create_folder(&self, path: &[u8], _mode: u32) -> Result<(), Errno> {
        fs::create_dir(self.place(path)?).map_err(errno)
    }

    fn remove(&self, path: &[u8], is_folder: bool) -> Result<(), Errno> {
        let place = self.place(path)?;
        if is_folder { fs::remove_dir(place) } else { fs::remove_file(place) }.map_err(errno)
    }

    fn rename(&self, old: &[u8], new: &[u8]) -> Result<(), Errno> {
        fs::rename(self.place(old)?, self.place(new)?).map_err(errno)
    }

    fn set_times(&self, path: &[u8], times: [Option<Timespec>; 2]) -> Result<(), Errno> {
        self.open(path, true)?.file.set_times(times)
    }

    fn set_mode(&self, path: &[u8], mode: u32) -> Result<(), Errno> {
        let place = self.place(path)?;
        let mut permissions = fs::metadata(&place).map_err(errno)?.permissions();
        permissions.set_readonly(mode & 0o200 == 0);
        fs::set_permissions(place, permissions).map_err(errno)
    }
}

impl Open {
    fn file(&self) -> MutexGuard<'_, File> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Locks are the guest's alone.
impl HostFile for Open {
    fn moved(&self, _path: Option<&[u8]>) {}

    fn lock(&self, _kind: LockKind, _start: u64, _end: u64) -> Result<(), Errno> {
        Ok(())
    }

    fn locked(&self, _kind: LockKind, _start: u64, _end: u64) -> Result<Option<(LockKind, u64, u64)>, Errno> {
        Ok(None)
    }

    fn lock_whole(&self, _kind: LockKind) -> Result<(), Errno> {
        Ok(())
    }

    fn status(&self) -> Result<HostStatus, Errno> {
        status_of(&self.file().metadata().map_err(errno)?, self.id)
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize, Errno> {
        let mut file = self.file();
        file.seek(SeekFrom::Start(offset)).and_then(|_| file.read(buf)).map_err(errno)
    }

    fn write_at(&self, offset: u64, data: &[u8]) -> Result<usize, Errno> {
        let mut file = self.file();
        file.seek(SeekFrom::Start(offset)).and_then(|_| file.write(data)).map_err(errno)
    }

    fn set_size(&self, size: u64) -> Result<(), Errno> {
        self.file().set_len(size).map_err(errno)
    }

    fn sync(&self) -> Result<(), Errno> {
        self.file().sync_all().map_err(errno)
    }

    fn set_times(&self, [atime, mtime]: [Option<Timespec>; 2]) -> Result<(), Errno> {
        let at = |time: Timespec| {
            let nanos = u64::try_from(time.as_nanos()).unwrap_or_default();
            UNIX_EPOCH + std::time::Duration::from_nanos(nanos)
        };
        let mut times = fs::FileTimes::new();
        if let Some(time) = atime {
            times = times.set_accessed(at(time));
        }
        if let Some(time) = mtime {
            times = times.set_modified(at(time));
        }
        self.file().set_times(times).map_err(errno)
    }

    fn set_mode(&self, mode: u32) -> Result<(), Errno> {
        let file = self.file();
        let mut permissions = file.metadata().map_err(errno)?.permissions();
        permissions.set_readonly(mode & 0o200 == 0);
        file.set_permissions(permissions).map_err(errno)
    }
}
