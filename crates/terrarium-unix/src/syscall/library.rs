//! Look-up of a shared library in the guest's files, for the engine that loads it.

use super::Process;
use crate::{
    abi::Errno,
    vfs::{At, Content, Follow},
};

/// A library's file.
#[derive(Debug)]
pub struct LibraryFile {
    /// Its absolute path, with the links of its folders resolved.
    pub path: String,
    /// Its bytes.
    pub content: Content,
    /// Whether it is an unchanged file of a read-only layer: the host put it there, not the guest's code.
    pub trusted: bool,
}

impl Process {
    /// Finds the file of the library at `path`, which starts from the working directory if it is relative.
    ///
    /// # Errors
    /// Those of [`Vfs::resolve`](crate::vfs::Vfs::resolve); `EACCES` if it may not be read; `EISDIR`, `EINVAL`, `EIO`,
    /// `ENOMEM` as for reading it; `EILSEQ` if its path is not UTF-8.
    pub fn library(&self, path: &str) -> Result<LibraryFile, Errno> {
        let (by, bytes) = (self.by(), path.as_bytes());
        let at = At { dir: self.cwd(), path: bytes };
        let ino = self.vfs.resolve(&by, at, Follow::Yes)?;
        self.vfs.access(&by, ino, crate::abi::AccessMode::READ)?;
        let (content, trusted) = self.vfs.original(ino)?;
        let (folder, name) = path.rsplit_once('/').unwrap_or((".", path));
        let folder = if folder.is_empty() { "/" } else { folder };
        let dir = self.vfs.resolve_directory(&by, At { dir: self.cwd(), path: folder.as_bytes() })?;
        let mut absolute = self.vfs.path_of(dir)?;
        if absolute.last() != Some(&b'/') {
            absolute.push(b'/');
        }
        absolute.extend_from_slice(name.as_bytes());
        let path = String::from_utf8(absolute).map_err(|_| Errno::EILSEQ)?;
        Ok(LibraryFile { path, content, trusted })
    }
}
