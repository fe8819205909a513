//! Lists and removes the images of a cache folder.

use std::{
    error::Error as _,
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use super::{
    ImageInfo, file,
    open::{check, inspect},
};
use crate::{
    Error, Result,
    cache::{Cache, mark},
    engine::{FUNCTIONS_ENDING, check_process, functions_file},
    error::ErrorContext,
    provision::remove_stale_downloads,
};
use terrarium_unix::abi::Errno;

/// Lists the images in a cache folder.
///
/// # Errors
/// [`Error::Cache`].
pub(super) fn list(cache_dir: Option<&Path>) -> Result<Vec<ImageInfo>> {
    let mut images: Vec<ImageInfo> = files(cache_dir)?.iter().filter_map(|path| inspect(path).ok()).collect();
    images.sort_by(|a, b| (&a.name, &a.path).cmp(&(&b.name, &b.path)));
    Ok(images)
}

/// Removes images and compiled functions that are of no use.
///
/// # Errors
/// [`Error::Cache`].
pub(super) fn prune(cache_dir: Option<&Path>, unused_for: Option<Duration>) -> Result<Vec<PathBuf>> {
    check_process()?;
    // First, because without an engine no image can be judged.
    let functions = functions_file()?;
    let mut removed = Vec::new();
    for path in files(cache_dir)? {
        let keep = match file::read(&path).and_then(|contents| check(&path, &contents.header)) {
            Ok(()) => true,
            Err(error @ Error::Image { .. }) => is_unreadable(&error),
            Err(error) => return Err(error),
        };
        // The modification time is the time of the last use: see `touch`.
        let used = fs::metadata(&path).and_then(|metadata| metadata.modified()).ok();
        let age = used.and_then(|used| used.elapsed().ok());
        let old = unused_for.zip(age).is_some_and(|(limit, age)| age >= limit);
        if (!keep || old) && fs::remove_file(&path).is_ok() {
            removed.push(path);
        }
    }
    // Compiled functions of other versions.
    for path in named(cache_dir, FUNCTIONS_ENDING)? {
        let is_current = path.file_name().is_some_and(|name| *name == *functions);
        if !is_current && fs::remove_file(&path).is_ok() {
            removed.push(path);
        }
    }
    Cache::new(cache_dir).remove_stale();
    remove_stale_downloads(cache_dir);
    for path in named(cache_dir, mark::ENDING)? {
        // Marks of files that are gone. A mark that is removed too early costs its image another check.
        let _ = fs::remove_file(path);
    }
    Ok(removed)
}

/// Whether the system could not read a file: the file may be good.
fn is_unreadable(error: &Error) -> bool {
    let mut next: Option<&dyn std::error::Error> = error.source();
    while let Some(cause) = next {
        let of_system = |error: &io::Error| {
            error.raw_os_error().is_some() || error.get_ref().is_some_and(|inner| inner.is::<Errno>())
        };
        if cause.downcast_ref().is_some_and(of_system) {
            return true;
        }
        next = cause.source();
    }
    false
}

fn files(cache_dir: Option<&Path>) -> Result<Vec<PathBuf>> {
    named(cache_dir, "timg")
}

/// Returns the files of a cache folder whose names have this ending.
fn named(cache_dir: Option<&Path>, ending: &str) -> Result<Vec<PathBuf>> {
    let folder = Cache::open(cache_dir)?.path("");
    let entries = fs::read_dir(&folder).or_cache(&folder)?;
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    Ok(paths.filter(|path| path.extension().is_some_and(|extension| extension == ending)).collect())
}

/// Records that an image in the cache folder was used, at most once a day.
pub(super) fn touch(path: &Path) {
    let day = Duration::from_secs(24 * 3600);
    let modified = fs::metadata(path).and_then(|metadata| metadata.modified());
    if modified.is_ok_and(|modified| modified.elapsed().is_ok_and(|age| age > day))
        && let Ok(file) = fs::File::open(path)
    {
        // Only `prune` depends on it.
        let _ = file.set_modified(SystemTime::now());
    }
}
