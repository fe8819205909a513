//! Open files of mounts. They share a bounded number of descriptors of the process: one that was not used for long is
//! closed, and opened again when it is needed, if the same file is still at its path.

use std::{
    collections::VecDeque,
    os::fd::OwnedFd,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use rustix::{
    fs::{self, Mode},
    io::Errno as HostErrno,
};
use terrarium_unix::{
    abi::{Errno, LockKind, Timespec},
    vfs::{HostFile, HostStatus},
};

use super::{
    errno::errno,
    lock,
    unix::{Root, status_of, timestamps},
};

/// The most descriptors that stay open for files that can be opened again.
pub(super) const MAX_OPEN: usize = 256;

/// The descriptors, the one that was opened first at the front.
static OPEN: Mutex<VecDeque<Arc<OwnedFd>>> = Mutex::new(VecDeque::new());

pub(super) fn open_files() -> MutexGuard<'static, VecDeque<Arc<OwnedFd>>> {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Opens a descriptor; if the process has too many, some of those here are closed.
pub(super) fn limited<T>(open: impl Fn() -> Result<T, HostErrno>) -> Result<T, HostErrno> {
    match open() {
        Err(HostErrno::MFILE | HostErrno::NFILE) => {
            let closed: Vec<_> = {
                let mut files = open_files();
                let half = files.len().div_ceil(2);
                files.drain(..half).collect()
            };
            drop(closed);
            open()
        }
        opened => opened,
    }
}

/// An open file of a mount.
#[derive(Debug)]
pub(super) struct File {
    root: Arc<Root>,
    id: Identity,
    writes: bool,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    path: Vec<u8>,
    /// The descriptor, while it is among the open ones.
    fd: Weak<OwnedFd>,
    /// The descriptor of a file that has no name any more, or has locks.
    pinned: Option<Arc<OwnedFd>>,
}

impl File {
    /// Keeps an open file.
    pub(super) fn new(root: &Arc<Root>, path: &[u8], fd: OwnedFd, status: &HostStatus, writes: bool) -> Arc<Self> {
        let state = Mutex::new(State { path: path.to_vec(), fd: Weak::new(), pinned: None });
        let id = Identity::of(&fd, status);
        let file = Self { root: Arc::clone(root), id, writes, state };
        keep(&mut file.state(), fd);
        Arc::new(file)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the descriptor, which stays open from now on: a lock would be lost with it.
    fn pinned(&self) -> Result<Arc<OwnedFd>, Errno> {
        let fd = self.fd()?;
        forget(&fd);
        self.state().pinned = Some(Arc::clone(&fd));
        Ok(fd)
    }

    /// Returns the descriptor.
    ///
    /// # Errors
    /// `ESTALE` if it was closed meanwhile and another file is at the path.
    fn fd(&self) -> Result<Arc<OwnedFd>, Errno> {
        let mut state = self.state();
        if let Some(fd) = state.pinned.clone().or_else(|| state.fd.upgrade()) {
            return Ok(fd);
        }
        let (fd, status) = self.root.open_file(&state.path, self.writes)?;
        let is_same = Identity::of(&fd, &status) == self.id;
        if is_same { Ok(keep(&mut state, fd)) } else { Err(Errno::ESTALE) }
    }
}

/// The identity of a file: the host's numbers, and the time of its birth where it is known, because a number is given
/// anew when its file is removed.
#[derive(Debug, PartialEq, Eq)]
struct Identity {
    id: (u64, u64),
    birth: Option<(i64, u32)>,
}

impl Identity {
    fn of(fd: &OwnedFd, status: &HostStatus) -> Self {
        Self { id: status.id, birth: birth(fd) }
    }
}

#[cfg(target_os = "linux")]
fn birth(fd: &OwnedFd) -> Option<(i64, u32)> {
    let wanted = fs::StatxFlags::BTIME;
    let statx = fs::statx(fd, c"", fs::AtFlags::EMPTY_PATH, wanted).ok()?;
    let has_birth = fs::StatxFlags::from_bits_retain(statx.stx_mask).contains(wanted);
    has_birth.then_some((statx.stx_btime.tv_sec, statx.stx_btime.tv_nsec))
}

#[cfg(not(target_os = "linux"))]
fn birth(_fd: &OwnedFd) -> Option<(i64, u32)> {
    None
}

/// Adds a descriptor to the open ones.
fn keep(state: &mut State, fd: OwnedFd) -> Arc<OwnedFd> {
    let fd = Arc::new(fd);
    state.fd = Arc::downgrade(&fd);
    let mut files = open_files();
    files.push_back(Arc::clone(&fd));
    let oldest = if files.len() > MAX_OPEN { files.pop_front() } else { None };
    drop(files);
    drop(oldest);
    fd
}

fn forget(fd: &Arc<OwnedFd>) {
    let mut files = open_files();
    let place = files.iter().position(|open| Arc::ptr_eq(open, fd));
    let closed = place.and_then(|place| files.remove(place));
    drop(files);
    drop(closed);
}

impl HostFile for File {
    fn moved(&self, path: Option<&[u8]>) {
        match path {
            Some(path) => self.state().path = path.to_vec(),
            // Without a descriptor the file is lost, and its next use says so.
            None => drop(self.pinned()),
        }
    }

    fn status(&self) -> Result<HostStatus, Errno> {
        status_of(&fs::fstat(&*self.fd()?).map_err(errno)?)
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize, Errno> {
        rustix::io::pread(&*self.fd()?, buf, offset).map_err(errno)
    }

    fn write_at(&self, offset: u64, data: &[u8]) -> Result<usize, Errno> {
        rustix::io::pwrite(&*self.fd()?, data, offset).map_err(errno)
    }

    fn set_size(&self, size: u64) -> Result<(), Errno> {
        fs::ftruncate(&*self.fd()?, size).map_err(errno)
    }

    fn sync(&self) -> Result<(), Errno> {
        fs::fsync(&*self.fd()?).map_err(errno)
    }

    fn set_times(&self, times: [Option<Timespec>; 2]) -> Result<(), Errno> {
        fs::futimens(&*self.fd()?, &timestamps(times)).map_err(errno)
    }

    fn set_mode(&self, mode: u32) -> Result<(), Errno> {
        fs::fchmod(&*self.fd()?, Mode::from_raw_mode(mode)).map_err(errno)
    }

    fn lock(&self, kind: LockKind, start: u64, end: u64) -> Result<(), Errno> {
        lock::range(&*self.pinned()?, kind, start, end).map_err(errno)
    }

    fn locked(&self, kind: LockKind, start: u64, end: u64) -> Result<Option<(LockKind, u64, u64)>, Errno> {
        lock::excluding(&*self.fd()?, kind, start, end).map_err(errno)
    }

    fn lock_whole(&self, kind: LockKind) -> Result<(), Errno> {
        lock::whole(&*self.pinned()?, kind).map_err(errno)
    }
}

impl Drop for File {
    fn drop(&mut self) {
        if let Some(fd) = self.state().fd.upgrade() {
            forget(&fd);
        }
    }
}
