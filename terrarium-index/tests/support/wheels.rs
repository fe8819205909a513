//! Small wheels, made by the tests: good ones, and broken ones of every kind.

use std::{
    fmt::Write as _,
    io::{Cursor, Write as _},
};

use sha2::{Digest as _, Sha256};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

/// A wheel with its file name.
#[derive(Clone, Debug)]
pub(crate) struct Wheel {
    pub(crate) file_name: String,
    pub(crate) metadata: String,
    pub(crate) bytes: Vec<u8>,
}

impl Wheel {
    /// Returns a wheel with one module, and these requirements.
    pub(crate) fn new(file_name: &str, requires: &[&str]) -> Self {
        Self::with_members(file_name, requires, &[("module.py", b"x = 1\n")])
    }

    /// Returns a wheel with these members besides its metadata.
    pub(crate) fn with_members(file_name: &str, requires: &[&str], members: &[(&str, &[u8])]) -> Self {
        let mut parts = file_name.split('-');
        let (name, version) = (parts.next().unwrap(), parts.next().unwrap());
        let mut metadata = format!("Metadata-Version: 2.4\nName: {name}\nVersion: {version}\n");
        for requirement in requires {
            writeln!(metadata, "Requires-Dist: {requirement}").unwrap();
        }
        let folder = format!("{name}-{version}.dist-info");
        let files = [
            (format!("{folder}/METADATA"), metadata.clone().into_bytes()),
            (format!("{folder}/WHEEL"), b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\n".to_vec()),
            (format!("{folder}/RECORD"), Vec::new()),
        ];
        let files = files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()));
        let bytes = zipped(members.iter().copied().chain(files));
        Self { file_name: file_name.to_owned(), metadata, bytes }
    }

    /// Returns an archive of exactly these members.
    pub(crate) fn raw(file_name: &str, members: &[(&str, &[u8])]) -> Self {
        Self { file_name: file_name.to_owned(), metadata: String::new(), bytes: zipped(members.iter().copied()) }
    }
}

fn zipped<'m>(members: impl Iterator<Item = (&'m str, &'m [u8])>) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, bytes) in members {
        match name.strip_prefix("link:") {
            Some(name) => writer.add_symlink(name, String::from_utf8_lossy(bytes), options).unwrap(),
            None => {
                writer.start_file(name, options).unwrap();
                writer.write_all(bytes).unwrap();
            }
        }
    }
    writer.finish().unwrap().into_inner()
}

/// Returns a hash in hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}
