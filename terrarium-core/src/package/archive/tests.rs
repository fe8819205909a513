//! Archives as layers.

use std::io::{Cursor, Write};

use zip::{ZipWriter, write::SimpleFileOptions};

use super::*;
use terrarium_unix::vfs::{Vfs, VfsLimits};

pub(in crate::package) fn archive(members: &[(&str, &[u8])]) -> &'static [u8] {
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
    // Inside the packed data: after the 30 bytes of the header, and the name.
    bytes[36] ^= 0xff;
    let vfs = mounted(Vec::leak(bytes)).unwrap();
    assert!(vfs.host_read(b"/lib/x/a").and_then(Content::into_vec).is_err());
}

#[test]
fn a_file_of_the_host_is_mounted_like_bytes_in_memory() {
    let text = b"text ".repeat(10_000);
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(archive(&[("a.txt", b"one"), ("b.txt", &text)])).unwrap();
    let mut layer = LayerBuilder::unix();
    mount(&mut layer, "/lib/x", host_file::open(file.path()).unwrap()).unwrap();
    let vfs = Vfs::new(Arc::new(layer.build()), VfsLimits::default());
    assert!(vfs.host_read(b"/lib/x/b.txt").unwrap().into_vec().unwrap() == text);

    file.as_file().set_len(40).unwrap();
    assert!(vfs.host_read(b"/lib/x/a.txt").and_then(Content::into_vec).is_err(), "a file cut short is an error");
}
