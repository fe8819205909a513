//! The check of a wheel's content: names, sizes and metadata, before any other code opens it.

use std::{
    collections::HashSet,
    fs::File,
    io::{BufReader, Read},
    path::Path,
};

use zip::{ZipArchive, read::ZipFile};

use super::WheelName;
use crate::{Bounds, Error, Metadata, http::Stop};

type Archive = ZipArchive<BufReader<File>>;

/// The content of a checked wheel in figures.
///
/// ```
/// fn warn(summary: &terrarium_index::WheelSummary) {
///     if summary.is_placeholder {
///         eprintln!("{} contains no files besides its metadata", summary.file_name);
///     }
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WheelSummary {
    /// The name of the file.
    pub file_name: String,
    /// The SHA-256 of the file, in hexadecimal.
    pub sha256: String,
    /// The size of the file.
    pub bytes: u64,
    /// The number of members.
    pub members: usize,
    /// The sum of the members, unpacked.
    pub unpacked_bytes: u64,
    /// Whether the wheel contains nothing besides its metadata.
    pub is_placeholder: bool,
}

impl WheelSummary {
    /// Returns the figures of an archive whose content is not looked at.
    pub(crate) fn of_archive(path: &Path, sha256: String) -> Result<Self, Error> {
        let bytes = path.metadata().map_err(Error::file(path))?.len();
        let file_name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Self { file_name, sha256, bytes, members: 0, unpacked_bytes: 0, is_placeholder: false })
    }
}

/// Checks a wheel whose hash is `sha256`, and returns its metadata.
///
/// # Errors
/// [`Error::Wheel`] and [`Error::Format`], which name the file and the member.
pub(crate) fn check(
    path: &Path,
    sha256: &str,
    bounds: &Bounds,
    stop: &Stop,
) -> Result<(WheelSummary, Metadata), Error> {
    let file_name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let name =
        WheelName::parse(&file_name).ok_or_else(|| Error::wheel(&file_name, "its name is not that of a wheel"))?;
    let wrong = |reason: String| Error::wheel(&file_name, reason);
    let mut archive = open(path, &file_name)?;
    let names = Names::read(&mut archive, bounds).map_err(wrong)?;
    let bytes = read_member(&mut archive, &names.folder, "METADATA", bounds).map_err(wrong)?;
    let metadata = Metadata::parse(&file_name, &bytes)?;
    metadata.check(&file_name, &name.name, &name.version)?;
    let wheel = read_member(&mut archive, &names.folder, "WHEEL", bounds).map_err(wrong)?;
    check_format(&String::from_utf8_lossy(&wheel)).map_err(wrong)?;
    unpack_all(&mut archive, stop).map_err(|error| match error {
        Some(reason) => wrong(reason),
        None => Error::Cancelled,
    })?;
    let summary = WheelSummary {
        sha256: sha256.to_owned(),
        bytes: path.metadata().map_err(Error::file(path))?.len(),
        members: archive.len(),
        unpacked_bytes: names.unpacked,
        is_placeholder: names.is_placeholder,
        file_name,
    };
    Ok((summary, metadata))
}

/// Reads the metadata of a wheel whose content is checked later.
///
/// # Errors
/// As for [`check`].
pub(crate) fn read_metadata(path: &Path, bounds: &Bounds) -> Result<Vec<u8>, Error> {
    let file_name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut archive = open(path, &file_name)?;
    let names = Names::read(&mut archive, bounds).map_err(|reason| Error::wheel(&file_name, reason))?;
    read_member(&mut archive, &names.folder, "METADATA", bounds).map_err(|reason| Error::wheel(&file_name, reason))
}

fn open(path: &Path, file_name: &str) -> Result<Archive, Error> {
    let file = File::open(path).map_err(Error::file(path))?;
    ZipArchive::new(BufReader::new(file)).map_err(|error| Error::wheel(file_name, format!("no zip archive: {error}")))
}

/// The names of all members, checked.
struct Names {
    /// The folder of the metadata.
    folder: String,
    unpacked: u64,
    is_placeholder: bool,
}

impl Names {
    fn read(archive: &mut Archive, bounds: &Bounds) -> Result<Self, String> {
        if archive.len() > bounds.members {
            return Err(format!("it has {} members, the limit is {}: raise `members`", archive.len(), bounds.members));
        }
        let (mut seen, mut folders) = (HashSet::new(), HashSet::new());
        let (mut unpacked, mut is_placeholder) = (0_u64, true);
        for index in 0..archive.len() {
            let member =
                archive.by_index_raw(index).map_err(|error| format!("member {index} cannot be read: {error}"))?;
            let name = member_name(&member)?;
            check_name(&name)?;
            if member.is_symlink() {
                return Err(format!("member {name:?} is a symbolic link"));
            }
            unpacked = unpacked.saturating_add(member.size());
            if unpacked > bounds.unpacked_bytes {
                let limit = bounds.unpacked_bytes;
                return Err(format!("unpacked, it has more than {limit} bytes: raise `unpacked_bytes`"));
            }
            if member.is_dir() {
                folders.insert(name.trim_end_matches('/').to_owned());
                continue;
            }
            let parents = name.match_indices('/').map(|(at, _)| name[..at].to_owned());
            folders.extend(parents);
            is_placeholder &= name.split('/').next().is_some_and(|top| top.ends_with(".dist-info"));
            if !seen.insert(name.clone()) {
                return Err(format!("member {name:?} is there twice"));
            }
        }
        if let Some(name) = seen.iter().find(|name| folders.contains(*name)) {
            return Err(format!("member {name:?} is a file and a folder"));
        }
        let mut infos = folders.iter().filter(|name| name.ends_with(".dist-info") && !name.contains('/'));
        match (infos.next(), infos.next()) {
            (Some(folder), None) => Ok(Self { folder: folder.clone(), unpacked, is_placeholder }),
            (None, _) => Err("it has no folder `*.dist-info`".to_owned()),
            (Some(one), Some(two)) => Err(format!("it has two folders with metadata: {one} and {two}")),
        }
    }
}

fn member_name<R: Read>(member: &ZipFile<'_, R>) -> Result<String, String> {
    member.name().map(|name| name.into_owned()).map_err(|error| format!("the name of a member cannot be read: {error}"))
}

/// Checks that a member stays below the folder in which the wheel is unpacked.
fn check_name(name: &str) -> Result<(), String> {
    let parts = || name.trim_end_matches('/').split('/');
    if parts().any(|part| part.is_empty() || part == "." || part == "..") {
        return Err(format!("member {name:?} leads out of its folder"));
    }
    if name.contains(['\\', '\0', ':']) || name.chars().any(char::is_control) {
        return Err(format!("member {name:?} has a character that names of files must not have"));
    }
    Ok(())
}

fn read_member(archive: &mut Archive, folder: &str, name: &str, bounds: &Bounds) -> Result<Vec<u8>, String> {
    let path = format!("{folder}/{name}");
    let member = archive.by_name(&path).map_err(|_| format!("it has no member {path:?}"))?;
    if member.size() > bounds.metadata_bytes {
        let limit = bounds.metadata_bytes;
        return Err(format!("member {path:?} has {} bytes, the limit is {limit}", member.size()));
    }
    let mut bytes = Vec::new();
    let read = member.take(bounds.metadata_bytes).read_to_end(&mut bytes);
    read.map_err(|error| format!("member {path:?} cannot be unpacked: {error}"))?;
    Ok(bytes)
}

/// Checks the version of the format, as the file `WHEEL` states it.
fn check_format(text: &str) -> Result<(), String> {
    let header =
        |line: &str| line.split_once(':').map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()));
    let version = text.lines().filter_map(header).find(|(name, _)| name == "wheel-version").map(|(_, value)| value);
    match version {
        Some(version) if version.split('.').next() == Some("1") => Ok(()),
        Some(version) => Err(format!("it has version {version} of the format, only 1 is read")),
        None => Err("its file WHEEL states no version of the format".to_owned()),
    }
}

/// Unpacks all members to nowhere. Sizes and checksums must be those of the directory, so that a later reader can trust
/// it. Fails with `None` when the call is cancelled.
fn unpack_all(archive: &mut Archive, stop: &Stop) -> Result<(), Option<String>> {
    let mut block = vec![0; 1 << 16];
    for index in 0..archive.len() {
        let member = archive.by_index(index).map_err(|error| format!("member {index} cannot be unpacked: {error}"))?;
        let (name, size) = (member_name(&member)?, member.size());
        let mut rest = member.take(size.saturating_add(1));
        let mut done = 0_u64;
        loop {
            if stop.is_set() {
                return Err(None);
            }
            match rest.read(&mut block) {
                Ok(0) => break,
                Ok(count) => done += count as u64,
                Err(error) => return Err(Some(format!("member {name:?} cannot be unpacked: {error}"))),
            }
        }
        if done != size {
            return Err(Some(format!("member {name:?} has another size than the archive's directory states")));
        }
    }
    Ok(())
}
