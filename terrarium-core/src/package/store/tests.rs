//! The package store with a server in the test.

mod guest;
mod server;
mod waiting;

use std::ops::ControlFlow;

use server::Server;

use super::*;
use crate::package::{Pool, target::target};

struct Fixture {
    dir: tempfile::TempDir,
    server: Server,
    url: String,
    store: PackageStore,
}

fn fixture(packages: &[(&str, &str, &[&str])]) -> Fixture {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::default();
    server.distribution(packages);
    let url = server.start();
    let lock = server.files.lock().unwrap()[LOCK_FILE].clone();
    let distribution = Distribution { url: url.clone(), lock };
    let store = store_at(dir.path(), &url, distribution);
    Fixture { dir, server, url, store }
}

/// Returns a store whose index is that of the server.
fn store_at(dir: &Path, url: &str, distribution: Distribution) -> PackageStore {
    let mut here = Surroundings::default();
    here.variables.insert("PIP_INDEX_URL".to_owned(), format!("{url}/simple/"));
    here.variables.insert("PIP_RETRIES".to_owned(), "3".to_owned());
    PackageStore::at(dir.to_owned(), dir.join("index"), here, target(), distribution)
}

/// Adds packages, perhaps from another distribution.
fn add(
    store: &PackageStore,
    requirements: &[&str],
    from: Option<&str>,
    progress: OnProgress<'_>,
) -> Result<Vec<StoredPackage>, PackageError> {
    let mut request = PackageRequest::new(requirements.iter().copied());
    request.distribution = from.map(str::to_owned);
    store.add(&request, progress)
}

fn names(packages: &[StoredPackage]) -> Vec<String> {
    let mut names: Vec<_> = packages.iter().map(|package| format!("{} {}", package.name, package.version)).collect();
    names.sort();
    names
}

fn strings(names: &[&str]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}

#[test]
fn what_is_added_comes_with_what_it_needs_and_is_used_without_the_network() {
    let Fixture { dir, server, store, .. } = fixture(&[("a", "1", &["b"]), ("b", "1", &[]), ("c", "1", &[])]);
    let mut seen = Vec::new();
    let mut progress = |progress: DownloadProgress<'_>| {
        seen.push((progress.file_name.to_owned(), progress.done));
        ControlFlow::Continue(())
    };
    let new = add(&store, &["A"], None, &mut progress).unwrap();
    assert_eq!(names(&new), ["a 1", "b 1"]);
    assert_eq!(seen[0], ("a".to_owned(), 0), "the selection is reported, too");
    assert!(seen.iter().any(|(file, done)| file == "a-1-py3-none-any.whl" && *done > 100));
    // Several files are fetched at a time.
    let mut asked = server.asked();
    asked.sort();
    assert_eq!(asked, ["a-1-py3-none-any.whl@0", "b-1-py3-none-any.whl@0"]);

    let listed: Vec<_> = store.list().unwrap().iter().map(|package| (package.name.clone(), package.asked)).collect();
    assert_eq!(listed, [("a".to_owned(), true), ("b".to_owned(), false)]);
    assert!(add(&store, &["a"], None, &mut keep_on).unwrap().is_empty());
    let pool = Pool::open(&[], dir.path(), &[], target()).unwrap();
    let found: Vec<_> = pool.resolve(["a"]).unwrap().packages.iter().map(|package| package.name.clone()).collect();
    assert_eq!(found, ["b", "a"]);
    assert!(server.asked().is_empty(), "all was here");
    assert!(!dir.path().join("index/wheels").exists(), "nothing stays of finished downloads");
}

#[test]
fn a_download_that_the_caller_stops_leaves_the_store_usable() {
    let Fixture { dir, store, .. } = fixture(&[("a", "1", &[])]);
    for stop_at in ["a", "a-1-py3-none-any.whl"] {
        let mut stop = |progress: DownloadProgress<'_>| match progress.file_name == stop_at {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        };
        let error = add(&store, &["a"], None, &mut stop).unwrap_err();
        assert_eq!(error.code(), "package_cancelled");
        assert!(!dir.path().join("a-1-py3-none-any.whl").exists() && store.list().unwrap().is_empty());
    }
    assert_eq!(names(&add(&store, &["a"], None, &mut keep_on).unwrap()), ["a 1"]);
}

/// Progress that no one looks at.
fn keep_on(_: DownloadProgress<'_>) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

#[test]
fn a_download_that_breaks_off_goes_on_where_it_stopped() {
    let Fixture { dir, server, store, .. } = fixture(&[("a", "1", &[])]);
    server.breaks.lock().unwrap().extend([50, 100]);
    add(&store, &["a"], None, &mut keep_on).unwrap();
    let file = "a-1-py3-none-any.whl";
    assert_eq!(server.asked(), [format!("{file}@0"), format!("{file}@100"), format!("{file}@150")]);
    assert_eq!(fs::read(dir.path().join(file)).unwrap(), server.files.lock().unwrap()[file]);

    // A damaged file is fetched again.
    fs::write(dir.path().join(file), "x").unwrap();
    assert!(add(&store, &["a"], None, &mut keep_on).unwrap().is_empty(), "nothing is new");
    assert_eq!(server.asked(), [format!("{file}@0")]);

    fs::remove_file(dir.path().join(file)).unwrap();
    server.breaks.lock().unwrap().extend([0; 20]);
    let error = add(&store, &["a"], None, &mut keep_on).unwrap_err();
    assert!(matches!(&error, PackageError::Download { url, .. } if url.ends_with(file)), "{error}");
}

#[test]
fn a_file_with_another_hash_is_refused_and_not_kept() {
    let Fixture { dir, server, store, .. } = fixture(&[("a", "1", &[])]);
    let file = "a-1-py3-none-any.whl";
    server.files.lock().unwrap().get_mut(file).unwrap()[40] ^= 1;
    let error = add(&store, &["a"], None, &mut keep_on).unwrap_err();
    assert!(matches!(&error, PackageError::Hash { path, .. } if path.ends_with(file)), "{error}");
    assert!(store.list().unwrap().is_empty() && !dir.path().join(file).exists());
}

#[test]
fn what_the_distribution_does_not_have_comes_from_the_index() {
    let Fixture { dir, server, store, .. } = fixture(&[("numpy", "1", &[])]);
    server.release("sheet", "1.0", "py3-none-any", &[]);
    server.release("sheet", "2.0", "py3-none-any", &["numpy>=1", "tool>=1,<3 ; sys_platform == 'emscripten'"]);
    server.release("sheet", "3.0", "cp314-cp314-win_amd64", &[]);
    server.release("tool", "2.5", "py3-none-any", &["colour; extra == 'more'"]);
    server.release("tool", "3.0", "py3-none-any", &[]);
    server.release("colour", "1", "py3-none-any", &[]);
    let new = add(&store, &["Sheet"], None, &mut keep_on).unwrap();
    assert_eq!(names(&new), ["numpy 1", "sheet 2.0", "tool 2.5"]);
    assert_eq!(names(&add(&store, &["sheet<2", "tool[more]"], None, &mut keep_on).unwrap()), ["colour 1", "sheet 1.0"]);
    server.asked();

    // A sandbox selects versions among those of the store, without the network.
    let pool = Pool::open(&[], dir.path(), &[], target()).unwrap();
    let chosen = |wanted: &[&str]| {
        let set = pool.resolve(wanted.iter().copied()).unwrap();
        set.packages.iter().map(|package| format!("{} {}", package.name, package.version)).collect::<Vec<_>>()
    };
    assert_eq!(chosen(&["sheet"]), ["numpy 1", "tool 2.5", "sheet 2.0"]);
    assert_eq!(chosen(&["sheet==1.*"]), ["sheet 1.0"]);
    assert_eq!(chosen(&["tool[more]"]), ["colour 1", "tool 2.5"]);
    let error = pool.resolve(["sheet>2", "tool"]).err().unwrap();
    assert!(error.code() == "package_unsatisfiable" && error.to_string().contains("sheet>2"), "{error}");
    assert!(server.asked().is_empty());

    // The same requirements give the same versions, although the store has newer ones.
    server.release("sheet", "2.0.5", "py3-none-any", &[]);
    assert_eq!(names(&add(&store, &["sheet>2.0"], None, &mut keep_on).unwrap()), ["sheet 2.0.5"]);
    let again = || {
        let pool = Pool::open(&[], dir.path(), &[], target()).unwrap();
        let set = pool.resolve(["sheet"]).unwrap();
        set.packages.last().unwrap().version.to_string()
    };
    assert_eq!(again(), "2.0");
    store.remove(&strings(&["sheet"])).unwrap();
    add(&store, &["sheet<2", "tool[more]"], None, &mut keep_on).unwrap();
    assert_eq!(again(), "1.0", "a version that is gone is replaced");
    add(&store, &["sheet"], None, &mut keep_on).unwrap();
    store.update(&[], &mut keep_on).unwrap();

    // Each version stays as long as a request needs it.
    server.asked();
    assert!(store.update(&[], &mut keep_on).unwrap().is_empty());
    assert!(server.asked().iter().all(|path| !path.contains(".whl")), "no file is fetched twice");
    server.release("sheet", "2.1", "py3-none-any", &[]);
    assert_eq!(names(&store.update(&strings(&["sheet"]), &mut keep_on).unwrap()), ["sheet 2.1"]);
    assert_eq!(names(&store.list().unwrap()), ["sheet 1.0", "sheet 2.1", "tool 3.0"]);
    assert_eq!(names(&store.remove(&strings(&["sheet"])).unwrap()), ["sheet 1.0", "sheet 2.1"]);
}

#[test]
fn another_distribution_is_named_by_its_address_or_its_folder() {
    let Fixture { dir, server, url, store } = fixture(&[("a", "1", &[])]);
    server.distribution(&[("other", "5", &[])]);
    let with_lock = format!("{url}/{LOCK_FILE}");
    assert_eq!(names(&add(&store, &["other"], Some(&with_lock), &mut keep_on).unwrap()), ["other 5"]);
    assert_eq!(store.list().unwrap()[0].from, url);
    let pool = Pool::open(&[format!("{url}/")], dir.path(), &[], target()).unwrap();
    assert_eq!(pool.resolve(["other"]).unwrap().packages.len(), 1);

    let folder = tempfile::tempdir().unwrap();
    for (name, content) in server.files.lock().unwrap().iter() {
        fs::write(folder.path().join(name), content).unwrap();
    }
    let second = tempfile::tempdir().unwrap();
    let store = store_at(second.path(), &url, Distribution { url: url.clone(), lock: Vec::new() });
    let from = folder.path().to_str().unwrap();
    assert_eq!(names(&add(&store, &["other"], Some(from), &mut keep_on).unwrap()), ["other 5"]);
}

#[test]
fn removing_takes_what_nobody_needs_any_more() {
    let Fixture { dir, store, .. } = fixture(&[("a", "1", &["b"]), ("b", "1", &[]), ("c", "1", &["b"])]);
    add(&store, &["a", "c"], None, &mut keep_on).unwrap();
    let error = store.remove(&strings(&["b"])).unwrap_err().to_string();
    assert!(error.contains("\"b\" stays"), "{error}");
    assert_eq!(names(&store.remove(&strings(&["a"])).unwrap()), ["a 1"]);
    assert_eq!(names(&store.remove(&strings(&["c"])).unwrap()), ["b 1", "c 1"]);
    assert!(!dir.path().join("b-1-py3-none-any.whl").exists());
    let unknown = store.remove(&strings(&["c"])).unwrap_err().to_string();
    assert!(unknown.ends_with(&format!("nothing in {} has it", store.path().display())), "{unknown}");
}

#[test]
fn updating_fetches_what_has_changed() {
    let Fixture { dir, server, url, store } = fixture(&[("z", "1", &[])]);
    server.distribution(&[("a", "1", &["b"]), ("b", "1", &[])]);
    // Another spelling of the address, so that the lock is downloaded.
    let from = url.replace("127.0.0.1", "localhost");
    add(&store, &["a"], Some(&from), &mut keep_on).unwrap();
    assert!(store.update(&[], &mut keep_on).unwrap().is_empty());
    server.distribution(&[("a", "1", &["b"]), ("b", "2", &[])]);
    assert_eq!(names(&store.update(&[], &mut keep_on).unwrap()), ["b 2"]);
    assert!(!dir.path().join("b-1-py3-none-any.whl").exists());
    assert!(dir.path().join("b-2-py3-none-any.whl").exists());
}

#[test]
fn what_nothing_has_is_named_with_what_is_close_and_with_the_places() {
    let Fixture { dir: _dir, server, url, store } = fixture(&[("numpy", "1", &["gone"])]);
    let error = add(&store, &["nunpy"], None, &mut keep_on).unwrap_err().to_string();
    assert!(error.contains("did you mean numpy?") && error.contains("/simple/ has it"), "{error}");
    for (name, package) in [
        ("sklaern", "scikit-learn"),
        ("cv2>=4", "opencv-python"),
        ("PIL>9", "pillow"),
        ("bs4==1", "beautifulsoup4"),
        ("yaml~=5.0", "pyyaml"),
        ("python-docs", "python-docx"),
        ("docxx", "python-docx"),
    ] {
        let error = add(&store, &[name], None, &mut keep_on).unwrap_err().to_string();
        assert!(error.contains(&format!("did you mean {package}")), "{name}: {error}");
    }
    // Without versions, the name of a well-known module stands for its package.
    let error = add(&store, &["PIL"], None, &mut keep_on).unwrap_err().to_string();
    assert!(error.contains("no package \"pillow\""), "{error}");
    let error = add(&store, &["numpy"], None, &mut keep_on).unwrap_err().to_string();
    assert!(error.contains("\"gone\", needed by \"numpy\""), "{error}");
    let error = add(&store, &["numpy >< 1"], None, &mut keep_on).unwrap_err();
    assert!(error.code() == "package_requirement" && error.to_string().contains("numpy >< 1"), "{error}");
    server.files.lock().unwrap().clear();
    // Another spelling of the address, so that the lock is downloaded.
    let url = url.replace("127.0.0.1", "localhost");
    let error = add(&store, &["x"], Some(&url), &mut keep_on).unwrap_err().to_string();
    assert!(error.contains(&format!("{url}/{LOCK_FILE}")) && error.contains("404"), "{error}");
    assert!(matches!(add(&store, &[], Some("no/folder"), &mut keep_on), Err(PackageError::Source { .. })));
}

#[test]
fn where_only_the_index_can_be_reached_it_serves_the_packages_of_the_distribution() {
    let Fixture { dir, server, url, .. } = fixture(&[("a", "1", &[])]);
    server.release("a", "1.1", "py3-none-any", &[]);
    let lock = server.files.lock().unwrap()[LOCK_FILE].clone();
    // Nothing listens at the address of the distribution.
    let distribution = Distribution { url: "http://127.0.0.1:9/d".to_owned(), lock };
    let store = store_at(dir.path(), &url, distribution);
    assert_eq!(names(&add(&store, &["a"], None, &mut keep_on).unwrap()), ["a 1.1"]);
    server.files.lock().unwrap().clear();
    fs::remove_dir_all(dir.path().join("index")).unwrap();
    let error = add(&store, &["a==1"], None, &mut keep_on).unwrap_err().to_string();
    assert!(error.starts_with("http://127.0.0.1:9/d/a-1"), "{error}");
}

#[test]
fn requirements_files_and_locks_are_read_and_a_lock_is_written() {
    let Fixture { dir, server, store, url } = fixture(&[("numpy", "1", &[])]);
    server.release("sheet", "1.0", "py3-none-any", &[]);
    server.release("sheet", "2.0", "py3-none-any", &["numpy"]);
    let file = dir.path().join("requirements.txt");
    fs::write(&file, "# comment\nsheet>=1\n--pre\n").unwrap();
    let request = PackageRequest::default().requirements_file(&file);
    assert_eq!(names(&store.add(&request, &mut keep_on).unwrap()), ["numpy 1", "sheet 2.0"]);
    let lock = store.pylock().unwrap();
    assert!(lock.contains("name = \"sheet\"") && lock.contains("name = \"numpy\""), "{lock}");
    let path = dir.path().join("pylock.toml");
    fs::write(&path, &lock).unwrap();

    let second = tempfile::tempdir().unwrap();
    let store = store_at(second.path(), &url, Distribution { url: url.clone(), lock: Vec::new() });
    let request = PackageRequest::default().lock_file(&path);
    assert_eq!(names(&store.add(&request, &mut keep_on).unwrap()), ["numpy 1", "sheet 2.0"]);
    let both = PackageRequest::new(["x"]).lock_file(&path);
    assert_eq!(store.add(&both, &mut keep_on).unwrap_err().code(), "package_requirement");

    fs::write(&file, "sheet\n-e .\n").unwrap();
    let error = store.add(&PackageRequest::default().requirements_file(&file), &mut keep_on).unwrap_err().to_string();
    assert!(error.contains("requirements.txt:2"), "{error}");
}

#[test]
fn a_package_of_the_distribution_whose_extras_are_asked_for_comes_from_the_index() {
    let Fixture { dir: _dir, server, store, .. } = fixture(&[("frame", "1", &[]), ("plain", "1", &[])]);
    server.release("frame", "1.1", "py3-none-any", &["sheet; extra == 'more'"]);
    server.release("sheet", "2", "py3-none-any", &[]);
    assert_eq!(names(&add(&store, &["frame"], None, &mut keep_on).unwrap()), ["frame 1"]);
    let new = add(&store, &["frame[more]"], None, &mut keep_on).unwrap();
    assert_eq!(names(&new), ["frame 1.1", "sheet 2"]);
    // Where only the distribution has it, the extra is told to be unknown.
    let new = add(&store, &["plain[more]"], None, &mut keep_on).unwrap();
    assert_eq!((names(&new), new[0].warnings.len()), (vec!["plain 1".to_owned()], 1), "{new:?}");
    assert!(store.add(&PackageRequest::default(), &mut keep_on).unwrap().is_empty());
}

#[test]
fn offline_only_what_is_here_is_used() {
    let Fixture { dir: _dir, server, store, .. } = fixture(&[]);
    server.release("sheet", "1.0", "py3-none-any", &[]);
    let offline = PackageRequest::new(["sheet"]).offline(true);
    let error = store.add(&offline, &mut keep_on).unwrap_err().to_string();
    assert!(error.contains("offline"), "{error}");
    add(&store, &["sheet"], None, &mut keep_on).unwrap();
    server.files.lock().unwrap().clear();
    assert!(store.add(&offline, &mut keep_on).unwrap().is_empty());
}

#[test]
fn the_head_of_a_script_is_for_this_python_and_for_the_indexes_of_the_caller() {
    let Fixture { dir: _dir, server, url, store } = fixture(&[]);
    server.release("sheet", "1.0", "py3-none-any", &[]);
    let script = |lines: &str| {
        let lines: String = lines.lines().map(|line| format!("# {line}\n")).collect();
        PackageRequest::default().script(format!("# /// script\n# dependencies = ['sheet']\n{lines}# ///\n"))
    };
    for (lines, expected) in [
        ("requires-python = '<3.14'", "it requires Python <3.14, this is 3.14.2"),
        ("[[tool.uv.index]]\nurl = 'https://other.example.com/simple/'", "which a script may not choose"),
        ("[tool.uv.sources]\nsheet = { path = '.' }", "takes sheet from somewhere else"),
    ] {
        let error = store.add(&script(lines), &mut keep_on).unwrap_err();
        assert!(error.code() == "package_requirement" && error.to_string().contains(expected), "{error}");
    }
    let own = format!("requires-python = '>=3.14'\n[tool.uv]\nindex-url = '{url}/simple'");
    assert_eq!(names(&store.add(&script(&own), &mut keep_on).unwrap()), ["sheet 1.0"]);
}

#[test]
fn what_a_killed_process_left_is_removed() {
    let Fixture { dir, store, .. } = fixture(&[("a", "1", &[])]);
    let left = dir.path().join(".new.1.abcdef");
    for clear in [true, false] {
        fs::create_dir(&left).unwrap();
        fs::write(left.join("a-1-py3-none-any.whl"), "half").unwrap();
        match clear {
            true => remove_stale(dir.path()),
            false => drop(add(&store, &["a"], None, &mut keep_on).unwrap()),
        }
        assert!(!left.exists(), "{clear}");
    }
}

#[test]
fn a_lock_cannot_choose_where_its_files_go() {
    for (name, kept) in [("../../x.whl", "x.whl"), ("https://example.com/y.whl", "y.whl")] {
        let package = serde_json::json!({"name": "a", "version": "1", "file_name": name, "sha256": ""});
        let package: LockedPackage = serde_json::from_value(package).unwrap();
        assert_eq!(checked_file_name(&package, "d").unwrap(), kept);
    }
    for name in ["..", "", ".guard", "a/", "x\\y", LOCK_FILE] {
        let package = serde_json::json!({"name": "a", "version": "1", "file_name": name, "sha256": ""});
        let package: LockedPackage = serde_json::from_value(package).unwrap();
        assert!(checked_file_name(&package, "d").is_err(), "{name}");
    }
}
