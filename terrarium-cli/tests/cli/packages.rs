//! Downloading packages from a folder, and running with them.

use std::{
    fs,
    io::{Cursor, Write as _},
    path::Path,
};

use sha2::{Digest as _, Sha256};
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::support::{Ran, cache, ran, ran_with};

/// Makes a distribution with a package `outer` that needs `inner`.
fn distribution(folder: &Path) {
    let mut locked = serde_json::Map::new();
    for (name, code, depends) in
        [("outer", "import inner\nx = inner.x + 1", vec!["inner"]), ("inner", "x = 41", vec![])]
    {
        let file = format!("{name}-1.0-py3-none-any.whl");
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        for (member, content) in [(format!("{name}.py"), code), (format!("{name}-1.0.dist-info/METADATA"), "")] {
            archive.start_file(member, SimpleFileOptions::default()).unwrap();
            archive.write_all(content.as_bytes()).unwrap();
        }
        let wheel = archive.finish().unwrap().into_inner();
        let package = serde_json::json!({
            "name": name, "version": "1.0", "file_name": file, "sha256": format!("{:x}", Sha256::digest(&wheel)),
            "depends": depends, "imports": [name], "package_type": "package",
        });
        locked.insert(name.to_owned(), package);
        fs::write(folder.join(file), wheel).unwrap();
    }
    let info: serde_json::Value = serde_json::from_str(&ran(&["info", "--json"]).stdout).unwrap();
    let lock = serde_json::json!({
        "info": {"abi_version": info["abi"], "python": info["python"]},
        "packages": locked,
    });
    fs::write(folder.join("pyodide-lock.json"), lock.to_string()).unwrap();
}

/// Makes a separate cache folder with the compiled interpreter.
fn own_cache() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(cache()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "cwasm") {
            fs::copy(&path, dir.path().join(path.file_name().unwrap())).unwrap();
        }
    }
    dir
}

#[test]
fn packages_are_added_used_listed_and_removed() {
    let (from, dir) = (tempfile::tempdir().unwrap(), own_cache());
    distribution(from.path());
    let (from, dir) = (from.path().to_str().unwrap(), dir.path().to_str().unwrap());
    let packages = |args: &[&str]| -> Ran { ran(&[&["packages", "--cache-dir", dir], args].concat()) };

    assert_eq!(packages(&["list"]).stdout, "");
    let added = packages(&["add", "outer", "--from", from]);
    assert_eq!((added.code, added.stdout.as_str()), (Some(0), ""), "{}", added.stderr);
    assert!(added.stderr.contains("terrarium: added outer 1.0\n"), "{}", added.stderr);
    assert!(packages(&["add", "outer", "--from", from]).stderr.contains("is already downloaded"));
    let listed = packages(&["list"]).stdout;
    assert!(listed.starts_with("inner 1.0 ") && listed.contains("(needed by others)\nouter 1.0 "), "{listed}");
    let json: serde_json::Value = serde_json::from_str(&packages(&["list", "--json"]).stdout).unwrap();
    assert_eq!((&json[1]["name"], &json[1]["asked"]), (&"outer".into(), &true.into()));
    assert_eq!(packages(&["update"]).code, Some(0));

    for package in ["outer", "auto"] {
        let code = "import outer; print(outer.x, end='')";
        let ran = ran(&["run", "--cache-dir", dir, "--package", package, "-c", code]);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "42"), "{}", ran.stderr);
    }
    let refused = packages(&["remove", "inner"]);
    assert!(refused.stderr.contains("\"outer\" needs it"), "{}", refused.stderr);
    let removed = packages(&["remove", "outer"]);
    assert!(removed.stderr.contains("removed inner 1.0") && removed.stderr.contains("removed outer 1.0"));
    let ran = ran(&["run", "--cache-dir", dir, "--package", "outer", "-c", ""]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("terrarium packages add outer"), "{}", ran.stderr);
}

#[test]
fn packages_come_from_a_folder_in_the_prompt_too() {
    let dir = tempfile::tempdir().unwrap();
    distribution(dir.path());
    let from = dir.path().to_str().unwrap();
    let ran: Ran = ran_with(&["repl", "--package=outer", "--packages-from", from], "import outer\nouter.x\n").into();
    assert_eq!((ran.code, ran.stdout.trim()), (Some(0), "42"), "{}", ran.stderr);
    let ran: Ran = ran_with(&["repl", "--package=auto", "--packages-from", from], "import inner\ninner.x\n").into();
    assert_eq!((ran.code, ran.stdout.trim()), (Some(0), "41"), "{}", ran.stderr);
}
