//! Image files that were damaged, changed or made elsewhere: refused with the reason, or as good as before.

use std::{
    fs,
    io::{Read as _, Write as _},
    os::unix::fs::{FileExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    time::Duration,
};

use terrarium_core::{Error, Image, ImageOptions, Sandbox};
use terrarium_tests::options;
use zip::{CompressionMethod, ZipArchive, ZipWriter, write::SimpleFileOptions};

use crate::support::int;

/// The bare interpreter's image, in a separate folder.
struct File {
    dir: tempfile::TempDir,
    bytes: Vec<u8>,
    /// The end of the machine code.
    code: usize,
    copies: std::cell::Cell<usize>,
}

impl File {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("base.timg");
        Image::build(ImageOptions::default()).unwrap().save(&path).unwrap();
        let bytes = fs::read(&path).unwrap();
        let code = about(&path)["code"].as_u64().unwrap().try_into().unwrap();
        Self { dir, bytes, code, copies: std::cell::Cell::new(0) }
    }

    /// Writes a file with other bytes, under a new name.
    fn with(&self, bytes: &[u8]) -> PathBuf {
        self.copies.set(self.copies.get() + 1);
        let path = self.dir.path().join(format!("{}.timg", self.copies.get()));
        write(&path, bytes);
        path
    }

    /// Writes a file with changed metadata.
    fn saying(&self, change: impl FnOnce(&mut serde_json::Value)) -> PathBuf {
        let path = self.with(&self.bytes);
        let mut said = about(&path);
        change(&mut said);
        let mut archive = ZipArchive::new(fs::File::open(&path).unwrap()).unwrap();
        let mut out = std::io::Cursor::new(self.bytes[..self.code].to_vec());
        out.set_position(self.code as u64);
        let mut changed = ZipWriter::new(out);
        for index in 0..archive.len() {
            let mut member = archive.by_index(index).unwrap();
            let name = member.name().unwrap().into_owned();
            let mut content = Vec::new();
            member.read_to_end(&mut content).unwrap();
            if name == "header.json" {
                content = said.to_string().into_bytes();
            }
            let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
            changed.start_file(name, stored).unwrap();
            changed.write_all(&content).unwrap();
        }
        write(&path, &changed.finish().unwrap().into_inner());
        path
    }
}

fn write(path: &Path, bytes: &[u8]) {
    drop(fs::remove_file(path));
    fs::write(path, bytes).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

/// Returns the metadata of an image.
fn about(path: &Path) -> serde_json::Value {
    let mut archive = ZipArchive::new(fs::File::open(path).unwrap()).unwrap();
    serde_json::from_reader(archive.by_name("header.json").unwrap()).unwrap()
}

fn opened(path: &Path) -> Result<i64, String> {
    let image = match Image::open(path) {
        Err(Error::Image { reason, .. }) => return Err(reason),
        Err(other) => return Err(other.to_string()),
        Ok(image) => image,
    };
    let sandbox = Sandbox::on_image(image, options()).map_err(|error| error.to_string())?;
    let result = sandbox.execute("import json\njson.loads('40') + 2").map_err(|error| error.to_string())?;
    result.final_expression.and_then(|value| value.as_i64()).ok_or_else(|| format!("{:?}", result.error))
}

#[test]
fn an_image_that_nobody_has_touched_is_opened() {
    let file = File::new();
    assert_eq!(opened(&file.with(&file.bytes)), Ok(42));
    assert_eq!(opened(&file.saying(|_| ())), Ok(42));
}

#[test]
fn machine_code_with_a_changed_byte_is_refused() {
    let file = File::new();
    for place in [0, 20, file.code / 3, file.code / 2, file.code - 1] {
        let mut bytes = file.bytes.clone();
        bytes[place] ^= 0x40;
        let reason = opened(&file.with(&bytes)).unwrap_err();
        assert!(reason.contains("damaged"), "{place}: {reason}");
    }
}

#[test]
fn a_file_that_was_cut_is_refused() {
    let file = File::new();
    for length in [1, 100, file.code / 2, file.code, file.code + 10, file.bytes.len() - 1, file.bytes.len() - 30] {
        let reason = opened(&file.with(&file.bytes[..length])).unwrap_err();
        assert!(reason.contains("no image"), "{length}: {reason}");
    }
    // Extra bytes before and after the image.
    let shifted = [&b"#!/bin/sh\n"[..], &file.bytes].concat();
    assert!(opened(&file.with(&shifted)).is_err());
}

#[test]
fn a_changed_byte_behind_the_machine_code_is_refused_or_does_no_harm() {
    let file = File::new();
    let path = file.with(&file.bytes);
    let handle = fs::File::options().write(true).open(&path).unwrap();
    let behind = file.bytes.len() - file.code;
    let mut refused = 0;
    // An odd step, so that all kinds of fields are hit.
    for place in (0..behind).step_by((behind / 20) | 1).map(|place| file.code + place) {
        handle.write_all_at(&[file.bytes[place] ^ 0x11], place as u64).unwrap();
        match opened(&path) {
            Ok(value) => assert_eq!(value, 42, "{place}"),
            Err(reason) => {
                refused += 1;
                assert!(!reason.is_empty(), "{place}");
            }
        }
        handle.write_all_at(&[file.bytes[place]], place as u64).unwrap();
    }
    assert!(refused > 0);
}

#[test]
fn an_image_of_another_version_or_machine_is_refused_with_the_reason() {
    let file = File::new();
    let cases: [(&str, serde_json::Value, &str); 6] = [
        ("version", "0.0.9".into(), "by version 0.0.9"),
        ("format", 999.into(), "build it again"),
        ("target", "sparc-plan9".into(), "it was made for sparc-plan9, this machine is "),
        ("guest", "another".into(), "for another interpreter"),
        ("compatibility", "another".into(), "another version of the engine, or for another processor"),
        ("sha256", "00".repeat(32).into(), "damaged"),
    ];
    for (field, value, expected) in cases {
        let reason = opened(&file.saying(|about| about[field] = value)).unwrap_err();
        assert!(reason.contains(expected), "{field}: {reason}");
    }
    let reason = opened(&file.saying(|about| *about = serde_json::json!({"a": 1}))).unwrap_err();
    assert!(reason.contains("another version"), "{reason}");
    let reason = opened(&file.saying(|about| about["is_complete"] = false.into())).unwrap_err();
    assert!(reason.contains("part of a cache"), "{reason}");
}

#[test]
fn an_image_that_lies_about_itself_does_no_harm() {
    let file = File::new();
    let lies: [fn(&mut serde_json::Value); 8] = [
        |about| about["snapshot"]["signal_word"] = u32::MAX.into(),
        |about| about["snapshot"]["signal_word"] = 3.into(),
        |about| about["snapshot"]["entropy"] = serde_json::json!([{"address": u32::MAX, "length": 100}]),
        |about| about["snapshot"]["entropy"] = serde_json::json!([{"address": 0, "length": u32::MAX}]),
        |about| about["snapshot"]["memory"] = 0.into(),
        |about| {
            about["snapshot"]["closures"] =
                serde_json::json!({"taken": [u32::MAX], "free": [], "live": [[u32::MAX, 4]]})
        },
        |about| about["code"] = u64::MAX.into(),
        |about| about["open_files"] = serde_json::json!([{"descriptor": -5, "path": "/", "flags": -1, "position": u64::MAX, "close_on_exec": false}]),
    ];
    for (number, lie) in lies.into_iter().enumerate() {
        match opened(&file.saying(lie)) {
            // The metadata decides the limits; the interpreter is unchanged.
            Ok(value) => assert_eq!(value, 42, "{number}"),
            Err(reason) => assert!(!reason.is_empty(), "{number}"),
        }
    }
}

#[test]
fn a_file_that_others_may_write_is_refused() {
    let file = File::new();
    let path = file.with(&file.bytes);
    for mode in [0o620, 0o602, 0o777] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let reason = opened(&path).unwrap_err();
        assert!(reason.contains(&format!("others may write to it (mode {mode:o})")), "{reason}");
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(opened(&path), Ok(42));
}

#[test]
fn a_changed_file_is_checked_again() {
    let file = File::new();
    let path = file.with(&file.bytes);
    assert_eq!(opened(&path), Ok(42));
    let mut bytes = file.bytes.clone();
    bytes[file.code / 2] ^= 1;
    write(&path, &bytes);
    assert!(opened(&path).unwrap_err().contains("damaged"));
}

#[test]
fn an_image_in_use_survives_the_end_of_its_file() {
    let file = File::new();
    let path = file.with(&file.bytes);
    let image = Image::open(&path).unwrap();
    let sandbox = Sandbox::on_image(image, options()).unwrap();
    fs::remove_file(&path).unwrap();
    for code in ["6 * 7", "import colorsys, ctypes\nctypes.CDLL(None).abs(-42)"] {
        assert_eq!(sandbox.execute(code).unwrap().final_expression, int(42), "{code}");
    }
}

#[test]
fn images_that_are_of_no_use_are_pruned_and_others_are_kept() {
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o700)).unwrap();
    let file = File::new();
    let (good, old, foreign, text) = ("good.timg", "old.timg", "foreign.timg", "text.timg");
    for name in [good, old] {
        write(&dir.path().join(name), &file.bytes);
    }
    fs::copy(file.saying(|about| about["version"] = "0.0.9".into()), dir.path().join(foreign)).unwrap();
    write(&dir.path().join(text), b"no image");
    write(&dir.path().join("other.txt"), b"not ours");
    // Compiled functions of another engine.
    write(&dir.path().join("0123.functions"), b"");
    // The record of a check of a file that may no longer exist.
    write(&dir.path().join("0123.verified"), b"");
    let month = Duration::from_secs(30 * 24 * 3600);
    let handle = fs::File::options().append(true).open(dir.path().join(old)).unwrap();
    handle.set_modified(std::time::SystemTime::now() - month).unwrap();

    let listed = Image::list(Some(dir.path())).unwrap();
    assert!(listed.iter().all(|image| image.name == "base"), "{listed:?}");
    let names = |paths: Vec<PathBuf>| {
        let mut names: Vec<_> =
            paths.iter().map(|path| path.file_name().unwrap().to_str().unwrap().to_owned()).collect();
        names.sort();
        names
    };
    let listed = names(listed.into_iter().map(|image| image.path).collect());
    assert!(listed.contains(&good.to_owned()) && !listed.contains(&text.to_owned()), "{listed:?}");
    assert_eq!(names(Image::prune(Some(dir.path()), None).unwrap()), ["0123.functions", foreign, text]);
    assert_eq!(names(Image::prune(Some(dir.path()), Some(month / 2)).unwrap()), [old]);
    assert_eq!(names(Image::prune(Some(dir.path()), Some(month / 2)).unwrap()), Vec::<String>::new());
    assert!(!dir.path().join("0123.verified").exists());
    assert!(dir.path().join(good).exists() && dir.path().join("other.txt").exists());
}
