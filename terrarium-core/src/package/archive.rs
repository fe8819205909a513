//! Zip archives: their members become files that are unpacked when they are read.

use std::{
    io::{self, Read},
    path::Path,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use zip::ZipArchive;

use super::{
    PackageError,
    content_reader::ContentReader,
    error::PackageContext,
    host_file,
    large_member::LargeMember,
    placed::{PlacedFile, PlacedKind},
    recent,
};
use terrarium_unix::{
    abi::Timespec,
    vfs::{Content, LayerBuilder, LayerError, ReadAt},
};

/// The largest member: a larger one is refused.
const MAX_MEMBER: u64 = 1 << 30;
/// The most members of an archive: an archive with more is refused.
const MAX_MEMBERS: usize = 200_000;

/// The reason why an archive cannot be read or mounted.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ArchiveError {
    #[error("the archive is damaged: {0}")]
    Damaged(#[from] zip::result::ZipError),
    #[error("the archive has {0} members, the limit is {MAX_MEMBERS}")]
    TooMany(usize),
    #[error("member {name:?} has {size} bytes, the limit is {limit}")]
    TooLarge { name: String, size: u64, limit: u64 },
    #[error("member {name:?} cannot be read: {source}")]
    Unreadable { name: String, source: io::Error },
    #[error(transparent)]
    Layer(#[from] LayerError),
}

/// The file type of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EntryKind {
    File,
    Folder,
    Link,
}

/// An entry of an archive's directory.
#[derive(Debug)]
pub(super) struct ArchiveEntry {
    index: usize,
    pub(super) name: String,
    pub(super) size: u64,
    pub(super) kind: EntryKind,
    /// Whether any of the execute bits is set.
    pub(super) executable: bool,
}

/// An archive whose directory was read. Clones share it.
#[derive(Clone)]
pub(super) struct Archive(ZipArchive<ContentReader>);

impl Archive {
    /// # Errors
    /// [`ArchiveError`], when it is not an archive or has too many members.
    pub(super) fn open(content: Content) -> Result<Self, ArchiveError> {
        let archive = ZipArchive::new(ContentReader::new(content))?;
        match archive.len() {
            count if count > MAX_MEMBERS => Err(ArchiveError::TooMany(count)),
            _ => Ok(Self(archive)),
        }
    }

    /// Returns the members, in the archive's order.
    ///
    /// # Errors
    /// [`ArchiveError`] for a name that cannot be decoded, or a member that is too large.
    pub(super) fn entries(&self) -> Result<Vec<ArchiveEntry>, ArchiveError> {
        (0..self.0.len()).map(|index| self.entry(index)).collect()
    }

    fn entry(&self, index: usize) -> Result<ArchiveEntry, ArchiveError> {
        let member = self.0.by_index_data(index)?;
        let name = member.name()?.into_owned();
        let size = member.size();
        if size > MAX_MEMBER {
            return Err(ArchiveError::TooLarge { name, size, limit: MAX_MEMBER });
        }
        let kind = match (member.is_dir(), member.is_symlink()) {
            (true, _) => EntryKind::Folder,
            (_, true) => EntryKind::Link,
            _ => EntryKind::File,
        };
        let executable = member.unix_mode().is_some_and(|mode| mode & 0o111 != 0);
        Ok(ArchiveEntry { index, name, size, kind, executable })
    }

    /// Returns a member's bytes, which are unpacked when they are read. `digest` is their SHA-256, if it is known.
    pub(super) fn content(&self, entry: &ArchiveEntry, digest: Option<[u8; 32]>) -> Content {
        let (archive, index, size) = (self.clone(), entry.index, entry.size);
        if size > recent::KEPT as u64 {
            return Content::Source(Arc::new(LargeMember { archive, index, size, digest, reader: Mutex::default() }));
        }
        Content::Source(Arc::new(Member { archive, index, size, digest, unpacked: Mutex::default() }))
    }

    /// Returns a reader of the archive.
    pub(super) fn reader(&self) -> ZipArchive<ContentReader> {
        self.0.clone()
    }

    /// Unpacks a member and returns its bytes.
    ///
    /// # Errors
    /// [`ArchiveError`], when the member has more than `limit` bytes or is damaged.
    pub(super) fn read(&self, entry: &ArchiveEntry, limit: u64) -> Result<Vec<u8>, ArchiveError> {
        let name = || entry.name.clone();
        if entry.size > limit {
            return Err(ArchiveError::TooLarge { name: name(), size: entry.size, limit });
        }
        self.unpack(entry.index, entry.size).map_err(|source| ArchiveError::Unreadable { name: name(), source })
    }

    fn unpack(&self, index: usize, size: u64) -> io::Result<Vec<u8>> {
        let mut archive = self.0.clone();
        let member = archive.by_index(index).map_err(io::Error::other)?;
        // The size in the directory is not trusted: a bomb ends at its own claim.
        let mut bytes = Vec::new();
        member.take(size.saturating_add(1)).read_to_end(&mut bytes)?;
        match bytes.len() as u64 == size {
            true => Ok(bytes),
            false => Err(io::ErrorKind::InvalidData.into()),
        }
    }
}

/// Adds the members of an archive below the folder `at`.
///
/// A member is unpacked at its first read, for all sandboxes of the layer.
///
/// # Errors
/// [`ArchiveError`], which names the member at fault.
pub(crate) fn mount(layer: &mut LayerBuilder, at: &str, content: impl Into<Content>) -> Result<(), ArchiveError> {
    let archive = Archive::open(content.into())?;
    for entry in archive.entries()? {
        let path = format!("{at}/{}", entry.name);
        match entry.kind {
            EntryKind::Folder => layer.add_dir(path.trim_end_matches('/').as_bytes(), 0o755, Timespec::PROVIDED)?,
            EntryKind::File | EntryKind::Link => {
                layer.add_file(path.as_bytes(), archive.content(&entry, None), 0o444, Timespec::PROVIDED)?;
            }
        }
    }
    Ok(())
}

/// Opens the archive at `path`, for [`from_archive`]. A `pinned` file stays open as long as its content is in use.
///
/// # Errors
/// [`PackageError::Damaged`] with the system's reason.
pub(crate) fn archive_file(path: &Path, pinned: bool) -> Result<Content, PackageError> {
    if pinned { host_file::pinned(path) } else { host_file::open(path) }.or_damaged(path)
}

/// Returns the members of an archive, whose names are paths from the guest's root. Errors name `path`.
///
/// # Errors
/// [`PackageError::Damaged`].
pub(crate) fn from_archive(path: &Path, content: Content) -> Result<Vec<PlacedFile>, PackageError> {
    let archive = Archive::open(content).or_damaged(path)?;
    let place = |entry: ArchiveEntry| {
        let content = archive.content(&entry, None);
        PlacedFile { path: format!("/{}", entry.name), kind: PlacedKind::File { content, executable: false } }
    };
    Ok(archive.entries().or_damaged(path)?.into_iter().map(place).collect())
}

/// One member of an archive.
struct Member {
    archive: Archive,
    index: usize,
    size: u64,
    digest: Option<[u8; 32]>,
    /// The unpacked bytes, while they are in use: see [`recent`].
    unpacked: Mutex<Weak<Vec<u8>>>,
}

impl Member {
    fn bytes(&self) -> io::Result<Arc<Vec<u8>>> {
        // Held while unpacking: another thread would otherwise do the same work.
        let mut unpacked = self.unpacked.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bytes) = unpacked.upgrade() {
            return Ok(bytes);
        }
        let bytes = Arc::new(self.archive.unpack(self.index, self.size)?);
        *unpacked = Arc::downgrade(&bytes);
        recent::keep(&bytes);
        Ok(bytes)
    }
}

impl ReadAt for Member {
    fn len(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let bytes = self.bytes()?;
        let rest = usize::try_from(offset).ok().and_then(|offset| bytes.get(offset..)).unwrap_or_default();
        let count = rest.len().min(buf.len());
        buf[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }

    fn digest(&self) -> Option<[u8; 32]> {
        self.digest
    }
}

#[cfg(test)]
pub(super) mod tests;
