//! Listing and removing the images of a cache folder.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use super::{
    ImageInfo, file,
    open::{check, inspect},
    verify,
};
use crate::{
    Error, Result,
    cache::Cache,
    engine::{FUNCTIONS_ENDING, check_process, functions_file},
    error::ErrorContext,
};

/// The images in a cache folder.
///
/// # Errors
/// [`Error::Cache`].
pub(super) fn list(cache_dir: Option<&Path>) -> Result<Vec<ImageInfo>> {
    let mut images: Vec<ImageInfo> = files(cache_dir)?.iter().filter_map(|path| inspect(path).ok()).collect();
    images.sort_by(|a, b| (&a.name, &a.path).cmp(&(&b.name, &b.path)));
    Ok(images)
}

/// Remove images that are of no use.
///
/// # Errors
/// [`Error::Cache`].
pub(super) fn prune(cache_dir: Option<&Path>, unused_for: Option<Duration>) -> Result<Vec<PathBuf>> {
    check_process()?;
    // Asked first: without an engine nothing can be said of any image.
    let functions = functions_file()?;
    let mut removed = Vec::new();
    for path in files(cache_dir)? {
        let usable = match file::read(&path).and_then(|contents| check(&path, &contents.header)) {
            Ok(()) => true,
            Err(Error::Image { .. }) => false,
            Err(error) => return Err(error),
        };
        // Opening an image sets its time: see `touch`.
        let used = fs::metadata(&path).and_then(|metadata| metadata.modified()).ok();
        let age = used.and_then(|used| used.elapsed().ok());
        let old = unused_for.zip(age).is_some_and(|(limit, age)| age >= limit);
        if (!usable || old) && fs::remove_file(&path).is_ok() {
            removed.push(path);
        }
    }
    // Compiled functions that no build of this version looks for.
    for path in named(cache_dir, FUNCTIONS_ENDING)? {
        let is_current = path.file_name().is_some_and(|name| *name == *functions);
        if !is_current && fs::remove_file(&path).is_ok() {
            removed.push(path);
        }
    }
    for path in named(cache_dir, verify::MARK)? {
        // Files that come and go leave them behind. One that is missed costs its image another check.
        let _ = fs::remove_file(path);
    }
    Ok(removed)
}

fn files(cache_dir: Option<&Path>) -> Result<Vec<PathBuf>> {
    named(cache_dir, "timg")
}

/// The files of a cache folder whose names end so.
fn named(cache_dir: Option<&Path>, ending: &str) -> Result<Vec<PathBuf>> {
    let folder = Cache::open(cache_dir)?.path("");
    let entries = fs::read_dir(&folder).or_cache(&folder)?;
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    Ok(paths.filter(|path| path.extension().is_some_and(|extension| extension == ending)).collect())
}

/// Note that an image in the cache was used, at most once a day.
pub(super) fn touch(path: &Path) {
    let day = Duration::from_secs(24 * 3600);
    let modified = fs::metadata(path).and_then(|metadata| metadata.modified());
    if modified.is_ok_and(|modified| modified.elapsed().is_ok_and(|age| age > day))
        && let Ok(file) = fs::File::open(path)
    {
        // Only `prune` misses it.
        let _ = file.set_modified(SystemTime::now());
    }
}
