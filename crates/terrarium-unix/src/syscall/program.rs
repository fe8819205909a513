//! The text of the program, as a file that can be read and is in no folder's list.

use super::Process;
use super::path::PathTarget;
use crate::abi::{AtFlags, Errno, OpenFlags};
use crate::vfs::{At, Content, Follow, Ino};

/// The file of the program.
#[derive(Debug, Clone)]
pub(super) struct ProgramFile {
    folder: Vec<u8>,
    name: Vec<u8>,
    content: Content,
    /// Made when the file is first used.
    ino: Option<Ino>,
}

impl Process {
    /// Lets the guest read `content` under an absolute path, unless there is another file.
    pub fn set_program(&mut self, path: &[u8], content: Content) {
        self.forget_program();
        let at = path.iter().rposition(|&byte| byte == b'/').unwrap_or(0);
        let (folder, name) = path.split_at(at);
        let folder = if folder.is_empty() { b"/".to_vec() } else { folder.to_vec() };
        let name = name.strip_prefix(b"/").unwrap_or(name).to_vec();
        self.program = Some(ProgramFile { folder, name, content, ino: None });
    }

    /// Drops the program's file; open descriptors keep it.
    pub(super) fn forget_program(&mut self) {
        if let Some(ino) = self.program.take().and_then(|program| program.ino) {
            self.vfs.release(ino);
        }
    }

    /// Returns the program's file if a path that leads nowhere is its path.
    pub(super) fn program_at(&mut self, dirfd: i32, path: &[u8]) -> Option<Ino> {
        let program = self.program.as_ref()?;
        let (parent, name) = match path.iter().rposition(|&byte| byte == b'/') {
            Some(0) => (&b"/"[..], path.get(1..)?),
            Some(at) => (path.get(..at)?, path.get(at.saturating_add(1)..)?),
            None => (&b"."[..], path),
        };
        if name != program.name {
            return None;
        }
        let by = self.by();
        let folder = self.vfs.resolve(&by, At::root(&program.folder), Follow::Yes).ok()?;
        if self.vfs.resolve(&by, self.at(dirfd, parent).ok()?, Follow::Yes).ok()? != folder {
            return None;
        }
        if let Some(ino) = program.ino {
            return Some(ino);
        }
        let ino = self.vfs.add_unnamed(&by, program.content.clone(), 0o444).ok()?;
        self.program.as_mut()?.ino = Some(ino);
        Some(ino)
    }

    /// Serves a failed look-up: the program's file, or the error.
    pub(super) fn or_program(&mut self, errno: Errno, dirfd: i32, path: &[u8], flags: OpenFlags) -> Result<Ino, Errno> {
        let reads = flags.access().is_some_and(|access| !access.writable());
        if errno != Errno::ENOENT || !reads || flags.intersects(OpenFlags::DIRECTORY | OpenFlags::TRUNC) {
            return Err(errno);
        }
        self.program_at(dirfd, path).ok_or(errno)
    }

    /// Resolves a path as [`Process::target`] does, to the program's file too.
    pub(super) fn target_or_program(&mut self, dirfd: i32, path: &[u8], flags: AtFlags) -> Result<PathTarget, Errno> {
        self.target(dirfd, path, flags)
            .or_else(|errno| self.or_program(errno, dirfd, path, OpenFlags::empty()).map(PathTarget::Inode))
    }
}
