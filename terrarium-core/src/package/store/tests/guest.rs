//! Packages that code asks for while it runs.

use std::thread;

use terrarium_index::Cancel;

use super::*;
use crate::package::Installed;

/// Opens the packages of a store as those that code has downloaded.
fn pool_of(dir: &Path) -> Pool {
    Pool::open(&[], dir, &[], target()).unwrap()
}

pub(super) fn fetch(
    store: &PackageStore,
    wanted: &[&str],
    present: &[&str],
    bytes: u64,
    cancel: &Cancel,
) -> Result<(), PackageError> {
    let (requirements, installed) = (strings(wanted), Installed::new(present.iter().copied()));
    let asked = GuestRequest { requirements: &requirements, installed: &installed, bytes, prereleases: false };
    store.fetch_beside(&pool_of(store.path()), &asked, cancel, &|_| ())
}

#[test]
fn code_gets_what_it_lacks_beside_what_it_has_and_no_request_is_recorded() {
    let Fixture { dir, server, store, .. } = fixture(&[("a", "1", &["b"]), ("b", "1", &[])]);
    server.release("c", "1", "py3-none-any", &["b", "d<2"]);
    server.release("d", "1", "py3-none-any", &[]);
    server.release("d", "2", "py3-none-any", &[]);
    let go = Cancel::default();
    fetch(&store, &["c"], &["b==1"], 1 << 20, &go).unwrap();
    assert_eq!(names(&store.list().unwrap()), ["c 1", "d 1"], "the interpreter has b");
    assert!(store.list().unwrap().iter().all(|package| !package.asked));
    let beside = |present: &[&str], wanted: &[&str]| {
        let found =
            pool_of(dir.path()).beside(&strings(wanted), &Installed::new(present.iter().copied()), false, &go)?;
        let packages: Vec<_> = found.packages.iter().map(|p| format!("{}=={}", p.name, p.version)).collect();
        Ok::<_, PackageError>((packages, found.satisfied))
    };
    assert_eq!(beside(&["b==1"], &["c", "b"]).unwrap(), (strings(&["d==1", "c==1"]), strings(&["b==1"])));
    assert_eq!(beside(&["d==2", "b==1"], &["c"]).unwrap_err().code(), "package_unsatisfiable");
    server.asked();
    fetch(&store, &["a"], &[], 1 << 20, &go).unwrap();
    // Several files are fetched at a time.
    let mut asked = server.asked();
    asked.sort();
    assert_eq!(asked, ["a-1-py3-none-any.whl@0", "b-1-py3-none-any.whl@0"], "the distribution comes first");
    assert!(!dir.path().join(crate::package::SET_LOCKS).exists());
    assert_eq!(fetch(&store, &["nobody"], &[], 1 << 20, &go).unwrap_err().code(), "package_unknown");
}

#[test]
fn a_download_of_code_ends_at_its_bound_and_when_the_run_ends() {
    let Fixture { server, store, .. } = fixture(&[("a", "1", &[])]);
    server.release("big", "1", "py3-none-any", &[]);
    let error = fetch(&store, &["big"], &[], 100, &Cancel::default()).unwrap_err();
    assert!(error.to_string().contains("more than the 100 bytes"), "{error}");
    assert!(store.list().unwrap().is_empty());
    let gone = Cancel::default();
    gone.cancel();
    assert_eq!(fetch(&store, &["big"], &[], 1 << 20, &gone).unwrap_err().code(), "package_cancelled");
    // While another process changes the store, too.
    let _guard = store.guard().unwrap();
    let late = Cancel::default();
    let their = late.clone();
    let stop = thread::spawn(move || {
        thread::sleep(Duration::from_millis(150));
        their.cancel();
    });
    assert_eq!(fetch(&store, &["big"], &[], 1 << 20, &late).unwrap_err().code(), "package_cancelled");
    stop.join().unwrap();
}

#[test]
fn the_store_of_code_loses_its_oldest_packages_and_is_full_when_all_are_in_use() {
    let Fixture { dir, store, .. } = fixture(&[("a", "1", &[]), ("b", "1", &[]), ("c", "1", &[])]);
    fetch(&store, &["a", "b", "c"], &[], 1 << 20, &Cancel::default()).unwrap();
    let age = |name: &str, hours: u64| {
        let file = fs::File::options().write(true).open(dir.path().join(format!("{name}-1-py3-none-any.whl"))).unwrap();
        file.set_modified(std::time::SystemTime::now() - Duration::from_secs(hours * 3600)).unwrap();
    };
    age("a", 50);
    age("b", 100);
    age("c", 1);
    let day = Duration::from_secs(24 * 3600);
    let mut lock = store.lock().unwrap();
    store.make_room_within(&mut lock, 1 << 20, 4, day).unwrap();
    assert_eq!(lock.packages.len(), 3);
    store.make_room_within(&mut lock, 1 << 20, 3, day).unwrap();
    assert_eq!(names(&store.list().unwrap()), ["a 1", "c 1"]);
    assert!(!dir.path().join("b-1-py3-none-any.whl").exists());
    let error = store.make_room_within(&mut lock, 1, 3, day).unwrap_err();
    assert_eq!(error.code(), "package_store");
    assert_eq!(names(&store.list().unwrap()), ["c 1"]);
}
