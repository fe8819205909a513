//! Mounting a zip archive into a layer: its members become files that are unpacked when they are first read.

use std::{
    io::{self, Cursor, Read},
    sync::{Arc, OnceLock},
};

use zip::ZipArchive;

use crate::{
    abi::Timespec,
    vfs::{Content, LayerBuilder, LayerError, ReadAt},
};

/// A member that says it is larger is refused: it would be unpacked into memory.
const LARGEST_MEMBER: u64 = 1 << 30;

/// Why an archive cannot be mounted.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ArchiveError {
    #[error("the archive is damaged: {0}")]
    Damaged(#[from] zip::result::ZipError),
    #[error("member {name:?} has {size} bytes, the limit is {LARGEST_MEMBER}")]
    TooLarge { name: String, size: u64 },
    #[error(transparent)]
    Layer(#[from] LayerError),
}

type Archive = ZipArchive<Cursor<&'static [u8]>>;

/// Add the members of the archive `bytes` below the folder `at`.
///
/// Nothing is unpacked yet: that happens at a member's first read, once for all sandboxes of the layer.
///
/// # Errors
/// [`ArchiveError`], which names the member at fault.
pub(crate) fn mount(layer: &mut LayerBuilder, at: &str, bytes: &'static [u8]) -> Result<(), ArchiveError> {
    let archive = ZipArchive::new(Cursor::new(bytes))?;
    for index in 0..archive.len() {
        let mut opened = archive.clone();
        let member = opened.by_index_raw(index)?;
        let name = member.name()?.into_owned();
        let path = format!("{at}/{name}");
        if member.is_dir() {
            layer.add_dir(path.trim_end_matches('/').as_bytes(), 0o755, Timespec::default())?;
            continue;
        }
        let size = member.size();
        if size > LARGEST_MEMBER {
            return Err(ArchiveError::TooLarge { name, size });
        }
        drop(member);
        let source = Member { archive: archive.clone(), index, size, unpacked: OnceLock::new() };
        layer.add_file(path.as_bytes(), Content::Source(Arc::new(source)), 0o444, Timespec::default())?;
    }
    Ok(())
}

/// One member of an archive.
struct Member {
    /// Shares the archive's directory.
    archive: Archive,
    index: usize,
    size: u64,
    unpacked: OnceLock<Result<Vec<u8>, io::ErrorKind>>,
}

impl Member {
    fn unpack(&self) -> io::Result<Vec<u8>> {
        let mut archive = self.archive.clone();
        let member = archive.by_index(self.index).map_err(io::Error::other)?;
        // The directory's word for the size is not believed: a bomb ends at its own claim.
        let mut bytes = Vec::new();
        member.take(self.size.saturating_add(1)).read_to_end(&mut bytes)?;
        match bytes.len() as u64 == self.size {
            true => Ok(bytes),
            false => Err(io::ErrorKind::InvalidData.into()),
        }
    }
}

impl ReadAt for Member {
    fn len(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let unpacked = self.unpacked.get_or_init(|| self.unpack().map_err(|error| error.kind()));
        let bytes = unpacked.as_ref().map_err(|kind| io::Error::from(*kind))?;
        let rest = usize::try_from(offset).ok().and_then(|offset| bytes.get(offset..)).unwrap_or_default();
        let count = rest.len().min(buf.len());
        buf[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::{ZipWriter, write::SimpleFileOptions};

    use super::*;
    use crate::vfs::{Vfs, VfsLimits};

    fn archive(members: &[(&str, &[u8])]) -> &'static [u8] {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in members {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(content).unwrap();
        }
        Vec::leak(writer.finish().unwrap().into_inner())
    }

    fn mounted(bytes: &'static [u8]) -> Result<Vfs, ArchiveError> {
        let mut layer = LayerBuilder::unix();
        mount(&mut layer, "/lib/x", bytes)?;
        Ok(Vfs::new(Arc::new(layer.build()), VfsLimits::default()))
    }

    #[test]
    fn members_are_files_below_the_folder() {
        let text = b"text ".repeat(1000);
        let vfs = mounted(archive(&[("a.txt", b"one"), ("b/c/d.txt", &text), ("empty", b"")])).unwrap();
        for (path, content) in [("a.txt", &b"one"[..]), ("b/c/d.txt", &text), ("empty", b"")] {
            let read = vfs.host_read(format!("/lib/x/{path}").as_bytes()).unwrap();
            assert_eq!(read.into_vec().unwrap(), content, "{path}");
        }
    }

    #[test]
    fn a_member_that_leads_out_of_the_folder_is_refused_by_name() {
        let error = mounted(archive(&[("../../home/earth/x", b"")])).unwrap_err().to_string();
        assert!(error.contains("../../home/earth/x"), "{error}");
    }

    #[test]
    fn what_is_no_archive_is_refused() {
        assert!(matches!(mounted(b"not a zip"), Err(ArchiveError::Damaged(_))));
    }

    #[test]
    fn a_damaged_member_fails_when_it_is_read() {
        let mut bytes = archive(&[("a", &b"text ".repeat(1000))]).to_vec();
        // Inside the packed data: behind the 30 bytes of the header and the name.
        bytes[36] ^= 0xff;
        let vfs = mounted(Vec::leak(bytes)).unwrap();
        assert!(vfs.host_read(b"/lib/x/a").and_then(Content::into_vec).is_err());
    }
}
