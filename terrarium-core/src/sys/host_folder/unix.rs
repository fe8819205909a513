//! Calls relative to the folder's descriptor. The kernel resolves paths below it (`openat2`); where it cannot, each
//! folder on the way is opened by itself, without following links.

use std::{
    io,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    path::Path,
    sync::Arc,
};

use rustix::{
    fs::{self, AtFlags, CWD, Dir, FileType, Mode, OFlags, Stat, Timespec as HostTime, Timestamps},
    io::Errno as HostErrno,
};
use terrarium_unix::{
    abi::{Errno, Timespec},
    vfs::{HostFolder, HostKind, HostName, HostStatus, OpenHostFile},
};

use super::{
    errno::errno,
    file::{File, limited},
};

/// The flags of every descriptor: no link is followed, and no call waits.
const SAFE: OFlags = OFlags::NOFOLLOW.union(OFlags::CLOEXEC).union(OFlags::NONBLOCK).union(OFlags::NOCTTY);
/// A descriptor that leads to a folder and gives no access to it.
#[cfg(target_os = "linux")]
const SEARCH: OFlags = SAFE.union(OFlags::DIRECTORY).union(OFlags::PATH);
#[cfg(not(target_os = "linux"))]
const SEARCH: OFlags = SAFE.union(OFlags::DIRECTORY);

/// Opens a folder or a regular file that guests will see. Links in its own path are followed.
///
/// # Errors
/// The system's; `InvalidInput` for another kind of file.
pub(crate) fn open(path: &Path, writes: bool) -> io::Result<Arc<dyn HostFolder>> {
    let safe = SAFE.difference(OFlags::NOFOLLOW);
    let folder = fs::openat(CWD, path, safe | OFlags::DIRECTORY | OFlags::RDONLY, Mode::empty());
    let (root, is_folder) = match folder {
        Err(HostErrno::NOTDIR) => {
            let access = if writes { OFlags::RDWR } else { OFlags::RDONLY };
            (fs::openat(CWD, path, safe | access, Mode::empty())?, false)
        }
        opened => (opened?, true),
    };
    let kind = FileType::from_raw_mode(fs::fstat(&root)?.st_mode);
    if !is_folder && kind != FileType::RegularFile {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is neither a folder nor a regular file"));
    }
    Ok(Arc::new(Folder(Arc::new(Root { fd: root, is_folder, writes }))))
}

/// The handle of a folder or of a single file.
#[derive(Debug)]
pub(super) struct Root {
    fd: OwnedFd,
    is_folder: bool,
    /// Whether a single file can be written.
    writes: bool,
}

/// A folder that guests see.
#[derive(Debug)]
struct Folder(Arc<Root>);

/// The folder of a path's last name.
enum Parent<'r> {
    Root(BorrowedFd<'r>),
    Below(OwnedFd),
}

impl AsFd for Parent<'_> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Root(fd) => *fd,
            Self::Below(fd) => fd.as_fd(),
        }
    }
}

impl Root {
    /// Opens a path below the folder, or a new descriptor of the folder itself.
    fn beneath(&self, path: &[u8], flags: OFlags, mode: Mode) -> Result<OwnedFd, HostErrno> {
        if !self.is_folder {
            return Err(HostErrno::NOTDIR);
        }
        let path = if path.is_empty() { b"." } else { path };
        #[cfg(target_os = "linux")]
        {
            use fs::ResolveFlags;
            let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
            match fs::openat2(&self.fd, path, flags | SAFE, mode, resolve) {
                // Kernels and filters of system calls that do not have it.
                Err(HostErrno::NOSYS | HostErrno::PERM | HostErrno::TOOBIG | HostErrno::INVAL) => {}
                opened => return opened,
            }
        }
        self.step_by_step(path, flags, mode)
    }

    /// Opens a path below the folder, one name at a time.
    pub(super) fn step_by_step(&self, path: &[u8], flags: OFlags, mode: Mode) -> Result<OwnedFd, HostErrno> {
        let mut names = path.split(|&byte| byte == b'/').peekable();
        let mut at = Parent::Root(self.fd.as_fd());
        while let Some(name) = names.next() {
            if names.peek().is_none() {
                return fs::openat(&at, name, flags | SAFE, mode);
            }
            at = Parent::Below(fs::openat(&at, name, SEARCH, Mode::empty())?);
        }
        Err(HostErrno::NOENT)
    }

    /// Returns the folder of a path's last name, and the name.
    fn parent<'p>(&self, path: &'p [u8]) -> Result<(Parent<'_>, &'p [u8]), HostErrno> {
        match path.iter().rposition(|&byte| byte == b'/') {
            Some(slash) => {
                Ok((Parent::Below(self.beneath(&path[..slash], SEARCH, Mode::empty())?), &path[slash + 1..]))
            }
            None if path.is_empty() || !self.is_folder => Err(HostErrno::BUSY),
            None => Ok((Parent::Root(self.fd.as_fd()), path)),
        }
    }

    /// Opens a regular file, and returns its status.
    pub(super) fn open_file(&self, path: &[u8], writes: bool) -> Result<(OwnedFd, HostStatus), Errno> {
        let fd = if path.is_empty() && !self.is_folder {
            if writes && !self.writes {
                return Err(Errno::EACCES);
            }
            limited(|| rustix::io::fcntl_dupfd_cloexec(&self.fd, 3)).map_err(errno)?
        } else {
            let access = if writes { OFlags::RDWR } else { OFlags::RDONLY };
            limited(|| self.beneath(path, access, Mode::empty())).map_err(errno)?
        };
        let status = status_of(&fs::fstat(&fd).map_err(errno)?)?;
        match status.kind {
            HostKind::File => Ok((fd, status)),
            HostKind::Folder => Err(Errno::EISDIR),
            HostKind::Link => Err(Errno::ELOOP),
        }
    }
}

impl HostFolder for Folder {
    fn status(&self, path: &[u8]) -> Result<HostStatus, Errno> {
        let stat = if path.is_empty() {
            fs::fstat(&self.0.fd)
        } else {
            self.0.parent(path).and_then(|(parent, name)| fs::statat(&parent, name, AtFlags::SYMLINK_NOFOLLOW))
        };
        status_of(&stat.map_err(errno)?)
    }

    fn target(&self, path: &[u8]) -> Result<Vec<u8>, Errno> {
        let (parent, name) = self.0.parent(path).map_err(errno)?;
        Ok(fs::readlinkat(&parent, name, Vec::new()).map_err(errno)?.into_bytes())
    }

    fn list(&self, path: &[u8], most: usize) -> Result<Vec<HostName>, Errno> {
        let fd = limited(|| self.0.beneath(path, OFlags::DIRECTORY | OFlags::RDONLY, Mode::empty())).map_err(errno)?;
        let device = number(fs::fstat(&fd).map_err(errno)?.st_dev);
        let mut names = Vec::new();
        let mut seen = 0_usize;
        let mut folder = Dir::new(fd).map_err(errno)?;
        while let Some(entry) = folder.next() {
            let entry = entry.map_err(errno)?;
            let name = entry.file_name();
            if matches!(name.to_bytes(), b"." | b"..") {
                continue;
            }
            seen += 1;
            if seen > most {
                return Err(Errno::EFBIG);
            }
            let kind = match entry.file_type() {
                // Some file systems do not tell.
                FileType::Unknown => match fs::statat(folder.fd().map_err(errno)?, name, AtFlags::SYMLINK_NOFOLLOW) {
                    Ok(stat) => kind_of(FileType::from_raw_mode(stat.st_mode)),
                    Err(_) => None,
                },
                known => kind_of(known),
            };
            if let Some(kind) = kind {
                names.push(HostName { name: name.to_bytes().into(), kind, id: (device, entry.ino()) });
            }
        }
        Ok(names)
    }

    fn open(&self, path: &[u8], writes: bool) -> Result<OpenHostFile, Errno> {
        let (fd, status) = self.0.open_file(path, writes)?;
        Ok(OpenHostFile { file: File::new(&self.0, path, fd, &status, writes), status, writes })
    }

    fn create(&self, path: &[u8], mode: u32) -> Result<OpenHostFile, Errno> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL;
        let fd = limited(|| self.0.beneath(path, flags, Mode::from_raw_mode(mode))).map_err(errno)?;
        let status = status_of(&fs::fstat(&fd).map_err(errno)?)?;
        Ok(OpenHostFile { file: File::new(&self.0, path, fd, &status, true), status, writes: true })
    }

    fn create_folder(&self, path: &[u8], mode: u32) -> Result<(), Errno> {
        let (parent, name) = self.0.parent(path).map_err(errno)?;
        fs::mkdirat(&parent, name, Mode::from_raw_mode(mode)).map_err(errno)
    }

    fn remove(&self, path: &[u8], is_folder: bool) -> Result<(), Errno> {
        let (parent, name) = self.0.parent(path).map_err(errno)?;
        let flags = if is_folder { AtFlags::REMOVEDIR } else { AtFlags::empty() };
        fs::unlinkat(&parent, name, flags).map_err(errno)
    }

    fn rename(&self, old: &[u8], new: &[u8]) -> Result<(), Errno> {
        let ((from, name), (to, new_name)) = (self.0.parent(old).map_err(errno)?, self.0.parent(new).map_err(errno)?);
        #[cfg(target_os = "linux")]
        {
            // A pipe or a device, which the guest does not see, must not be replaced.
            let is_seen =
                fs::statat(&to, new_name, AtFlags::SYMLINK_NOFOLLOW).is_ok_and(|stat| status_of(&stat).is_ok());
            if !is_seen {
                match fs::renameat_with(&from, name, &to, new_name, fs::RenameFlags::NOREPLACE) {
                    Err(HostErrno::NOSYS | HostErrno::INVAL) => {}
                    renamed => return renamed.map_err(errno),
                }
            }
        }
        fs::renameat(&from, name, &to, new_name).map_err(errno)
    }

    fn set_times(&self, path: &[u8], times: [Option<Timespec>; 2]) -> Result<(), Errno> {
        if path.is_empty() {
            return fs::futimens(&self.0.fd, &timestamps(times)).map_err(errno);
        }
        let (parent, name) = self.0.parent(path).map_err(errno)?;
        fs::utimensat(&parent, name, &timestamps(times), AtFlags::SYMLINK_NOFOLLOW).map_err(errno)
    }

    fn set_mode(&self, path: &[u8], mode: u32) -> Result<(), Errno> {
        if path.is_empty() {
            return fs::fchmod(&self.0.fd, Mode::from_raw_mode(mode)).map_err(errno);
        }
        let fd = limited(|| self.0.beneath(path, OFlags::RDONLY, Mode::empty())).map_err(errno)?;
        status_of(&fs::fstat(&fd).map_err(errno)?)?;
        fs::fchmod(&fd, Mode::from_raw_mode(mode)).map_err(errno)
    }
}

pub(super) fn timestamps(times: [Option<Timespec>; 2]) -> Timestamps {
    let [last_access, last_modification] = times.map(|time| match time {
        Some(Timespec { sec, nsec }) => HostTime { tv_sec: sec, tv_nsec: nsec.into() },
        None => HostTime { tv_sec: 0, tv_nsec: fs::UTIME_OMIT },
    });
    Timestamps { last_access, last_modification }
}

/// Converts a number whose type differs between systems.
fn number<T: TryInto<u64>>(number: T) -> u64 {
    number.try_into().unwrap_or_default()
}

fn kind_of(kind: FileType) -> Option<HostKind> {
    match kind {
        FileType::RegularFile => Some(HostKind::File),
        FileType::Directory => Some(HostKind::Folder),
        FileType::Symlink => Some(HostKind::Link),
        _ => None,
    }
}

/// Returns the status of a file of a kind that guests see.
///
/// # Errors
/// `ENOENT` for other kinds.
pub(super) fn status_of(stat: &Stat) -> Result<HostStatus, Errno> {
    let kind = kind_of(FileType::from_raw_mode(stat.st_mode)).ok_or(Errno::ENOENT)?;
    let time = |sec: i64, nsec: u64| Timespec { sec, nsec: u32::try_from(nsec).unwrap_or_default() };
    Ok(HostStatus {
        kind,
        id: (number(stat.st_dev), number(stat.st_ino)),
        links: number(stat.st_nlink),
        size: number(stat.st_size),
        mode: Mode::from_raw_mode(stat.st_mode).bits(),
        atime: time(stat.st_atime, number(stat.st_atime_nsec)),
        mtime: time(stat.st_mtime, number(stat.st_mtime_nsec)),
        ctime: time(stat.st_ctime, number(stat.st_ctime_nsec)),
    })
}

#[cfg(test)]
impl Root {
    /// Opens a folder.
    pub(super) fn for_test(path: &Path) -> Self {
        let fd = fs::openat(CWD, path, SAFE | OFlags::DIRECTORY, Mode::empty()).unwrap();
        Self { fd, is_folder: true, writes: false }
    }

    /// Returns the identity of the file at a path, as each of the two ways to resolve it finds it.
    pub(super) fn resolve_both_ways(&self, path: &[u8]) -> [Option<(u64, u64)>; 2] {
        let id = |fd: Result<OwnedFd, HostErrno>| {
            let stat = fs::fstat(fd.ok()?).ok()?;
            Some((stat.st_dev, stat.st_ino))
        };
        [
            id(self.beneath(path, OFlags::RDONLY, Mode::empty())),
            id(self.step_by_step(path, OFlags::RDONLY, Mode::empty())),
        ]
    }
}
