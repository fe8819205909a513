//! The status and the content of files of the host. The caller checks what the descriptor permits.

use std::sync::Arc;

use super::folder::{HostFile, HostKind, HostStatus, OpenHostFile};
use super::lookup::Outside;
use super::table::MountMode;
use crate::abi::{AccessMode, Errno, OpenAccess, OpenFlags, Stat, Timespec};
use crate::vfs::attr::BLOCK;
use crate::vfs::{Content, Context, Credentials, Ino, SetTime, SetTimes, Vfs};

/// The device number of the first mount; the file system itself has 1.
const FIRST_DEVICE: u32 = 2;
/// The permission bits that the guest can set on the host: nothing becomes writable for other users.
const SETTABLE: u32 = 0o755;
/// The largest file that is read as a whole because the guest wants it: a library.
pub(in crate::vfs) const LIBRARY_BOUND: u64 = 64 << 20;
/// The largest file that is read as a whole because the host wants it.
pub(in crate::vfs) const WHOLE_BOUND: u64 = 4 << 30;

impl Outside<'_> {
    /// Returns the permission bits that the guest sees; it owns every file.
    pub(super) fn mode_of(&self, status: &HostStatus) -> u32 {
        let executes = if status.mode & 0o100 == 0 { 0 } else { 0o111 };
        match (self.mounted.mount.mode, status.kind) {
            (_, HostKind::Link) => 0o777,
            (MountMode::ReadOnly, HostKind::Folder) => 0o555,
            (MountMode::ReadOnly, HostKind::File) => 0o444 | executes,
            (MountMode::Overlay, HostKind::Folder) => 0o755,
            (MountMode::Overlay, HostKind::File) => 0o644 | executes,
            (MountMode::ReadWrite, _) => status.mode & 0o777,
        }
    }

    /// Returns the open file, or opens it for one call.
    pub(super) fn opened(&self, writes: bool) -> Result<Arc<dyn HostFile>, Errno> {
        match &self.file {
            Some(open) if open.writes || !writes => Ok(Arc::clone(&open.file)),
            _ => Ok(self.mounted.mount.folder.open(&self.path, writes)?.file),
        }
    }

    /// Fails with `EROFS` for a mount that only shows.
    pub(super) fn check_writable(&self) -> Result<(), Errno> {
        if self.mounted.mount.mode == MountMode::ReadOnly { Err(Errno::EROFS) } else { Ok(()) }
    }

    fn check_file(&self) -> Result<(), Errno> {
        match self.kind {
            HostKind::File => Ok(()),
            HostKind::Folder => Err(Errno::EISDIR),
            HostKind::Link => Err(Errno::EINVAL),
        }
    }
}

/// Reads until the buffer is full or the file ends.
pub(super) fn read_all(file: &dyn HostFile, offset: u64, buf: &mut [u8]) -> Result<usize, Errno> {
    let mut done = 0;
    while done < buf.len() {
        match file.read_at(offset.saturating_add(done as u64), &mut buf[done..]) {
            Ok(0) => break,
            Ok(count) => done += count.min(buf.len() - done),
            Err(_) if done > 0 => break,
            Err(errno) => return Err(errno),
        }
    }
    Ok(done)
}

impl Vfs {
    pub(in crate::vfs) fn host_stat(&self, ino: Ino) -> Result<Stat, Errno> {
        let at = self.outside(ino)?;
        let status = at.status()?;
        let size = match status.kind {
            HostKind::File => status.size,
            HostKind::Folder => BLOCK.into(),
            // The length of a target that leads out is the host's matter.
            HostKind::Link => self.host_readlink(ino).map_or(0, |target| target.len() as u64),
        };
        let device = if at.mounted.mount.mode == MountMode::Overlay { 1 } else { FIRST_DEVICE + at.index as u32 };
        Ok(Stat {
            dev: device,
            mode: status.kind.file_type().mode_bits() | at.mode_of(&status),
            nlink: 1,
            uid: Credentials::GUEST.uid,
            gid: Credentials::GUEST.gid,
            rdev: 0,
            size: i64::try_from(size).unwrap_or(i64::MAX),
            blksize: BLOCK as i32,
            blocks: i32::try_from(size.div_ceil(512)).unwrap_or(i32::MAX),
            atim: status.atime.whole_micros(),
            mtim: status.mtime.whole_micros(),
            ctim: status.ctime.whole_micros(),
            ino: ino.get(),
        })
    }

    pub(in crate::vfs) fn host_size(&self, ino: Ino) -> Result<u64, Errno> {
        let at = self.outside(ino)?;
        at.check_file()?;
        Ok(at.status()?.size)
    }

    pub(in crate::vfs) fn host_read_at(&self, ino: Ino, offset: u64, buf: &mut [u8]) -> Result<usize, Errno> {
        let at = self.outside(ino)?;
        at.check_file()?;
        if buf.is_empty() {
            return Ok(0);
        }
        read_all(&*at.opened(false)?, offset, buf)
    }

    /// Returns all bytes of a file of the host.
    ///
    /// # Errors
    /// `EFBIG` for more than `most` bytes.
    pub(in crate::vfs) fn host_content(&self, ino: Ino, most: u64) -> Result<Content, Errno> {
        let at = self.outside(ino)?;
        at.check_file()?;
        let size = Some(at.status()?.size).filter(|size| *size <= most).ok_or(Errno::EFBIG)?;
        let size = usize::try_from(size).map_err(|_| Errno::EFBIG)?;
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(size).map_err(|_| Errno::ENOMEM)?;
        bytes.resize(size, 0);
        let count = read_all(&*at.opened(false)?, 0, &mut bytes)?;
        bytes.truncate(count);
        Ok(Content::from(bytes))
    }

    /// Writes to a file of the host; at its end without an offset. Returns the position and the number of bytes.
    pub(in crate::vfs) fn host_write_at(
        &self,
        ino: Ino,
        offset: Option<u64>,
        data: &[u8],
    ) -> Result<(u64, usize), Errno> {
        let at = self.outside(ino)?;
        at.check_file()?;
        at.check_writable()?;
        let file = at.opened(true)?;
        let mut charge = at.mounted.mount.quota.lock();
        let size = file.status()?.size;
        let offset = offset.unwrap_or(size);
        if data.is_empty() {
            return Ok((offset, 0));
        }
        let reach = size.saturating_add(charge.free());
        let room = usize::try_from(reach.saturating_sub(offset)).unwrap_or(usize::MAX);
        if room == 0 {
            return Err(Errno::ENOSPC);
        }
        let count = file.write_at(offset, &data[..data.len().min(room)])?;
        charge.resize(size, size.max(offset.saturating_add(count as u64)));
        Ok((offset, count))
    }

    pub(in crate::vfs) fn host_truncate(&self, ino: Ino, size: u64) -> Result<(), Errno> {
        let at = self.outside(ino)?;
        at.check_file()?;
        at.check_writable()?;
        let file = at.opened(true)?;
        let mut charge = at.mounted.mount.quota.lock();
        let before = file.status()?.size;
        if size.saturating_sub(before) > charge.free() {
            return Err(Errno::ENOSPC);
        }
        file.set_size(size)?;
        charge.resize(before, size);
        Ok(())
    }

    pub(in crate::vfs) fn host_sync(&self, ino: Ino) -> Result<(), Errno> {
        let at = self.outside(ino)?;
        match &at.file {
            Some(open) if open.writes && at.mounted.mount.mode == MountMode::ReadWrite => open.file.sync(),
            _ => Ok(()),
        }
    }

    pub(in crate::vfs) fn host_access(&self, ino: Ino, wanted: AccessMode) -> Result<(), Errno> {
        let at = self.outside(ino)?;
        if wanted.contains(AccessMode::WRITE) {
            at.check_writable()?;
        }
        let mode = at.mode_of(&at.status()?);
        if wanted.bits() & !(mode >> 6) & 0o7 == 0 { Ok(()) } else { Err(Errno::EACCES) }
    }

    pub(in crate::vfs) fn host_chmod(&self, ino: Ino, mode: u32) -> Result<(), Errno> {
        let at = self.outside(ino)?;
        at.check_writable()?;
        match (&at.file, at.kind) {
            (_, HostKind::Link) => Err(Errno::ENOTSUP),
            (Some(open), _) => open.file.set_mode(mode & SETTABLE),
            // Nothing shows the attributes of a folder without a name.
            (None, _) if at.is_removed => Ok(()),
            (None, _) => at.mounted.mount.folder.set_mode(&at.path, mode & SETTABLE),
        }
    }

    /// Checks a change of owner, which is allowed if it changes nothing.
    pub(in crate::vfs) fn host_chown(&self, ino: Ino, uid: u32, gid: u32) -> Result<(), Errno> {
        self.outside(ino)?.check_writable()?;
        let is_same = |id, own| id == u32::MAX || id == own;
        let is_same = is_same(uid, Credentials::GUEST.uid) && is_same(gid, Credentials::GUEST.gid);
        if is_same { Ok(()) } else { Err(Errno::EPERM) }
    }

    pub(in crate::vfs) fn host_set_times(&self, ctx: &Context, ino: Ino, times: SetTimes) -> Result<(), Errno> {
        let at = self.outside(ino)?;
        at.check_writable()?;
        let time = |change| match change {
            SetTime::Now => Some(ctx.now),
            SetTime::Omit => None,
            SetTime::At(time) => Some(time),
        };
        let times: [Option<Timespec>; 2] = [time(times.atime), time(times.mtime)];
        match &at.file {
            Some(open) => open.file.set_times(times),
            None if at.is_removed => Ok(()),
            None => at.mounted.mount.folder.set_times(&at.path, times),
        }
    }

    /// Opens a file of the host for a descriptor, which holds it then. Returns the number of the file that was opened:
    /// another one may have taken its place.
    pub(in crate::vfs) fn host_open(
        &mut self,
        ctx: &Context,
        ino: Ino,
        access: OpenAccess,
        flags: OpenFlags,
    ) -> Result<Ino, Errno> {
        let truncates = flags.contains(OpenFlags::TRUNC);
        let writes = access.writable() || truncates;
        let at = self.outside(ino)?;
        if writes {
            at.check_writable()?;
        }
        if at.kind != HostKind::File {
            return Ok(ino);
        }
        if truncates && at.mounted.mount.mode == MountMode::Overlay {
            let upper = self.copy_up(ctx, ino, 0)?;
            self.truncate(ctx, upper, 0)?;
            return Ok(upper);
        }
        let open = match (&at.file, at.mounted.mount.mode) {
            (Some(open), MountMode::ReadWrite) if writes && !open.writes => {
                at.mounted.mount.folder.open(&at.path, true)?
            }
            (Some(open), _) => open.clone(),
            // A file that may be written is opened for that at once: a later writer then shares it.
            (None, MountMode::ReadWrite) => match at.mounted.mount.folder.open(&at.path, true) {
                Err(Errno::EACCES | Errno::EPERM | Errno::EROFS | Errno::ETXTBSY) if !writes => {
                    at.mounted.mount.folder.open(&at.path, false)?
                }
                opened => opened?,
            },
            (None, _) => at.mounted.mount.folder.open(&at.path, false)?,
        };
        let (index, path) = (at.index, at.path);
        let ino = self.hold(index, path, open)?;
        if truncates {
            self.host_truncate(ino, 0)?;
        }
        Ok(ino)
    }

    /// Records an open file.
    pub(super) fn hold(&self, index: usize, path: Arc<[u8]>, open: OpenHostFile) -> Result<Ino, Errno> {
        let ino = self.placed(index, path, &open.status)?;
        if let Some(node) = self.mounts()?.nodes().get_mut(ino) {
            node.file = Some(open);
        }
        Ok(ino)
    }

    /// Handles the close of the last descriptor of a file of the host.
    pub(in crate::vfs) fn host_close(&mut self, ino: Ino) {
        let Ok(mounts) = self.mounts() else { return };
        let (file, upper, removed) = {
            let mut nodes = mounts.nodes();
            let Some(node) = nodes.get_mut(ino) else { return };
            let removed = std::mem::take(&mut node.is_removed).then_some(node.mount());
            (node.file.take(), node.upper.take(), removed)
        };
        if let Some(mounted) = removed.and_then(|index| mounts.get(index).ok()) {
            let size = file.and_then(|open| open.file.status().ok()).map_or(0, |status| status.size);
            mounted.mount.quota.lock().remove_file(size);
        }
        if let Some(upper) = upper {
            self.release(upper);
        }
    }
}
