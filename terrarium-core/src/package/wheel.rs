//! A wheel: an archive with a package's files, their hashes and its metadata.

use std::{
    collections::{BTreeSet, HashMap},
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};
use terrarium_index::Metadata;

use super::{
    PackageError, WheelTarget,
    archive::{Archive, ArchiveEntry, EntryKind},
    error::PackageContext,
    host_file,
    placed::{LIBRARIES, PlacedFile, PlacedKind, SITE_PACKAGES, stays_inside, unsafe_path},
    record,
    target::wheel_name,
};
use terrarium_unix::vfs::Content;

/// The largest `RECORD`, `METADATA` or `top_level.txt`.
const MAX_TEXT: u64 = 16 << 20;
/// The longest target of a link.
const MAX_TARGET: u64 = 4095;

/// A wheel, or an archive of shared libraries. Its directory was read, its files were not.
pub(crate) struct Wheel {
    path: PathBuf,
    content: Content,
    archive: Archive,
    entries: Vec<ArchiveEntry>,
    /// The name of the folder with the metadata; `None` for libraries.
    dist_info: Option<String>,
}

impl Wheel {
    /// # Errors
    /// [`PackageError`], when it cannot be read, is not a wheel, does not match the guest, or has a path that leads
    /// out.
    pub(crate) fn open(path: &Path, target: &WheelTarget) -> Result<Self, PackageError> {
        let name = wheel_name(path)
            .ok_or_else(|| PackageError::damaged(path, "its name is not NAME-VERSION-PYTHON-ABI-PLATFORM.whl"))?;
        target.check(&name, path)?;
        let mut wheel = Self::libraries(path)?;
        let is_own = |folder: &&str| {
            folder
                .strip_suffix(".dist-info")
                .and_then(|folder| folder.split('-').next())
                .map(super::normalize)
                .is_some_and(|own| own == name.name.as_ref())
        };
        let mut folders = wheel.entries.iter().filter_map(|entry| entry.name.split_once('/')).map(|(top, _)| top);
        let dist_info = folders.find(is_own).map(str::to_owned);
        let missing = || PackageError::damaged(path, format!("it has no folder {}-….dist-info", name.name));
        wheel.dist_info = Some(dist_info.ok_or_else(missing)?);
        Ok(wheel)
    }

    /// Opens an archive of shared libraries.
    ///
    /// # Errors
    /// As for [`open`](Self::open).
    pub(crate) fn libraries(path: &Path) -> Result<Self, PackageError> {
        let content = host_file::open(path).or_damaged(path)?;
        let archive = Archive::open(content.clone()).or_damaged(path)?;
        let entries = archive.entries().or_damaged(path)?;
        for entry in &entries {
            if let Some(reason) = unsafe_path(&entry.name) {
                return Err(PackageError::damaged(path, format!("member {:?}: {reason}", entry.name)));
            }
        }
        Ok(Self { path: path.to_owned(), content, archive, entries, dist_info: None })
    }

    /// Returns the path of the file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the whole file and returns its SHA-256 in hexadecimal.
    ///
    /// # Errors
    /// [`PackageError::Damaged`], when it cannot be read.
    pub(crate) fn sha256(&self) -> Result<String, PackageError> {
        let mut hash = Sha256::new();
        let mut block = vec![0; 1 << 18];
        let mut offset = 0;
        loop {
            let read = self.content.read_at(offset, &mut block);
            match read.map_err(|_| PackageError::damaged(&self.path, "it cannot be read"))? {
                0 => return Ok(format!("{:x}", hash.finalize())),
                count => {
                    hash.update(&block[..count]);
                    offset += count as u64;
                }
            }
        }
    }

    /// Returns the requirements of the package, and what else decides on its use.
    ///
    /// # Errors
    /// [`PackageError::Damaged`], when the metadata is broken or missing.
    pub(crate) fn metadata(&self) -> Result<Metadata, PackageError> {
        let Some(text) = self.text("METADATA")? else {
            return Err(PackageError::damaged(&self.path, "it has no METADATA"));
        };
        Metadata::parse(&self.path.to_string_lossy(), text.as_bytes()).map_err(|error| match error {
            terrarium_index::Error::Format { reason, .. } => PackageError::damaged(&self.path, reason),
            error => PackageError::damaged(&self.path, error),
        })
    }

    /// Returns the modules and packages at the top level of the folder for modules.
    pub(crate) fn modules(&self) -> Vec<String> {
        let is_code = |name: &str| [".py", ".so"].iter().any(|end| name.ends_with(end));
        let modules = self.entries.iter().filter(|entry| is_code(&entry.name)).filter_map(|entry| {
            let path = self.place(&entry.name).ok()?;
            let relative = path.strip_prefix(SITE_PACKAGES)?.strip_prefix('/')?;
            let top = relative.split('/').next()?.split('.').next()?;
            let is_name = top.chars().all(|c| c.is_alphanumeric() || c == '_');
            (is_name && !top.starts_with(|c: char| c.is_numeric())).then(|| top.to_owned())
        });
        modules.collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// Returns all files and their places.
    ///
    /// # Errors
    /// [`PackageError::Damaged`], when a member has no place.
    pub(crate) fn files(&self) -> Result<Vec<PlacedFile>, PackageError> {
        let record = match self.text("RECORD")? {
            Some(text) => record::parse(&text),
            None => HashMap::new(),
        };
        let mut files = Vec::new();
        for entry in self.entries.iter().filter(|entry| entry.kind != EntryKind::Folder) {
            let path = self.place(&entry.name)?;
            let kind = match entry.kind {
                EntryKind::Link => PlacedKind::Link(self.target(entry)?),
                _ => PlacedKind::File {
                    content: self.archive.content(entry, record.get(&entry.name).copied()),
                    executable: entry.executable || path.starts_with("/bin/"),
                },
            };
            files.push(PlacedFile { path, kind });
        }
        Ok(files)
    }

    fn target(&self, entry: &ArchiveEntry) -> Result<String, PackageError> {
        let broken = |reason: &str| PackageError::damaged(&self.path, format!("member {:?}: {reason}", entry.name));
        let target = self.archive.read(entry, MAX_TARGET).or_damaged(&self.path)?;
        let target = String::from_utf8(target).map_err(|_| broken("the link's target is not UTF-8"))?;
        match stays_inside(&entry.name, &target) {
            true => Ok(target),
            false => Err(broken("the link leads out of the package")),
        }
    }

    /// Returns the place of a member, as installers choose it.
    fn place(&self, member: &str) -> Result<String, PackageError> {
        let Some(dist_info) = &self.dist_info else {
            let name = member.rsplit('/').next().unwrap_or(member);
            return Ok(format!("{LIBRARIES}/{name}"));
        };
        let package = dist_info.trim_end_matches(".dist-info");
        let Some((kind, rest)) = member
            .strip_prefix(package)
            .and_then(|rest| rest.strip_prefix(".data/"))
            .and_then(|rest| rest.split_once('/'))
        else {
            return Ok(format!("{SITE_PACKAGES}/{member}"));
        };
        let name = package.split('-').next().unwrap_or(package);
        Ok(match kind {
            "purelib" | "platlib" => format!("{SITE_PACKAGES}/{rest}"),
            "data" => format!("/{rest}"),
            "scripts" => format!("/bin/{rest}"),
            "headers" => format!("/include/python3.14/{name}/{rest}"),
            _ => return Err(PackageError::damaged(&self.path, format!("member {member:?}: no place for {kind:?}"))),
        })
    }

    /// Returns the text of a file of the metadata, if it exists.
    fn text(&self, name: &str) -> Result<Option<String>, PackageError> {
        let Some(dist_info) = &self.dist_info else {
            return Ok(None);
        };
        let path = format!("{dist_info}/{name}");
        let Some(entry) = self.entries.iter().find(|entry| entry.name == path) else {
            return Ok(None);
        };
        let bytes = self.archive.read(entry, MAX_TEXT);
        let bytes = bytes.or_damaged(&self.path)?;
        Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
    }
}

#[cfg(test)]
pub(crate) mod tests;
