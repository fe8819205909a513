//! Sound and broken wheels that the tests create.

use std::io::{Cursor, Write};

use zip::{ZipWriter, write::SimpleFileOptions};

use super::*;
use crate::package::{placed::lay_out, target::target};
use terrarium_unix::vfs::{LayerBuilder, Vfs, VfsLimits};

/// Returns the bytes of an archive with these members, each with an optional mode.
pub(crate) fn zip(members: &[(&str, &str, Option<u32>)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content, mode) in members {
        match mode {
            Some(0o120_777) => {
                writer.add_symlink(*name, *content, SimpleFileOptions::default()).unwrap();
                continue;
            }
            Some(mode) => writer.start_file(*name, SimpleFileOptions::default().unix_permissions(*mode)).unwrap(),
            None => writer.start_file(*name, SimpleFileOptions::default()).unwrap(),
        }
        writer.write_all(content.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn wheel(dir: &Path, members: &[(&str, &str, Option<u32>)]) -> Result<Wheel, PackageError> {
    let path = dir.join("Foo_Bar-1.0-py3-none-any.whl");
    let metadata = [("Foo_Bar-1.0.dist-info/METADATA", "Name: Foo.Bar\nVersion: 1.0\nRequires-Dist: baz\n", None)];
    std::fs::write(&path, zip(&[&metadata, members].concat())).unwrap();
    Wheel::open(&path, &target())
}

fn broken(members: &[(&str, &str, Option<u32>)]) -> String {
    let dir = tempfile::tempdir().unwrap();
    let error = wheel(dir.path(), members).and_then(|wheel| wheel.files().map(drop)).unwrap_err().to_string();
    assert!(error.contains("Foo_Bar-1.0-py3-none-any.whl"), "{error}");
    error
}

#[test]
fn files_lie_where_installers_put_them() {
    let dir = tempfile::tempdir().unwrap();
    let wheel = wheel(
        dir.path(),
        &[
            ("foo/__init__.py", "x = 1", None),
            ("foo_tool", "#!python", Some(0o755)),
            ("Foo_Bar-1.0.data/purelib/pure.py", "", None),
            ("Foo_Bar-1.0.data/platlib/plat.cpython-314-wasm32-emscripten.so", "", None),
            ("Foo_Bar-1.0.data/data/share/man/foo.1", "", None),
            ("Foo_Bar-1.0.data/scripts/foo", "", None),
            ("Foo_Bar-1.0.data/headers/foo.h", "", None),
            ("foo/link.py", "__init__.py", Some(0o120_777)),
        ],
    )
    .unwrap();
    let mut layer = LayerBuilder::unix();
    lay_out(&mut layer, wheel.path(), &wheel.files().unwrap()).unwrap();
    let vfs = Vfs::new(std::sync::Arc::new(layer.build()), VfsLimits::default());
    let mut listed = vfs.host_list(b"/lib").unwrap();
    for folder in [&b"/share"[..], b"/bin", b"/include"] {
        listed.extend(vfs.host_list(folder).unwrap());
    }
    let listed: Vec<_> =
        listed.iter().map(|file| (std::str::from_utf8(&file.path).unwrap(), file.mode & 0o777)).collect();
    assert_eq!(
        listed,
        [
            ("/lib/python3.14/site-packages/Foo_Bar-1.0.dist-info/METADATA", 0o444),
            ("/lib/python3.14/site-packages/foo/__init__.py", 0o444),
            ("/lib/python3.14/site-packages/foo_tool", 0o555),
            ("/lib/python3.14/site-packages/plat.cpython-314-wasm32-emscripten.so", 0o444),
            ("/lib/python3.14/site-packages/pure.py", 0o444),
            ("/share/man/foo.1", 0o444),
            ("/bin/foo", 0o555),
            ("/include/python3.14/Foo_Bar/foo.h", 0o444),
        ]
    );
    let linked = vfs.host_read(b"/lib/python3.14/site-packages/foo/link.py").unwrap();
    assert_eq!(linked.into_vec().unwrap(), b"x = 1");
    assert_eq!(wheel.modules(), ["foo", "plat", "pure"]);
    assert_eq!(wheel.metadata().unwrap().requires[0].to_string(), "baz");
}

#[test]
fn the_record_gives_hashes_to_the_files_it_names() {
    let dir = tempfile::tempdir().unwrap();
    let record = "abc.py,sha256=ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0,3\n";
    let members = [("abc.py", "abc", None), ("d.py", "", None), ("Foo_Bar-1.0.dist-info/RECORD", record, None)];
    let wheel = wheel(dir.path(), &members).unwrap();
    let digests: Vec<_> = wheel
        .files()
        .unwrap()
        .into_iter()
        .filter_map(|file| match file.kind {
            PlacedKind::File { content, .. } => content.digest().map(|digest| (file.path, digest)),
            PlacedKind::Link(_) => None,
        })
        .collect();
    let expected = <[u8; 32]>::from(Sha256::digest("abc"));
    assert_eq!(digests, [("/lib/python3.14/site-packages/abc.py".to_owned(), expected)]);
}

#[test]
fn members_that_lead_out_are_refused_by_name() {
    for member in ["../evil.py", "a/../../evil.py", "/etc/passwd", "C:/evil.py", "a\\b.py", "a\0b.py"] {
        let error = broken(&[(member, "", None)]);
        assert!(error.contains(&format!("{member:?}")), "{member:?}: {error}");
    }
}

#[test]
fn links_that_lead_out_are_refused_by_name() {
    for target in ["/etc/passwd", "../../x", "a/../../../x"] {
        let error = broken(&[("foo/link", target, Some(0o120_777))]);
        assert!(error.contains("\"foo/link\": the link leads out"), "{error}");
    }
}

#[test]
fn data_of_an_unknown_kind_is_refused() {
    assert!(broken(&[("Foo_Bar-1.0.data/other/x", "", None)]).contains("no place for \"other\""));
}

#[test]
fn a_file_that_is_no_wheel_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    for (name, content, reason) in [
        ("a-1-py3-none-any.whl", &b"nonsense"[..], "the archive is damaged"),
        ("a-1-py3-none-any.whl", &zip(&[("a.py", "", None)]), "no folder a-….dist-info"),
        ("a-1-py3-none-win32.whl", b"", "the wheel is for py3-none-win32"),
        ("a.whl", b"", "its name is not"),
    ] {
        let path = dir.path().join(name);
        std::fs::write(&path, content).unwrap();
        let error = Wheel::open(&path, &target()).err().unwrap().to_string();
        assert!(error.contains(name) && error.contains(reason), "{error}");
    }
    assert!(Wheel::open(&dir.path().join("b-1-py3-none-any.whl"), &target()).is_err());
}

#[test]
fn a_wheel_that_is_cut_short_is_refused_when_it_is_opened() {
    let dir = tempfile::tempdir().unwrap();
    let path = wheel(dir.path(), &[("a.py", "x = 1", None)]).unwrap().path().to_owned();
    let bytes = std::fs::read(&path).unwrap();
    for len in [0, 1, bytes.len() / 2, bytes.len() - 1] {
        std::fs::write(&path, &bytes[..len]).unwrap();
        assert!(Wheel::open(&path, &target()).is_err(), "{len} of {} bytes", bytes.len());
    }
}

#[test]
fn libraries_lie_where_the_linker_looks() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("libx-1.2.zip");
    std::fs::write(&path, zip(&[("libx.so", "\0asm", None), ("sub/liby.so", "", None)])).unwrap();
    let files = Wheel::libraries(&path).unwrap().files().unwrap();
    let paths: Vec<_> = files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["/usr/lib/libx.so", "/usr/lib/liby.so"]);
}
