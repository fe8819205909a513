//! Calls that wait for a server or for another process, and end when the caller says so.

use std::{io::Read as _, sync::Arc, thread};

use terrarium_index::Cancel;

use super::*;
use crate::CancelHandle;

/// The time within which a call ends. The server would keep it for half a minute, several times.
const SOON: Duration = Duration::from_secs(10);

/// The ways to end a call.
#[derive(Clone, Copy, Debug)]
enum Way {
    Break,
    Guard,
}

/// Calls `work` with a progress function, ends it as soon as `is_waiting`, and returns its error.
fn ended(
    way: Way,
    is_waiting: impl Fn() -> bool,
    work: impl FnOnce(OnProgress<'_>) -> Result<Vec<StoredPackage>, PackageError>,
) -> PackageError {
    let (handle, begun) = (CancelHandle::new(), Instant::now());
    let mut progress = |_: DownloadProgress<'_>| match (is_waiting(), way) {
        (false, _) => ControlFlow::Continue(()),
        (true, Way::Break) => ControlFlow::Break(()),
        (true, Way::Guard) => {
            handle.cancel();
            ControlFlow::Continue(())
        }
    };
    let error = handle.guard(|| work(&mut progress)).unwrap_err();
    assert!(begun.elapsed() < SOON, "{way:?}: {:?}", begun.elapsed());
    error
}

/// Checks that a client closes all connections on which the server has not answered.
fn is_hung_up(server: &Server) {
    for mut stream in std::mem::take(&mut *server.waiting.lock().unwrap()) {
        stream.set_read_timeout(Some(SOON)).unwrap();
        assert_eq!(stream.read(&mut [0; 1]).unwrap(), 0, "no thread waits any more");
    }
}

#[test]
fn a_call_that_waits_for_a_page_a_file_or_a_lock_ends_when_the_caller_says_so() {
    let Fixture { dir, server, url, store } = fixture(&[("a", "1", &[])]);
    server.release("sheet", "1.0", "py3-none-any", &[]);
    let elsewhere = url.replace("127.0.0.1", "localhost");
    for (silent, from) in [("simple/", None), ("sheet-1.0", None), (LOCK_FILE, Some(elsewhere.as_str()))] {
        *server.silent.lock().unwrap() = Some(silent.to_owned());
        for way in [Way::Break, Way::Guard] {
            let is_waiting = || !server.waiting.lock().unwrap().is_empty();
            let error = ended(way, is_waiting, |progress| add(&store, &["sheet"], from, progress));
            assert_eq!(error.code(), "package_cancelled", "{silent} {way:?}: {error}");
            is_hung_up(&server);
        }
    }
    *server.silent.lock().unwrap() = None;
    assert_eq!(names(&add(&store, &["sheet"], None, &mut keep_on).unwrap()), ["sheet 1.0"]);
    assert!(!dir.path().join("index/wheels").exists());
}

#[test]
fn a_call_that_waits_for_another_process_ends_when_the_caller_says_so() {
    let Fixture { dir: _dir, store, .. } = fixture(&[("a", "1", &[])]);
    let guard = store.guard().unwrap();
    for way in [Way::Break, Way::Guard] {
        let error = ended(way, || true, |progress| add(&store, &["a"], None, progress));
        assert_eq!(error.code(), "package_cancelled", "{way:?}");
        let error = ended(way, || true, |progress| store.update(&[], progress));
        assert_eq!(error.code(), "package_cancelled", "{way:?}");
    }
    drop(guard);
    assert_eq!(names(&add(&store, &["a"], None, &mut keep_on).unwrap()), ["a 1"]);
}

#[test]
fn a_download_of_code_that_waits_for_a_server_ends_with_its_run() {
    let Fixture { dir: _dir, server, store, .. } = fixture(&[]);
    server.release("sheet", "1.0", "py3-none-any", &[]);
    for silent in ["simple/", "sheet-1.0"] {
        *server.silent.lock().unwrap() = Some(silent.to_owned());
        let (cancel, begun) = (Cancel::default(), Instant::now());
        let (theirs, waiting) = (cancel.clone(), Arc::clone(&server.waiting));
        let other = thread::spawn(move || {
            while waiting.lock().unwrap().is_empty() {
                thread::sleep(Duration::from_millis(10));
            }
            theirs.cancel();
        });
        let error = guest::fetch(&store, &["sheet"], &[], 1 << 20, &cancel).unwrap_err();
        assert_eq!(error.code(), "package_cancelled", "{silent}: {error}");
        assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
        other.join().unwrap();
        is_hung_up(&server);
    }
    *server.silent.lock().unwrap() = None;
    guest::fetch(&store, &["sheet"], &[], 1 << 20, &Cancel::default()).unwrap();
    assert_eq!(names(&store.list().unwrap()), ["sheet 1.0"]);
}
