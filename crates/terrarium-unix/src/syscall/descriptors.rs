//! Open descriptors as data, for an image: a program may keep files open that it reads later (fonts, data).

use serde::{Deserialize, Serialize};

use super::Process;
use crate::abi::{Errno, OpenFlags, Whence};
use crate::fd::{Directory, File, Object};
use crate::vfs::{At, Context, NodeKind};

/// The first descriptor that is no standard stream.
const FIRST: i32 = 3;

/// An open file or directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenFile {
    descriptor: i32,
    path: String,
    flags: u32,
    position: u64,
    close_on_exec: bool,
}

impl Process {
    /// Returns what is open besides the standard streams.
    ///
    /// # Errors
    /// The descriptor that an image cannot keep, and the reason: a pipe, a device, a file without a name.
    pub fn open_files(&mut self) -> Result<Vec<OpenFile>, (i32, Errno)> {
        let (fds, mut with) = self.split();
        let open: Vec<i32> = fds.descriptors().filter(|descriptor| *descriptor >= FIRST).collect();
        let mut files = Vec::new();
        for descriptor in open {
            let mut describe = || {
                let close_on_exec = fds.close_on_exec(descriptor)?;
                let description = fds.get_mut(descriptor)?;
                let ino = description.inode().ok_or(Errno::ESPIPE)?;
                let path = String::from_utf8(with.vfs.name_of(ino)?).map_err(|_| Errno::EILSEQ)?;
                let flags = description.flags.bits();
                let position = match &mut description.object {
                    Object::File(file) => crate::fd::Description::seek(file, &mut with, 0, Whence::Current)?,
                    Object::Directory(_) => 0,
                    _ => return Err(Errno::ESPIPE),
                };
                Ok(OpenFile { descriptor, path, flags, position, close_on_exec })
            };
            files.push(describe().map_err(|errno| (descriptor, errno))?);
        }
        Ok(files)
    }

    /// Reopens files under the same numbers. A file that no longer exists stays closed.
    pub fn reopen(&mut self, files: &[OpenFile]) {
        for file in files {
            let opened = self.reopen_one(file);
            if let Err(errno) = opened {
                tracing::warn!(path = file.path, %errno, "a file that was open cannot be opened again");
            }
        }
    }

    fn reopen_one(&mut self, file: &OpenFile) -> Result<(), Errno> {
        let root = Context::root(self.by().now);
        let at = At::root(file.path.as_bytes());
        let ino = self.vfs.resolve(&root, at, crate::vfs::Follow::Yes)?;
        let object = match self.vfs.kind(ino)? {
            NodeKind::Regular => Object::File(File::new(ino)),
            NodeKind::Directory => Object::Directory(Directory::new(ino)),
            _ => return Err(Errno::EINVAL),
        };
        self.vfs.retain(ino)?;
        let flags = OpenFlags::from_bits_retain(file.flags);
        let descriptor = self.install(object, flags)?;
        let (fds, mut with) = self.split();
        if descriptor != file.descriptor {
            fds.duplicate_to(&mut with, descriptor, file.descriptor, file.close_on_exec)?;
            fds.close(&mut with, descriptor)?;
        }
        fds.set_close_on_exec(file.descriptor, file.close_on_exec)?;
        let position = i64::try_from(file.position).map_err(|_| Errno::EINVAL)?;
        if let Object::File(object) = &mut fds.get_mut(file.descriptor)?.object {
            crate::fd::Description::seek(object, &mut with, position, Whence::Set)?;
        }
        Ok(())
    }
}
