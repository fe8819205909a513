//! Resolution of packages in folders that the tests create.

use std::path::PathBuf;

use sha2::{Digest, Sha256};

use super::*;
use crate::package::{target::target, wheel::tests::zip};

/// Writes a wheel with one module; `requires` are the lines of its metadata.
fn wheel(dir: &Path, file: &str, module: &str, requires: &[&str]) -> PathBuf {
    let mut parts = file.split('-');
    let (name, version) = (parts.next().unwrap(), parts.next().unwrap());
    let requires: String = requires.iter().map(|line| format!("Requires-Dist: {line}\n")).collect();
    let info = format!("{name}-{version}.dist-info/METADATA");
    let metadata = format!("Name: {name}\nVersion: {version}\n{requires}");
    let content = zip(&[(&format!("{module}.py"), "x = 1", None), (&info, &metadata, None)]);
    let path = dir.join(file);
    std::fs::write(&path, content).unwrap();
    path
}

fn pool(from: &[&Path]) -> Result<Pool, PackageError> {
    let from: Vec<String> = from.iter().map(|path| path.to_str().unwrap().to_owned()).collect();
    Pool::open(&from, Path::new("no-store"), &[], target())
}

fn names(pool: &Pool, wanted: &[&str]) -> Result<Vec<String>, PackageError> {
    Ok(pool.resolve(wanted.iter().copied())?.packages.iter().map(|package| package.name.clone()).collect())
}

fn lock(dir: &Path, packages: &[(&str, &str, &[&str], &str)]) {
    let packages: serde_json::Map<String, serde_json::Value> = packages
        .iter()
        .map(|(name, file, depends, kind)| {
            let bytes = std::fs::read(dir.join(file)).unwrap_or_default();
            let package = serde_json::json!({
                "name": name, "version": "1", "file_name": file, "sha256": format!("{:x}", Sha256::digest(&bytes)),
                "depends": depends, "imports": [name], "package_type": kind,
            });
            ((*name).to_owned(), package)
        })
        .collect();
    let info = serde_json::json!({"abi_version": "2026_0", "python": "3.14.0"});
    let text = serde_json::json!({"info": info, "packages": packages}).to_string();
    std::fs::write(dir.join("pyodide-lock.json"), text).unwrap();
}

#[test]
fn what_a_package_needs_comes_before_it_and_cycles_end() {
    let dir = tempfile::tempdir().unwrap();
    wheel(dir.path(), "a-1-py3-none-any.whl", "a", &["b", "C.d>=1", "z; sys_platform == 'win32'"]);
    wheel(dir.path(), "b-1-py3-none-any.whl", "b", &["C_d"]);
    wheel(dir.path(), "c_d-1-py3-none-any.whl", "cd", &["a"]);
    let pool = pool(&[dir.path()]).unwrap();
    assert_eq!(names(&pool, &["a"]).unwrap(), ["c-d", "b", "a"]);
    assert_eq!(names(&pool, &["B", "a"]).unwrap(), ["a", "c-d", "b"]);
    assert_eq!(names(&pool, &["cd"]).unwrap(), ["b", "a", "c-d"], "a module's name will do");
}

#[test]
fn a_lock_that_lists_only_the_name_of_a_package_leaves_its_modules_to_its_file() {
    let dir = tempfile::tempdir().unwrap();
    wheel(dir.path(), "python_docx-1-py3-none-any.whl", "docx", &[]);
    wheel(dir.path(), "et_xmlfile-1-py3-none-any.whl", "et_xmlfile", &[]);
    let files = [("python_docx", "python_docx-1-py3-none-any.whl"), ("et_xmlfile", "et_xmlfile-1-py3-none-any.whl")];
    lock(dir.path(), &files.map(|(name, file)| (name, file, &[][..], "package")));
    let pool = pool(&[dir.path()]).unwrap();
    assert_eq!((pool.provider("docx"), pool.provider("et_xmlfile")), (Some("python-docx"), Some("et-xmlfile")));
    assert_eq!(pool.provider("os"), None);
    assert_eq!(pool.resolve(["python-docx", "et-xmlfile"]).unwrap().modules(&target()), ["docx", "et_xmlfile"]);
    assert_eq!(names(&pool, &["docx"]).unwrap(), ["python-docx"]);
}

#[test]
fn of_several_wheels_the_newest_that_fits_is_taken() {
    let dir = tempfile::tempdir().unwrap();
    for file in ["a-1.9-py3-none-any.whl", "a-1.10-py3-none-any.whl", "a-2.0-cp314-cp314-win32.whl"] {
        wheel(dir.path(), file, "a", &[]);
    }
    let pool = pool(&[dir.path()]).unwrap();
    assert_eq!(pool.resolve(["a"]).unwrap().packages[0].version.to_string(), "1.10");
}

#[test]
fn the_first_source_wins() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let first = wheel(one.path(), "a-1-py3-none-any.whl", "a", &[]);
    wheel(other.path(), "a-2-py3-none-any.whl", "a", &[]);
    for (from, version) in [([first.as_path(), other.path()], "1"), ([other.path(), &first], "2")] {
        assert_eq!(pool(&from).unwrap().resolve(["a"]).unwrap().packages[0].version.to_string(), version);
    }
}

#[test]
fn a_package_that_is_missing_is_named_with_who_needs_it_and_what_is_close() {
    let dir = tempfile::tempdir().unwrap();
    wheel(dir.path(), "pandas-1-py3-none-any.whl", "pandas", &["numpi"]);
    wheel(dir.path(), "numpy-1-py3-none-any.whl", "numpy", &[]);
    let pool = pool(&[dir.path()]).unwrap();
    let error = names(&pool, &["pandas"]).unwrap_err().to_string();
    assert!(error.contains("\"numpi\", needed by \"pandas\" (did you mean numpy?)"), "{error}");
    let error = names(&pool, &["Matplotlib"]).unwrap_err().to_string();
    assert_eq!(error, "no package \"Matplotlib\": no package source has it");
}

#[test]
fn a_wheel_that_does_not_fit_is_an_error_only_when_it_is_wanted() {
    let dir = tempfile::tempdir().unwrap();
    wheel(dir.path(), "a-1-cp314-cp314-win32.whl", "a", &[]);
    wheel(dir.path(), "b-1-py3-none-any.whl", "b", &[]);
    let pool = pool(&[dir.path()]).unwrap();
    assert_eq!(names(&pool, &["b"]).unwrap(), ["b"]);
    assert!(matches!(names(&pool, &["a"]), Err(PackageError::Platform { .. })));
}

#[test]
fn a_lock_gives_dependencies_modules_and_hashes() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["a", "b"] {
        wheel(dir.path(), &format!("{name}-1-py3-none-any.whl"), name, &["not-asked"]);
    }
    lock(
        dir.path(),
        &[
            ("a", "a-1-py3-none-any.whl", &["b", "libx", "ssl"], "package"),
            ("b", "b-1-py3-none-any.whl", &["a"], "package"),
            ("libx", "libx-1.zip", &[], "shared_library"),
            ("ssl", "ssl.zip", &[], "cpython_module"),
            ("c", "c-1-py3-none-any.whl", &[], "package"),
        ],
    );
    let pool = pool(&[dir.path()]).unwrap();
    assert_eq!(names(&pool, &["a"]).unwrap(), ["b", "a"]);
    assert_eq!(pool.provider("b"), Some("b"));
    let error = names(&pool, &["c"]).unwrap_err().to_string();
    assert!(error.contains("c-1-py3-none-any.whl is in the lock"), "{error}");

    let other = zip(&[("b.py", "", None), ("b-1.dist-info/METADATA", "", None)]);
    std::fs::write(dir.path().join("b-1-py3-none-any.whl"), other).unwrap();
    let error = pool.resolve(["b"]).unwrap().packages.last().unwrap().open(&target()).err().unwrap();
    assert!(matches!(&error, PackageError::Hash { .. }), "{error}");
    assert!(error.to_string().contains("b-1-py3-none-any.whl: its SHA-256 is"), "{error}");
}

#[test]
fn a_site_folder_has_its_packages_and_modules_already() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("Foo_Bar-1.dist-info")).unwrap();
    std::fs::write(dir.path().join("Foo_Bar-1.dist-info/METADATA"), "").unwrap();
    std::fs::write(dir.path().join("foo.py"), "").unwrap();
    let pool = pool(&[dir.path()]).unwrap();
    assert!(names(&pool, &["foo-bar", "foo"]).unwrap().is_empty());
    assert_eq!(pool.sites().len(), 1);
}

#[test]
fn what_holds_no_packages_is_refused_by_name() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("notes.txt");
    std::fs::write(&file, "").unwrap();
    std::fs::write(dir.path().join("broken.json"), "{").unwrap();
    for (path, reason) in [
        (dir.path(), "the folder holds neither wheels"),
        (file.as_path(), "it is neither a wheel"),
        (&dir.path().join("none"), "No such file"),
        (&dir.path().join("broken.json"), "no valid lock"),
    ] {
        let error = pool(&[path]).err().unwrap().to_string();
        assert!(error.contains(path.to_str().unwrap()) && error.contains(reason), "{error}");
    }
    let error = Pool::open(&["https://example.com/x/".to_owned()], dir.path(), &[], target()).err().unwrap();
    assert!(error.to_string().contains("no package of the package store was downloaded from there"), "{error}");
}
