//! Small wheels, made on demand.

use std::{
    fs,
    io::{Cursor, Write as _},
    path::{Path, PathBuf},
};

use zip::{ZipWriter, write::SimpleFileOptions};

/// Writes a wheel `NAME-VERSION-py3-none-any.whl` with these files into a folder. `requires` are its requirements.
pub fn wheel<C: AsRef<[u8]>>(
    folder: &Path,
    name: &str,
    version: &str,
    files: &[(&str, C)],
    requires: &[&str],
) -> PathBuf {
    let path = folder.join(format!("{name}-{version}-py3-none-any.whl"));
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (member, content) in all(name, version, files, requires) {
        archive.start_file(member, SimpleFileOptions::default()).expect("a member");
        archive.write_all(&content).expect("its content");
    }
    fs::write(&path, archive.finish().expect("an archive").into_inner()).expect("a file");
    path
}

/// Writes the installed form of such a wheel into a folder.
pub fn installed(folder: &Path, name: &str, version: &str, files: &[(&str, &str)]) {
    for (member, content) in all(name, version, files, &[]) {
        let path = folder.join(member);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, content).expect("a file");
    }
}

fn all<C: AsRef<[u8]>>(name: &str, version: &str, files: &[(&str, C)], requires: &[&str]) -> Vec<(String, Vec<u8>)> {
    let requires: String = requires.iter().map(|line| format!("Requires-Dist: {line}\n")).collect();
    let info = format!("{name}-{version}.dist-info");
    let metadata = format!("Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{requires}");
    let mut all: Vec<_> =
        files.iter().map(|(name, content)| ((*name).to_owned(), content.as_ref().to_owned())).collect();
    all.push((format!("{info}/METADATA"), metadata.into_bytes()));
    all.push((format!("{info}/WHEEL"), b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n".to_vec()));
    all
}
