//! The cache folder: it is shared by calls and processes, and tidied when none of them uses it.

use std::{
    collections::BTreeSet,
    fs::{self, File, OpenOptions, TryLockError},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use crate::{Error, http::Stop};

/// The folders in it.
pub(crate) const WHEELS: &str = "wheels";
pub(crate) const PAGES: &str = "pages";
pub(crate) const METADATA: &str = "metadata";
/// The file whose shared lock the calls hold that use wheels.
const LOCK: &str = ".lock";
/// The file in a wheel's folder whose lock its download holds.
pub(crate) const WHEEL_LOCK: &str = "lock";
/// The age at which an unfinished download is no longer continued.
const GIVEN_UP: Duration = Duration::from_secs(24 * 3600);

/// The use of the wheels in a cache folder.
pub(crate) struct InUse {
    _lock: File,
}

/// Announces the use of the wheels in a cache folder, which is made if it is absent.
///
/// # Errors
/// [`Error::File`], and [`Error::Cancelled`].
pub(crate) fn enter(cache: &Path, stop: &Stop) -> Result<InUse, Error> {
    fs::create_dir_all(cache).map_err(Error::file(cache))?;
    take(&cache.join(LOCK), stop, File::try_lock_shared).map(|lock| InUse { _lock: lock })
}

/// Opens a file and takes a lock of it as soon as it is free.
///
/// # Errors
/// [`Error::File`], and [`Error::Cancelled`].
pub(crate) fn take(
    path: &Path,
    stop: &Stop,
    attempt: impl Fn(&File) -> Result<(), TryLockError>,
) -> Result<File, Error> {
    let file = open(path).map_err(Error::file(path))?;
    loop {
        match attempt(&file) {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if stop.sleep(Duration::from_millis(50)) => return Err(Error::Cancelled),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(Error::file(path)(error)),
        }
    }
}

fn open(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().create(true).truncate(false).write(true).open(path)
}

/// Whether a call, perhaps of another process, uses the wheels in a cache folder.
///
/// ```
/// assert!(!terrarium_index::is_cache_in_use("no/such/folder".as_ref()));
/// ```
#[must_use]
pub fn is_cache_in_use(cache: &Path) -> bool {
    open(&cache.join(LOCK)).is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
}

/// Removes unfinished downloads that were given up from a cache folder, and the oldest pages and metadata until at most
/// `page_bytes` are left. The wheels of a folder in use stay.
///
/// ```
/// let folder = std::env::temp_dir().join(format!("terrarium-index-{}", std::process::id()));
/// std::fs::create_dir_all(folder.join("wheels/a"))?;
/// terrarium_index::tidy_cache(&folder, 1 << 20);
/// assert!(!folder.join("wheels").exists());
/// # std::fs::remove_dir_all(folder)?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn tidy_cache(cache: &Path, page_bytes: u64) {
    tidy(cache, page_bytes, &BTreeSet::new());
}

/// Tidies a cache folder, and removes the folders of wheels that are no longer needed. A failure costs space only.
pub(crate) fn tidy(cache: &Path, page_bytes: u64, done: &BTreeSet<PathBuf>) {
    if !cache.is_dir() {
        return;
    }
    if let Ok(file) = open(&cache.join(LOCK))
        && file.try_lock().is_ok()
    {
        for folder in entries(&cache.join(WHEELS)) {
            if done.contains(&folder) || is_given_up(&folder) {
                let _ = fs::remove_dir_all(folder);
            }
        }
        // Fails as long as it has others.
        let _ = fs::remove_dir(cache.join(WHEELS));
    }
    trim(cache, page_bytes);
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}

/// Whether a wheel's folder has nothing that is worth keeping.
fn is_given_up(folder: &Path) -> bool {
    let files = entries(folder).into_iter().filter(|path| path.file_name().is_some_and(|name| name != WHEEL_LOCK));
    files.into_iter().filter_map(|path| path.metadata().ok()).all(|metadata| metadata.len() == 0 || is_old(&metadata))
}

fn is_old(metadata: &fs::Metadata) -> bool {
    metadata.modified().is_ok_and(|modified| modified.elapsed().is_ok_and(|age| age > GIVEN_UP))
}

/// Removes the oldest pages and metadata, and what killed processes left of them.
fn trim(cache: &Path, bytes: u64) {
    let (mut sum, mut pages) = (0_u64, Vec::new());
    for path in [PAGES, METADATA].into_iter().flat_map(|name| entries(&cache.join(name))) {
        let Ok(metadata) = path.metadata() else { continue };
        if path.extension().is_none_or(|ending| ending != "page") {
            if is_old(&metadata) {
                let _ = fs::remove_file(path);
            }
            continue;
        }
        sum = sum.saturating_add(metadata.len());
        pages.push((metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH), metadata.len(), path));
    }
    pages.sort();
    for (_, size, path) in pages {
        if sum <= bytes {
            return;
        }
        if fs::remove_file(path).is_ok() {
            sum -= size;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &Path, bytes: usize, hours: u64) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, vec![b'x'; bytes]).unwrap();
        let time = SystemTime::now() - Duration::from_secs(hours * 3600);
        open(path).unwrap().set_modified(time).unwrap();
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            entries(folder).iter().map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn unfinished_downloads_go_after_a_day_and_at_once_when_nothing_is_in_them() {
        let dir = tempfile::tempdir().unwrap();
        let wheels = dir.path().join(WHEELS);
        for (name, bytes, hours) in [("a/.part", 9, 25), ("b/.part", 9, 1), ("c/.part", 0, 0), ("d/x.whl", 9, 1)] {
            file(&wheels.join(name), bytes, hours);
            file(&wheels.join(name).with_file_name(WHEEL_LOCK), 0, 0);
        }
        let stop = Stop::default();
        let used = enter(dir.path(), &stop).unwrap();
        assert!(is_cache_in_use(dir.path()));
        tidy(dir.path(), 1, &BTreeSet::from([wheels.join("d")]));
        assert_eq!(names(&wheels), ["a", "b", "c", "d"], "a call uses them");
        drop(used);
        assert!(!is_cache_in_use(dir.path()));
        tidy(dir.path(), 1, &BTreeSet::from([wheels.join("d")]));
        assert_eq!(names(&wheels), ["b"]);
    }

    #[test]
    fn the_oldest_pages_go_first() {
        let dir = tempfile::tempdir().unwrap();
        for (name, bytes, hours) in [
            ("pages/a.page", 50, 3),
            ("metadata/b.page", 50, 2),
            ("pages/c.page", 50, 1),
            ("pages/.c.page.1.2.new", 50, 48),
            ("pages/.d.page.1.3.new", 50, 0),
        ] {
            file(&dir.path().join(name), bytes, hours);
        }
        tidy_cache(dir.path(), 100);
        assert_eq!(names(&dir.path().join(PAGES)), [".d.page.1.3.new", "c.page"]);
        assert_eq!(names(&dir.path().join(METADATA)), ["b.page"]);
        tidy_cache(dir.path(), 0);
        assert_eq!(names(&dir.path().join(METADATA)), [""; 0]);
    }
}
