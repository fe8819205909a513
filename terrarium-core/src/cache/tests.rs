//! Files that are stored, found, damaged and refused.

use std::{
    os::unix::fs::{FileExt as _, MetadataExt as _, PermissionsExt as _},
    thread,
    time::{Duration, SystemTime},
};

use super::*;

#[test]
fn a_stored_file_is_found_and_private() {
    let dir = tempfile::tempdir().unwrap();
    let cache = Cache::open(Some(&dir.path().join("a/b"))).unwrap();
    assert!(cache.find("x").unwrap().is_none());
    cache.store("x", b"code").unwrap();
    let path = cache.find("x").unwrap().unwrap();
    assert_eq!(cache.read("x").unwrap().as_deref(), Some(&b"code"[..]));
    assert_eq!(cache.check("x").unwrap(), CachedFile::Intact(path.clone()));
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(path.parent().unwrap()).unwrap().mode() & 0o777, 0o700);
    assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "no partial file is left");
}

#[test]
fn partial_files_of_killed_processes_are_not_in_the_way() {
    let dir = tempfile::tempdir().unwrap();
    let cache = Cache::open(Some(dir.path())).unwrap();
    for number in 0..100 {
        fs::write(dir.path().join(format!(".x.{}.{number}", std::process::id())), b"half").unwrap();
    }
    cache.store("x", b"code").unwrap();
    assert_eq!(cache.read("x").unwrap().as_deref(), Some(&b"code"[..]));
}

#[test]
fn threads_that_write_the_same_file_all_succeed() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x");
    let contents: Vec<Vec<u8>> = (0..8).map(|byte| vec![byte; 100_000]).collect();
    thread::scope(|scope| {
        for content in &contents {
            scope.spawn(|| (0..5).for_each(|_| write_whole(&path, content).unwrap()));
        }
    });
    assert!(contents.contains(&fs::read(&path).unwrap()));
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "no partial file is left");
}

#[test]
fn a_folder_that_others_can_write_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o777)).unwrap();
    let error = Cache::open(Some(dir.path())).unwrap_err();
    assert!(error.to_string().contains("others may write to it (mode 777)"), "{error}");
}

#[test]
fn a_file_that_others_can_write_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let cache = Cache::open(Some(dir.path())).unwrap();
    let path = cache.store("x", b"code").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).unwrap();
    assert!(matches!(cache.find("x"), Err(Error::Cache { .. })));
}

#[test]
fn a_link_to_elsewhere_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let cache = Cache::open(Some(dir.path())).unwrap();
    std::os::unix::fs::symlink("/bin/true", dir.path().join("x")).unwrap();
    assert!(matches!(cache.find("x"), Err(Error::Cache { .. })));
}

/// A cache with the file `x`, which changed long enough ago for a mark.
fn settled() -> (tempfile::TempDir, Cache, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let cache = Cache::open(Some(dir.path())).unwrap();
    let path = cache.store("x", &vec![7; 300_000]).unwrap();
    assert_eq!(cache.check("x").unwrap(), CachedFile::Intact(path.clone()));
    assert!(!dir.path().join("x.verified").exists(), "a file that has just changed gets no mark");
    thread::sleep(Duration::from_millis(2100));
    (dir, cache, path)
}

/// Changes one byte, and puts the time of modification back.
fn change(path: &Path, place: u64) {
    let modified = fs::metadata(path).unwrap().modified().unwrap();
    let file = fs::File::options().write(true).open(path).unwrap();
    file.write_all_at(&[8], place).unwrap();
    file.set_modified(modified).unwrap();
}

#[test]
fn damage_is_seen_with_a_mark_and_without_and_the_file_stays_until_it_is_replaced() {
    let (dir, cache, path) = settled();
    assert_eq!(cache.check("x").unwrap(), CachedFile::Intact(path.clone()));
    assert!(dir.path().join("x.verified").exists());
    assert_eq!(cache.check("x").unwrap(), CachedFile::Intact(path.clone()));
    for place in [0, 150_000, 300_010] {
        change(&path, place);
        assert!(matches!(cache.check("x").unwrap(), CachedFile::Damaged(_)), "{place}");
        assert!(cache.read("x").unwrap().is_none() && path.exists(), "{place}");
        cache.store("x", &vec![7; 300_000]).unwrap();
        assert_eq!(cache.check("x").unwrap(), CachedFile::Intact(path.clone()), "{place}");
    }
}

#[test]
fn a_mark_counts_for_an_hour_for_one_state_and_one_boot() {
    let (dir, cache, path) = settled();
    let stamp = ChangeStamp::new(&fs::metadata(&path).unwrap());
    mark::set(&cache, "x", &stamp, ());
    assert!(mark::is_set(&cache, "x", &stamp, ()));
    assert!(!mark::is_set(&cache, "x", &stamp, "other") && !mark::is_set(&cache, "y", &stamp, ()));
    let mark_path = dir.path().join("x.verified");
    let text = fs::read_to_string(&mark_path).unwrap();
    let boot = crate::sys::boot::id();
    fs::write(&mark_path, text.replace(boot, "another boot")).unwrap();
    assert!(boot.is_empty() || !mark::is_set(&cache, "x", &stamp, ()));
    fs::write(&mark_path, &text).unwrap();
    assert!(mark::is_set(&cache, "x", &stamp, ()));
    let now = SystemTime::now();
    let day = Duration::from_secs(24 * 3600);
    for time in [now - day, now + day] {
        fs::File::options().write(true).open(&mark_path).unwrap().set_modified(time).unwrap();
        assert!(!mark::is_set(&cache, "x", &stamp, ()), "{time:?}");
    }
}

#[test]
fn a_removed_folder_is_made_again() {
    let dir = tempfile::tempdir().unwrap();
    let cache = Cache::open(Some(&dir.path().join("a"))).unwrap();
    cache.store("x", b"1").unwrap();
    fs::remove_dir_all(dir.path().join("a")).unwrap();
    assert_eq!(cache.check("x").unwrap(), CachedFile::Absent);
    assert!(cache.read("x").unwrap().is_none());
    cache.store("x", b"2").unwrap();
    assert_eq!(cache.read("x").unwrap().as_deref(), Some(&b"2"[..]));
    fs::remove_dir_all(dir.path().join("a")).unwrap();
    assert!(cache.lock("x.lock", None, &|| ()).unwrap().is_some());
}

#[test]
fn what_killed_processes_left_is_removed() {
    let dir = tempfile::tempdir().unwrap();
    let cache = Cache::open(Some(dir.path())).unwrap();
    let held = cache.lock("held.lock", None, &|| ()).unwrap();
    for name in ["free.lock", ".x.timg.1.0"] {
        let file = fs::File::create(dir.path().join(name)).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(3600)).unwrap();
    }
    cache.remove_stale();
    let names: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["held.lock"]);
    drop(held);
}

proptest::proptest! {
    #[test]
    fn only_files_with_the_names_of_remains_are_removed(
        names in proptest::collection::btree_set("\\.?[a-zé]{0,3}(\\.[a-z0-9]{0,3}){0,4}(\\.lock)?", 1..6),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let cache = Cache::open(Some(dir.path())).unwrap();
        let names = names.into_iter().filter(|name| !matches!(name.as_str(), "" | "." | ".."));
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        for name in names {
            let path = dir.path().join(&name);
            let file = fs::File::create(&path).unwrap();
            file.set_modified(SystemTime::now() - Duration::from_secs(3600)).unwrap();
            let parts: Vec<&str> = name.split('.').collect();
            let is_partial = parts.len() >= 4 && parts[0].is_empty() && parts.iter().rev().take(2).all(|part| is_number(part));
            // The names that programs ask for are never those of remains.
            drop((cache.check(&name), cache.read(&name)));
            cache.remove_stale();
            let is_lock = path.extension().is_some_and(|extension| extension == "lock");
            proptest::prop_assert_eq!(path.exists(), !(is_partial || is_lock), "{}", name);
        }
    }
}
