//! The package store with a server in the test.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use sha2::{Digest, Sha256};

use super::*;
use crate::package::{DownloadProgress, Pool, tags::target, wheel::tests::zip};

/// Serves files, and records the requested paths and ranges.
#[derive(Clone, Default)]
struct Server {
    files: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
    asked: Arc<Mutex<Vec<String>>>,
    /// The bytes of a body after which a connection is closed, for as many responses as there are entries.
    breaks: Arc<Mutex<Vec<usize>>>,
}

impl Server {
    /// Starts the server; the address has no `/` at its end.
    fn start(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = self.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let _ = server.answer(stream.unwrap());
            }
        });
        format!("http://{address}/d")
    }

    fn answer(&self, mut stream: TcpStream) -> io::Result<()> {
        let mut lines = BufReader::new(stream.try_clone()?).lines();
        let first = lines.next().unwrap_or_else(|| Ok(String::new()))?;
        let mut start = 0;
        for line in lines.by_ref() {
            let line = line?.to_ascii_lowercase();
            if let Some(range) = line.strip_prefix("range: bytes=") {
                start = range.trim_end_matches('-').parse().unwrap();
            }
            if line.is_empty() {
                break;
            }
        }
        let path = first.split(' ').nth(1).unwrap_or_default().trim_start_matches("/d/").to_owned();
        self.asked.lock().unwrap().push(format!("{path}@{start}"));
        let Some(body) = self.files.lock().unwrap().get(&path).cloned() else {
            return write!(stream, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        };
        let (status, extra) = match start {
            0 => ("200 OK", String::new()),
            start if start >= body.len() => {
                let head = "HTTP/1.1 416 Range Not Satisfiable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
                return stream.write_all(head.as_bytes());
            }
            start => ("206 Partial", format!("Content-Range: bytes {start}-{}/{}\r\n", body.len() - 1, body.len())),
        };
        let rest = &body[start..];
        write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {}\r\n{extra}Connection: close\r\n\r\n", rest.len())?;
        let is_lock = path == LOCK_FILE;
        let stop = if is_lock { None } else { self.breaks.lock().unwrap().pop() };
        stream.write_all(&rest[..stop.unwrap_or(rest.len()).min(rest.len())])
    }

    /// Serves a distribution: packages with their versions and dependencies.
    fn distribution(&self, packages: &[(&str, &str, &[&str])]) {
        let mut files = BTreeMap::new();
        let mut locked = serde_json::Map::new();
        for (name, version, depends) in packages {
            let module = format!("version = '{version}' # {}", "padding ".repeat(2000));
            let info = format!("{name}-{version}.dist-info/METADATA");
            let wheel = zip(&[(&format!("{name}.py"), &module, None), (&info, "", None)]);
            let file = format!("{name}-{version}-py3-none-any.whl");
            let package = serde_json::json!({
                "name": name, "version": version, "file_name": file, "depends": depends, "imports": [name],
                "sha256": format!("{:x}", Sha256::digest(&wheel)), "package_type": "package", "install_dir": "site",
            });
            locked.insert((*name).to_owned(), package);
            files.insert(file, wheel);
        }
        let info = serde_json::json!({"abi_version": "2026_0", "python": "3.14.2"});
        let lock = serde_json::json!({"info": info, "packages": locked}).to_string();
        files.insert(LOCK_FILE.to_owned(), lock.into_bytes());
        *self.files.lock().unwrap() = files;
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

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
    let store = PackageStore::at(dir.path().to_owned(), target(), distribution);
    Fixture { dir, server, url, store }
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
    let new = store.add(&strings(&["A"]), None, &mut progress).unwrap();
    assert_eq!(names(&new), ["a 1", "b 1"]);
    assert_eq!(seen.iter().filter(|(_, done)| *done == 0).count(), 2);
    assert!(seen.iter().any(|(file, done)| file == "a-1-py3-none-any.whl" && *done > 100));
    assert_eq!(server.asked(), ["a-1-py3-none-any.whl@0", "b-1-py3-none-any.whl@0"]);

    let listed: Vec<_> = store.list().unwrap().iter().map(|package| (package.name.clone(), package.asked)).collect();
    assert_eq!(listed, [("a".to_owned(), true), ("b".to_owned(), false)]);
    assert!(store.add(&strings(&["a"]), None, &mut keep_on).unwrap().is_empty());
    let pool = Pool::open(&[], dir.path(), target()).unwrap();
    let found: Vec<_> = pool.resolve(["a"]).unwrap().iter().map(|package| package.name.clone()).collect();
    assert_eq!(found, ["b", "a"]);
    assert!(server.asked().is_empty(), "all was here");
}

#[test]
fn a_download_that_the_caller_stops_keeps_its_part_and_leaves_the_store_usable() {
    let Fixture { dir, server, store, .. } = fixture(&[("a", "1", &[])]);
    let error = store.add(&strings(&["a"]), None, &mut |_| ControlFlow::Break(())).unwrap_err();
    assert_eq!(error.code(), "package_cancelled");
    let file = "a-1-py3-none-any.whl";
    // It was stopped before anything was read, and is not tried again.
    assert_eq!(server.asked(), [format!("{file}@0")]);
    assert!(!dir.path().join(file).exists() && store.list().unwrap().is_empty());
    let mut stop_later = |progress: DownloadProgress<'_>| match progress.done {
        0 => ControlFlow::Continue(()),
        _ => ControlFlow::Break(()),
    };
    store.add(&strings(&["a"]), None, &mut stop_later).unwrap_err();
    assert!(dir.path().join(format!(".{file}.part")).exists());
    assert_eq!(names(&store.add(&strings(&["a"]), None, &mut keep_on).unwrap()), ["a 1"]);
}

/// Progress that no one looks at.
fn keep_on(_: DownloadProgress<'_>) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

#[test]
fn a_download_that_breaks_off_goes_on_where_it_stopped() {
    let Fixture { dir, server, store, .. } = fixture(&[("a", "1", &[])]);
    server.breaks.lock().unwrap().extend([50, 100]);
    store.add(&strings(&["a"]), None, &mut keep_on).unwrap();
    let file = "a-1-py3-none-any.whl";
    assert_eq!(server.asked(), [format!("{file}@0"), format!("{file}@100"), format!("{file}@150")]);
    assert_eq!(fs::read(dir.path().join(file)).unwrap(), server.files.lock().unwrap()[file]);

    // A later process, too, continues from the part that exists.
    fs::remove_file(dir.path().join(file)).unwrap();
    fs::write(dir.path().join(format!(".{file}.part")), &server.files.lock().unwrap()[file][..77]).unwrap();
    store.add(&strings(&["a"]), None, &mut keep_on).unwrap();
    assert_eq!(server.asked(), [format!("{file}@77")]);

    fs::remove_file(dir.path().join(file)).unwrap();
    server.breaks.lock().unwrap().extend([0; 20]);
    let error = store.add(&strings(&["a"]), None, &mut keep_on).unwrap_err();
    assert!(matches!(&error, PackageError::Download { url, .. } if url.ends_with(file)), "{error}");
}

#[test]
fn a_file_with_another_hash_is_refused_and_not_kept() {
    let Fixture { dir, server, store, .. } = fixture(&[("a", "1", &[])]);
    let file = "a-1-py3-none-any.whl";
    server.files.lock().unwrap().get_mut(file).unwrap()[40] ^= 1;
    let error = store.add(&strings(&["a"]), None, &mut keep_on).unwrap_err();
    assert!(matches!(&error, PackageError::Hash { path, .. } if path.ends_with(file)), "{error}");
    assert!(store.list().unwrap().is_empty());
    let left: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, [".guard"]);
}

#[test]
fn another_distribution_is_named_by_its_address_or_its_folder() {
    let Fixture { dir, server, url, store } = fixture(&[("a", "1", &[])]);
    server.distribution(&[("other", "5", &[])]);
    let with_lock = format!("{url}/{LOCK_FILE}");
    assert_eq!(names(&store.add(&strings(&["other"]), Some(&with_lock), &mut keep_on).unwrap()), ["other 5"]);
    assert_eq!(store.list().unwrap()[0].from, url);
    let pool = Pool::open(&[format!("{url}/")], dir.path(), target()).unwrap();
    assert_eq!(pool.resolve(["other"]).unwrap().len(), 1);

    let folder = tempfile::tempdir().unwrap();
    for (name, content) in server.files.lock().unwrap().iter() {
        fs::write(folder.path().join(name), content).unwrap();
    }
    let second = tempfile::tempdir().unwrap();
    let store = PackageStore::at(second.path().to_owned(), target(), Distribution { url, lock: Vec::new() });
    let from = folder.path().to_str().unwrap();
    assert_eq!(names(&store.add(&strings(&["other"]), Some(from), &mut keep_on).unwrap()), ["other 5"]);
}

#[test]
fn removing_takes_what_nobody_needs_any_more() {
    let Fixture { dir, store, .. } = fixture(&[("a", "1", &["b"]), ("b", "1", &[]), ("c", "1", &["b"])]);
    store.add(&strings(&["a", "c"]), None, &mut keep_on).unwrap();
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
    store.add(&strings(&["a"]), Some(&from), &mut keep_on).unwrap();
    assert!(store.update(&[], &mut keep_on).unwrap().is_empty());
    server.distribution(&[("a", "1", &["b"]), ("b", "2", &[])]);
    assert_eq!(names(&store.update(&[], &mut keep_on).unwrap()), ["b 2"]);
    assert!(!dir.path().join("b-1-py3-none-any.whl").exists());
    assert!(dir.path().join("b-2-py3-none-any.whl").exists());
}

#[test]
fn what_the_distribution_does_not_have_is_named() {
    let Fixture { dir: _dir, server, url, store } = fixture(&[("numpy", "1", &["gone"])]);
    let error = store.add(&strings(&["nunpy"]), None, &mut keep_on).unwrap_err().to_string();
    assert!(error.contains("did you mean numpy?"), "{error}");
    let error = store.add(&strings(&["numpy"]), None, &mut keep_on).unwrap_err().to_string();
    assert!(error.contains("\"gone\", needed by \"numpy\""), "{error}");
    server.files.lock().unwrap().clear();
    let error = store.add(&strings(&["x"]), Some(&url), &mut keep_on).unwrap_err().to_string();
    assert!(error.contains(&format!("{url}/{LOCK_FILE}")) && error.contains("404"), "{error}");
    assert!(matches!(store.add(&[], Some("no/folder"), &mut keep_on), Err(PackageError::Source { .. })));
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
