//! Ready images: made once, used where their packages are nowhere else.

use std::{
    fs,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    path::Path,
    time::Duration,
};

use terrarium_core::{CacheFolder, CacheKind, Image, ImageOptions, Packages, SandboxOptions};
use terrarium_tests::{Job, Report, Step, corpus, options, run_job};

use crate::support::probe;

/// An empty cache folder.
fn folder() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o700)).unwrap();
    dir
}

/// Runs code in a process that uses the ready images, with another cache folder.
fn run(ready: &Path, cache: &Path, options: SandboxOptions, code: &str) -> Report {
    let step = Step { code: code.to_owned(), ..Step::default() };
    let options = options.cache_dir(cache);
    let job = Job { ready: Some(ready.to_owned()), options, steps: vec![step], ..Job::default() };
    run_job(probe(), &job, &[], Duration::from_secs(600))
}

fn listed(names: &[&str]) -> SandboxOptions {
    options().packages(Packages::List(names.iter().map(|name| (*name).to_owned()).collect()))
}

const CODE: &str = "import sys\nloaded = 'dateutil' in sys.modules\nimport dateutil.parser\n[loaded, dateutil.parser.parse('2026-02-11').day]";

#[test]
fn a_ready_image_is_unpacked_where_its_packages_are_nowhere_else_and_serves_no_other_list() {
    let (ready, cache) = (folder(), folder());
    let image = ImageOptions::new().package("python-dateutil").package_source(corpus()).portable(true);
    Image::make_ready(ready.path(), &[image]).unwrap();
    assert!(ready.path().join("wheels/pyodide-lock.json").exists());

    let report = run(ready.path(), cache.path(), listed(&["python-dateutil"]), CODE);
    assert!(report.is_healthy(), "{report:?}");
    assert_eq!(report.results[0].0.final_repr.as_deref(), Some("[True, 11]"), "{report:?}");
    let entries = CacheFolder::open(Some(cache.path())).unwrap().list().unwrap();
    let kinds: Vec<_> = entries.iter().map(|entry| entry.kind).collect();
    assert_eq!(kinds, [CacheKind::Image], "nothing was built: {entries:?}");

    // A smaller list: the other package is as absent as without the image.
    let bare = Image::build(ImageOptions::default()).unwrap().info().path.clone();
    let copy = cache.path().join(bare.file_name().unwrap());
    fs::copy(&bare, &copy).unwrap();
    fs::set_permissions(&copy, fs::Permissions::from_mode(0o600)).unwrap();
    let report = run(ready.path(), cache.path(), listed(&["six"]).preload(false), "import six\nimport dateutil");
    let error = report.results[0].0.error.as_ref().unwrap();
    assert_eq!(error.kind, "ModuleNotFoundError", "{error:?}");

    // A damaged image is an error that names it, and nothing is kept.
    let images = ready.path().join("images");
    let packed = fs::read_dir(&images).unwrap().next().unwrap().unwrap().path();
    let mut bytes = fs::read(&packed).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xff;
    fs::write(&packed, &bytes).unwrap();
    let other = folder();
    let report = run(ready.path(), other.path(), listed(&["python-dateutil"]), CODE);
    assert!(!report.is_healthy() && format!("{report:?}").contains(".zst"), "{report:?}");
    assert!(!fs::read_dir(other.path()).unwrap().flatten().any(|entry| entry.path().extension().unwrap() == "timg"));
}

#[test]
fn a_ready_bare_image_serves_processes_that_compile_nothing() {
    let (ready, cache) = (folder(), folder());
    Image::make_ready(ready.path(), &[ImageOptions::new().portable(true)]).unwrap();
    let mut seen = Vec::new();
    for _ in 0..2 {
        let report = run(ready.path(), cache.path(), options(), "import json\njson.loads('40') + 2");
        assert!(report.is_healthy(), "{report:?}");
        assert_eq!(report.results[0].0.final_repr.as_deref(), Some("42"), "{report:?}");
        let entries = CacheFolder::open(Some(cache.path())).unwrap().list().unwrap();
        assert_eq!(entries.iter().map(|entry| entry.kind).collect::<Vec<_>>(), [CacheKind::Image], "{entries:?}");
        assert!(Image::inspect(&entries[0].path).unwrap().portable);
        seen.push(fs::metadata(&entries[0].path).unwrap().ino());
    }
    assert_eq!(seen[0], seen[1], "the second process uses the file of the first");

    // An image of another build is not even unpacked.
    let index = ready.path().join("ready.json");
    let text = fs::read_to_string(&index).unwrap().replace("x86_64-linux", "sparc-plan9");
    fs::write(&index, text).unwrap();
    let (unpacked, other) = (CacheFolder::open(Some(cache.path())).unwrap().list().unwrap(), folder());
    let report = run(ready.path(), other.path(), options(), "40 + 2");
    assert!(report.is_healthy(), "{report:?}");
    assert_eq!(report.results[0].0.final_repr.as_deref(), Some("42"), "{report:?}");
    assert!(!other.path().join(unpacked[0].path.file_name().unwrap()).exists());
}
