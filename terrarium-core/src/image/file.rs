//! The file of an image: machine code, followed by a zip archive.
//!
//! The code comes first, since it is mapped into memory directly. The archive, whose directory is at the end of the
//! file, contains the header, the data for linking more libraries, and files. These are the packages' files (in an
//! image that can be moved) and the files that the preparation wrote.

use std::{
    fs,
    io::{Cursor, Seek as _, SeekFrom, Write as _},
    path::Path,
};

use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use super::{ImageInfo, fault, header::ImageHeader};
use crate::{
    Error, Result,
    cache::write_whole,
    engine::LoaderRecord,
    error::ErrorContext,
    package::{PackageError, PlacedFile, PlacedKind, archive_file, from_archive},
};
use terrarium_unix::{
    abi::Timespec,
    vfs::{Content, Credentials, LayerBuilder},
};

const HEADER: &str = "/header.json";
const LOADER: &str = "/loader.json";
/// The folder of the packages' files, by their paths in the guest.
const PACKAGED: &str = "/packaged";
/// The folder of the files that the guest wrote.
const WRITTEN: &str = "/written";
/// The beginning of the error for a file of another kind.
const NO_IMAGE: &str = "it is no image";
/// Upper bound on the header.
const MAX_HEADER_BYTES: u64 = 16 << 20;

/// The content of a file besides the machine code.
pub(super) struct Contents {
    pub(super) header: ImageHeader,
    pub(super) loader: Content,
    pub(super) packaged: Vec<PlacedFile>,
    pub(super) written: Vec<PlacedFile>,
}

/// Returns the bytes of an image's file.
///
/// # Errors
/// [`Error::Engine`], when something cannot be read or written.
pub(super) fn bytes(
    code: Vec<u8>,
    header: &ImageHeader,
    loader: &LoaderRecord,
    written: &[(String, Content)],
) -> Result<Vec<u8>> {
    bytes_with(code, header, serde_json::to_vec(loader).or_engine("image")?, written)
}

fn bytes_with(code: Vec<u8>, header: &ImageHeader, loader: Vec<u8>, written: &[(String, Content)]) -> Result<Vec<u8>> {
    let header = serde_json::to_vec(header).or_engine("image")?;
    let mut members = vec![(HEADER.to_owned(), Content::from(header)), (LOADER.to_owned(), Content::from(loader))];
    members.extend(written.iter().map(|(path, content)| (format!("{WRITTEN}{path}"), content.clone())));
    append(code, &members)
}

/// Returns the bytes of a layer's file.
///
/// # Errors
/// As for [`bytes`].
pub(super) fn layer(
    content: Vec<u8>,
    header: &ImageHeader,
    loader: Option<&LoaderRecord>,
    written: &[(String, Content)],
) -> Result<Vec<u8>> {
    bytes_with(content, header, serde_json::to_vec(&loader).or_engine("image")?, written)
}

fn append(code: Vec<u8>, members: &[(String, Content)]) -> Result<Vec<u8>> {
    let mut out = Cursor::new(code);
    out.seek(SeekFrom::End(0)).or_engine("image")?;
    let mut archive = ZipWriter::new(out);
    for (path, content) in members {
        // Read by each process that starts from the image, unlike the rest.
        let is_read = path == HEADER;
        let method = if is_read { CompressionMethod::Stored } else { CompressionMethod::Deflated };
        let options = SimpleFileOptions::default().compression_method(method);
        let bytes = content.clone().into_vec().or_engine(format_args!("image: {path}"))?;
        archive.start_file(path.trim_start_matches('/'), options).or_engine("image")?;
        archive.write_all(&bytes).or_engine("image")?;
    }
    Ok(archive.finish().or_engine("image")?.into_inner())
}

/// Reads the content of the file at `path`.
///
/// # Errors
/// [`Error::Image`] for a file that is not an image.
pub(super) fn read(path: &Path) -> Result<Contents> {
    let none = |reason: &str| fault(path, format!("{NO_IMAGE}: {reason}"));
    let content = archive_file(path, true).map_err(|error| match error {
        PackageError::Damaged { reason, source, .. } => Error::Image { path: path.to_owned(), reason, source },
        other => Error::image(path, other.to_string()),
    })?;
    let members = from_archive(path, content).map_err(|error| match error {
        PackageError::Damaged { reason, source, .. } => {
            Error::Image { path: path.to_owned(), reason: format!("{NO_IMAGE}: {reason}"), source }
        }
        other => none(&other.to_string()),
    })?;
    let (mut header, mut loader) = (None, None);
    let (mut packaged, mut written) = (Vec::new(), Vec::new());
    for PlacedFile { path: name, kind } in members {
        match (name.as_str(), &kind) {
            (HEADER, PlacedKind::File { content, .. }) => header = Some(content.clone()),
            (LOADER, PlacedKind::File { content, .. }) => loader = Some(content.clone()),
            _ => {
                let inside = |folder| name.strip_prefix(folder).filter(|path: &&str| path.starts_with('/'));
                if let Some(path) = inside(PACKAGED) {
                    packaged.push(PlacedFile { path: path.to_owned(), kind });
                } else if let Some(path) = inside(WRITTEN) {
                    written.push(PlacedFile { path: path.to_owned(), kind });
                }
            }
        }
    }
    let (Some(header), Some(loader)) = (header, loader) else { return Err(none("it has no header")) };
    if header.len() > MAX_HEADER_BYTES {
        return Err(none("its header is larger than 16 MiB"));
    }
    let header = header.into_vec().or_image(path, NO_IMAGE)?;
    let header: ImageHeader = serde_json::from_slice(&header).map_err(|error| Error::Image {
        path: path.to_owned(),
        reason: format!("it was made by another version of this library, build it again ({error})"),
        source: Some(error.into()),
    })?;
    Ok(Contents { header, loader, packaged, written })
}

/// Adds files that the guest wrote to a layer.
///
/// # Errors
/// [`Error::Image`] for an invalid path.
pub(super) fn lay_out_written(layer: &mut LayerBuilder, path: &Path, files: &[PlacedFile]) -> Result<()> {
    layer.owner(Credentials::GUEST);
    for file in files {
        if let PlacedKind::File { content, .. } = &file.kind {
            let added = layer.add_file(file.path.as_bytes(), content.clone(), 0o644, Timespec::PROVIDED);
            added.or_image(path, "")?;
        }
    }
    layer.owner(Credentials::ROOT);
    Ok(())
}

/// Returns the paths and contents of files that the guest wrote.
pub(super) fn contents(files: Vec<PlacedFile>) -> Vec<(String, Content)> {
    let content = |file: PlacedFile| match file.kind {
        PlacedKind::File { content, .. } => Some((file.path, content)),
        PlacedKind::Link(_) => None,
    };
    files.into_iter().filter_map(content).collect()
}

/// Writes an image with the files of its packages to `path`.
///
/// # Errors
/// [`Error::Image`].
pub(super) fn save(info: &ImageInfo, packaged: &[PlacedFile], path: &Path) -> Result<()> {
    let Contents { mut header, loader, packaged: own, written } = read(&info.path)?;
    let mut code = fs::read(&info.path).or_image(&info.path, "")?;
    code.truncate(usize::try_from(header.code).unwrap_or(usize::MAX));
    header.is_complete = true;
    let header = serde_json::to_vec(&header).or_image(path, "")?;
    let mut members = vec![(HEADER.to_owned(), Content::from(header)), (LOADER.to_owned(), loader)];
    // A file that was opened from outside the cache folder contains them already.
    let packaged = if own.is_empty() { packaged } else { &own };
    let files = packaged.iter().map(|file| (PACKAGED, file));
    for (folder, PlacedFile { path, kind }) in files.chain(written.iter().map(|file| (WRITTEN, file))) {
        if let PlacedKind::File { content, .. } = kind {
            members.push((format!("{folder}{path}"), content.clone()));
        }
    }
    let bytes = append(code, &members)?;
    write_whole(path, &bytes).or_image(path, "")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{SandboxOptions, guest::GuestConfig, image::header::FORMAT};

    /// A valid header, as text.
    fn header() -> serde_json::Value {
        serde_json::json!({
            "format": FORMAT, "name": "base", "version": "0.1.0", "python": "3.14.2", "target": "x", "compatibility": "x",
            "guest": "x", "packages": [], "modules": [], "inline": false, "portable": false, "code": 4, "sha256": "00",
            "is_complete": true, "open_files": [], "mapped_files": [],
            "config": GuestConfig::new(&SandboxOptions::default(), "/h".to_owned()),
            "snapshot": {
                "signal_word": 1, "stack_end": 0, "functions": {}, "entropy": [], "zone_names": [0, 0], "memory": 65536,
                "closures": {"taken": [], "free": [], "live": []},
            },
        })
    }

    fn file(header: &[u8]) -> Vec<u8> {
        let member = |name: &str, content: &[u8]| (name.to_owned(), Content::from(content.to_vec()));
        append(
            b"code".to_vec(),
            &[
                member(HEADER, header),
                member(LOADER, b"{}"),
                member("/packaged/lib/a.py", b"x = 1"),
                member("/written/home/b", b"y"),
            ],
        )
        .unwrap()
    }

    /// Reads a file and lays its contents out, as when an image is opened. The outcome is an error or a success, and
    /// never anything else.
    fn opened(bytes: &[u8]) -> Result<(usize, usize)> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.timg");
        fs::write(&path, bytes).unwrap();
        let Contents { loader, packaged, written, .. } = read(&path)?;
        let mut layer = LayerBuilder::unix();
        crate::package::lay_out(&mut layer, &path, &packaged)?;
        lay_out_written(&mut layer, &path, &written)?;
        let _ = loader.into_vec();
        Ok((packaged.len(), written.len()))
    }

    #[test]
    fn a_file_is_read_with_a_seal_behind_it_and_without() {
        let bytes = file(header().to_string().as_bytes());
        assert_eq!(opened(&bytes).unwrap(), (1, 1));
        assert_eq!(opened(&[&bytes[..], &[7; 24]].concat()).unwrap(), (1, 1));
    }

    proptest! {
        #[test]
        fn any_file_is_an_image_or_an_error(
            noise in prop::collection::vec(any::<u8>(), 0..300),
            places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
            cut in any::<prop::sample::Index>(),
        ) {
            let _ = opened(&noise);
            let mut bytes = file(header().to_string().as_bytes());
            for (place, byte) in places {
                let at = place.index(bytes.len());
                bytes[at] = byte;
            }
            let _ = opened(&bytes);
            let _ = opened(&bytes[..cut.index(bytes.len())]);
        }

        #[test]
        fn any_header_is_read_or_refused(
            field in any::<prop::sample::Index>(),
            value in prop_oneof![Just("null".to_owned()), "-?[0-9]{1,25}", "\\[{1,300}", "\"[^\"\\\\\n]{0,40}\"", "\\{\"a\": \\[1, 2\\]\\}"],
        ) {
            let mut header = header();
            let fields = header.as_object_mut().unwrap();
            let name = fields.keys().nth(field.index(fields.len())).unwrap().clone();
            let _ = opened(&file(value.as_bytes()));
            if let Ok(value) = serde_json::from_str(&value) {
                fields.insert(name, value);
                let _ = opened(&file(header.to_string().as_bytes()));
            }
        }
    }
}
