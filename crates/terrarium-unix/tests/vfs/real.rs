//! The operations carried out on a real folder by the kernel.

use crate::ops::{Op, Outcome, SLOTS, Status, Text, Value, comparable};
use crate::world::{Tree, pattern};
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::fs::{self, AtFlags, FallocateFlags, FileType, Gid, Mode, OFlags, Timestamps, Uid};
use rustix::io::Errno as Os;
use std::path::Path;
use terrarium_unix::abi::{AccessMode, Errno, OpenAccess, OpenFlags, Timespec};

/// A working directory and some open files of this process.
pub(crate) struct Real {
    cwd: OwnedFd,
    slots: [Option<(OwnedFd, OpenAccess)>; SLOTS],
    count_dirs: bool,
}

impl Real {
    /// Starts in a folder.
    pub(crate) fn new(base: &Path) -> Real {
        let cwd = fs::open(base, OFlags::PATH | OFlags::DIRECTORY, Mode::empty()).unwrap();
        // Some file systems report 1 for every directory.
        let count_dirs = fs::fstat(&cwd).unwrap().st_nlink == 2;
        Real { cwd, slots: [const { None }; SLOTS], count_dirs }
    }

    pub(crate) fn count_dirs(&self) -> bool {
        self.count_dirs
    }

    fn slot(&self, slot: usize, usable: impl Fn(OpenAccess) -> bool) -> Option<BorrowedFd<'_>> {
        let (fd, access) = self.slots[slot].as_ref()?;
        let regular = FileType::from_raw_mode(fs::fstat(fd).ok()?.st_mode) == FileType::RegularFile;
        (usable(*access) && regular).then_some(fd.as_fd())
    }

    pub(crate) fn apply(&mut self, op: &Op) -> Outcome {
        self.run(op).map_err(translate)
    }

    fn run(&mut self, op: &Op) -> Result<Value, Os> {
        let cwd = self.cwd.as_fd();
        match op {
            Op::Open { slot, path, flags, mode } => {
                let fd = fs::openat(cwd, &**path, open_flags(*flags), Mode::from_raw_mode(*mode))?;
                self.slots[*slot] = Some((fd, flags.access().unwrap()));
                Ok(Value::Nothing)
            }
            Op::Close { slot } => {
                self.slots[*slot] = None;
                Ok(Value::Nothing)
            }
            Op::Read { slot, offset, len } => {
                let Some(fd) = self.slot(*slot, OpenAccess::readable) else {
                    return Ok(Value::Skipped);
                };
                let mut buf = vec![0; *len];
                let count = rustix::io::pread(fd, buf.as_mut_slice(), *offset)?;
                buf.truncate(count);
                Ok(Value::Bytes(Text(buf)))
            }
            Op::Write { slot, offset, len, fill } => {
                let Some(fd) = self.slot(*slot, OpenAccess::writable) else {
                    return Ok(Value::Skipped);
                };
                Ok(Value::Count(rustix::io::pwrite(fd, &pattern(*len, *fill), *offset)?))
            }
            Op::Resize { slot, size } => {
                let Some(fd) = self.slot(*slot, OpenAccess::writable) else {
                    return Ok(Value::Skipped);
                };
                fs::ftruncate(fd, *size).map(|()| Value::Nothing)
            }
            Op::Allocate { slot, offset, len } => {
                let Some(fd) = self.slot(*slot, OpenAccess::writable) else {
                    return Ok(Value::Skipped);
                };
                fs::fallocate(fd, FallocateFlags::empty(), *offset, *len)?;
                // Whether a call that changes nothing sets the time depends on the file system.
                let now = fs::Timespec { tv_sec: 0, tv_nsec: fs::UTIME_NOW };
                fs::futimens(fd, &Timestamps { last_access: now, last_modification: now })?;
                Ok(Value::Nothing)
            }
            Op::StatOpen { slot } => match &self.slots[*slot] {
                Some((fd, _)) => Ok(Value::Status(self.status(&fs::fstat(fd)?))),
                None => Ok(Value::Skipped),
            },
            Op::Mkdir { path, mode } => fs::mkdirat(cwd, &**path, Mode::from_raw_mode(*mode)).map(|()| Value::Nothing),
            Op::Rmdir { path } => fs::unlinkat(cwd, &**path, AtFlags::REMOVEDIR).map(|()| Value::Nothing),
            Op::Unlink { path } => fs::unlinkat(cwd, &**path, AtFlags::empty()).map(|()| Value::Nothing),
            Op::Rename { from, to } => fs::renameat(cwd, &**from, cwd, &**to).map(|()| Value::Nothing),
            Op::Link { from, to, follow } => {
                let flags = if *follow { AtFlags::SYMLINK_FOLLOW } else { AtFlags::empty() };
                fs::linkat(cwd, &**from, cwd, &**to, flags).map(|()| Value::Nothing)
            }
            Op::Symlink { target, path } => fs::symlinkat(&**target, cwd, &**path).map(|()| Value::Nothing),
            Op::Readlink { path } => {
                // With an empty path, the call would mean the directory itself.
                if path.is_empty() {
                    return Err(Os::NOENT);
                }
                Ok(Value::Bytes(Text(fs::readlinkat(cwd, &**path, Vec::new())?.into_bytes())))
            }
            Op::Stat { path, follow } => {
                let flags = if *follow { AtFlags::empty() } else { AtFlags::SYMLINK_NOFOLLOW };
                Ok(Value::Status(self.status(&fs::statat(cwd, &**path, flags)?)))
            }
            Op::Chmod { path, mode } => {
                fs::chmodat(cwd, &**path, Mode::from_raw_mode(*mode), AtFlags::empty()).map(|()| Value::Nothing)
            }
            Op::Chown { path, uid, gid } => {
                let uid = (*uid != u32::MAX).then(|| Uid::from_raw(*uid));
                let gid = (*gid != u32::MAX).then(|| Gid::from_raw(*gid));
                fs::chownat(cwd, &**path, uid, gid, AtFlags::empty()).map(|()| Value::Nothing)
            }
            Op::Access { path, mode } => {
                let mut access = fs::Access::EXISTS;
                access.set(fs::Access::READ_OK, mode.contains(AccessMode::READ));
                access.set(fs::Access::WRITE_OK, mode.contains(AccessMode::WRITE));
                access.set(fs::Access::EXEC_OK, mode.contains(AccessMode::EXECUTE));
                fs::accessat(cwd, &**path, access, AtFlags::empty()).map(|()| Value::Nothing)
            }
            Op::Touch { path, mtime } => {
                let omit = fs::Timespec { tv_sec: 0, tv_nsec: fs::UTIME_OMIT };
                let mtime = fs::Timespec { tv_sec: mtime.sec, tv_nsec: mtime.nsec.into() };
                let times = Timestamps { last_access: omit, last_modification: mtime };
                fs::utimensat(cwd, &**path, &times, AtFlags::empty()).map(|()| Value::Nothing)
            }
            Op::List { path } => {
                let fd = fs::openat(cwd, &**path, OFlags::DIRECTORY, Mode::empty())?;
                let mut names = Vec::new();
                for entry in fs::Dir::new(fd)? {
                    let entry = entry?;
                    names.push((Text(entry.file_name().to_bytes().to_vec()), entry_type(entry.file_type())));
                }
                names.sort();
                Ok(Value::Names(names))
            }
            Op::Chdir { path } => {
                let fd = fs::openat(cwd, &**path, OFlags::PATH | OFlags::DIRECTORY, Mode::empty())?;
                // A check of `chdir` that opening does not make.
                fs::accessat(&fd, c".", fs::Access::EXEC_OK, AtFlags::EACCESS)?;
                self.cwd = fd;
                Ok(Value::Nothing)
            }
            Op::Getcwd => {
                if fs::fstat(cwd)?.st_nlink == 0 {
                    return Err(Os::NOENT);
                }
                let link = format!("/proc/self/fd/{}", rustix::fd::AsRawFd::as_raw_fd(&cwd));
                Ok(Value::Bytes(Text(fs::readlink(link, Vec::new())?.into_bytes())))
            }
            Op::Mknod { path, mode } => {
                let mode = Mode::from_raw_mode(*mode & 0o7777);
                fs::mknodat(cwd, &**path, FileType::RegularFile, mode, 0).map(|()| Value::Nothing)
            }
        }
    }

    fn status(&self, stat: &fs::Stat) -> Status {
        let dir = FileType::from_raw_mode(stat.st_mode) == FileType::Directory;
        let mtime = Timespec { sec: stat.st_mtime, nsec: stat.st_mtime_nsec as u32 };
        Status {
            mode: stat.st_mode,
            nlink: (!dir || self.count_dirs).then_some(stat.st_nlink as u32),
            uid: stat.st_uid,
            gid: stat.st_gid,
            size: (!dir).then_some(stat.st_size),
            mtime: comparable(mtime),
        }
    }

    /// Returns everything below a folder, with status and content. Unreadable entries are opened up after their status
    /// was recorded; then the folder is fit only for removal.
    pub(crate) fn tree(&self, base: &Path) -> Tree {
        let mut found = Vec::new();
        let mut todo = vec![(Vec::new(), base.to_path_buf())];
        while let Some((name, path)) = todo.pop() {
            let stat = fs::lstat(&path).unwrap();
            if FileType::from_raw_mode(stat.st_mode) == FileType::Directory {
                open_up(&path);
                for entry in std::fs::read_dir(&path).unwrap() {
                    let entry = entry.unwrap();
                    let file_name = entry.file_name();
                    todo.push(([&name, &b"/"[..], file_name.as_encoded_bytes()].concat(), entry.path()));
                }
            }
            found.push((name, path, stat));
        }
        let mut tree = Tree::new();
        for (name, path, stat) in found {
            let content = match FileType::from_raw_mode(stat.st_mode) {
                FileType::Directory => Vec::new(),
                FileType::Symlink => fs::readlink(&path, Vec::new()).unwrap().into_bytes(),
                _ => {
                    open_up(&path);
                    std::fs::read(&path).unwrap()
                }
            };
            tree.insert(Text(name), (self.status(&stat), Text(content)));
        }
        tree
    }
}

/// Gives the owner all permissions.
pub(crate) fn open_up(path: &Path) {
    // A file of another owner stays closed; then reading it fails visibly.
    let _ = fs::chmod(path, Mode::RWXU);
}

fn entry_type(kind: FileType) -> u8 {
    match kind {
        FileType::Directory => 4,
        FileType::RegularFile => 8,
        FileType::Symlink => 10,
        _ => 0,
    }
}

/// Converts flags by name: the machine's numbers differ from the guest's on some architectures.
fn open_flags(flags: OpenFlags) -> OFlags {
    let table = [
        (OpenFlags::WRONLY, OFlags::WRONLY),
        (OpenFlags::RDWR, OFlags::RDWR),
        (OpenFlags::PATH, OFlags::PATH),
        (OpenFlags::CREAT, OFlags::CREATE),
        (OpenFlags::EXCL, OFlags::EXCL),
        (OpenFlags::TRUNC, OFlags::TRUNC),
        (OpenFlags::DIRECTORY, OFlags::DIRECTORY),
        (OpenFlags::NOFOLLOW, OFlags::NOFOLLOW),
        (OpenFlags::NOATIME, OFlags::NOATIME),
    ];
    table.iter().filter(|(flag, _)| flags.contains(*flag)).map(|(_, flag)| *flag).fold(OFlags::CLOEXEC, |a, b| a | b)
}

fn translate(errno: Os) -> Errno {
    let table = [
        (Os::PERM, Errno::EPERM),
        (Os::NOENT, Errno::ENOENT),
        (Os::ACCESS, Errno::EACCES),
        (Os::BUSY, Errno::EBUSY),
        (Os::EXIST, Errno::EEXIST),
        (Os::NOTDIR, Errno::ENOTDIR),
        (Os::ISDIR, Errno::EISDIR),
        (Os::INVAL, Errno::EINVAL),
        (Os::LOOP, Errno::ELOOP),
        (Os::NAMETOOLONG, Errno::ENAMETOOLONG),
        (Os::NOTEMPTY, Errno::ENOTEMPTY),
        (Os::OPNOTSUPP, Errno::ENOTSUP),
        (Os::FBIG, Errno::EFBIG),
        (Os::BADF, Errno::EBADF),
    ];
    let found = table.iter().find(|(os, _)| *os == errno);
    found.unwrap_or_else(|| panic!("the oracle failed in a way of its own: {errno}")).1
}
