//! Lists and removes the files of a cache folder.

use std::{
    error::Error as _,
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use super::{
    CacheEntry, CacheKind, ImageInfo, file,
    layered::check_below,
    open::{check, inspect},
};
use crate::{
    Error, Result,
    cache::{self, Cache, mark},
    engine::{FUNCTIONS_ENDING, check_process, functions_file},
    error::ErrorContext,
    provision::{GUEST_INDEX, GUEST_STORE, INDEX, STORE, files_of_index, remove_stale_downloads},
    sys::regular_file,
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

/// Removes images and compiled functions that are of no use, and images that were not used for some time.
///
/// # Errors
/// [`Error::Cache`].
pub(super) fn prune(cache_dir: Option<&Path>, unused_for: Option<Duration>) -> Result<Vec<PathBuf>> {
    let old = |entry: &CacheEntry| entry.kind == CacheKind::Image && is_old(entry, unused_for);
    Ok(remove(cache_dir, old, None)?.into_iter().map(|entry| entry.path).collect())
}

/// Removes files that are of no use or were not used for some time, and the oldest until the rest is small enough.
///
/// # Errors
/// [`Error::Cache`].
pub(super) fn prune_all(
    cache_dir: Option<&Path>,
    bytes: Option<u64>,
    unused_for: Option<Duration>,
) -> Result<Vec<CacheEntry>> {
    remove(cache_dir, |entry| is_old(entry, unused_for), bytes)
}

/// Removes the files that were not used for the longest time until the rest is small enough; open images stay. A failure
/// costs space only.
pub(super) fn keep_within(cache: &Cache, bytes: u64) {
    let kept = entries(cache).map(|entries| remove_oldest(cache, entries, bytes));
    match kept {
        Ok(removed) if removed.is_empty() => {}
        Ok(removed) => tracing::info!(files = removed.len(), "the cache folder was larger than its bound"),
        Err(error) => tracing::warn!(%error, "the cache folder is not kept within its bound"),
    }
}

fn remove(cache_dir: Option<&Path>, old: impl Fn(&CacheEntry) -> bool, bytes: Option<u64>) -> Result<Vec<CacheEntry>> {
    check_process()?;
    // First, because without an engine no image can be judged.
    let functions = functions_file()?;
    let cache = Cache::open(cache_dir)?;
    let (mut removed, mut rest) = (Vec::new(), Vec::new());
    for entry in entries(&cache)? {
        let keep = match entry.kind {
            CacheKind::Package => true,
            CacheKind::Functions => entry.name == functions && !old(&entry),
            CacheKind::Image => is_usable(&entry.path)? && !old(&entry),
            _ => !old(&entry),
        };
        if !keep && !entry.is_open && cache::remove_unused(&entry.path) {
            removed.push(entry);
        } else {
            rest.push(entry);
        }
    }
    if let Some(bytes) = bytes {
        removed.extend(remove_oldest(&cache, rest, bytes));
    }
    cache.remove_stale();
    remove_stale_downloads(cache_dir);
    for path in named(&cache, mark::ENDING)? {
        // Marks of files that are gone. A mark that is removed too early costs its image another check.
        let _ = fs::remove_file(path);
    }
    Ok(removed)
}

/// Removes the files that were not used for the longest time until the rest takes at most so many bytes.
fn remove_oldest(cache: &Cache, mut entries: Vec<CacheEntry>, bytes: u64) -> Vec<CacheEntry> {
    entries.retain(|entry| entry.kind != CacheKind::Package);
    let mut left: u64 = entries.iter().map(|entry| entry.bytes).sum();
    // Within a second, what is made again in the shortest time goes first.
    entries.sort_by_key(|entry| (entry.used, entry.kind));
    entries.retain(|entry| {
        let goes = left > bytes && !entry.is_open && cache::remove_unused(&entry.path);
        if goes {
            left = left.saturating_sub(entry.bytes);
            cache.remove_mark(&entry.path);
        }
        goes
    });
    entries
}

fn is_old(entry: &CacheEntry, limit: Option<Duration>) -> bool {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    limit.is_some_and(|limit| now.saturating_sub(Duration::from_secs(entry.used)) >= limit)
}

/// Whether this version can use an image, or the image cannot be judged.
fn is_usable(path: &Path) -> Result<bool> {
    let usable = |contents: file::Contents| {
        check(path, &contents.header)?;
        check_below(path, &contents.header)
    };
    match file::read(path).and_then(usable) {
        Ok(()) => Ok(true),
        Err(error @ Error::Image { .. }) => Ok(is_unreadable(&error)),
        Err(error) => Err(error),
    }
}

/// Returns the files of a cache folder, by kind and name.
///
/// # Errors
/// [`Error::Cache`] for a folder that cannot be read.
pub(super) fn entries(cache: &Cache) -> Result<Vec<CacheEntry>> {
    let folder = cache.path("");
    let mut entries = Vec::new();
    for path in listed(&folder)? {
        let Some(name) = path.file_name().and_then(|name| name.to_str()).map(str::to_owned) else { continue };
        let kind = match name.rsplit('.').next() {
            Some("timg") => CacheKind::Image,
            Some("cwasm" | "link") => CacheKind::Code,
            Some(FUNCTIONS_ENDING) => CacheKind::Functions,
            Some("zip") if name.ends_with(".pyc.zip") => CacheKind::Bytecode,
            _ => continue,
        };
        let title = (kind == CacheKind::Image).then(|| inspect(&path).ok()).flatten();
        entries.extend(entry(kind, title.map_or(name, |info| info.name), path));
    }
    let all_in = |names: [&str; 2]| names.map(|name| listed(&folder.join(name)).unwrap_or_default()).concat();
    for path in all_in([STORE, GUEST_STORE])
        .into_iter()
        .filter(|path| path.extension().is_some_and(|ending| ending == "whl" || ending == "zip"))
    {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        entries.extend(entry(CacheKind::Package, name, path));
    }
    for index in [INDEX, GUEST_INDEX] {
        let (files, is_open) = files_of_index(&folder.join(index));
        for path in files {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            entries.extend(entry(CacheKind::Index, name, path).map(|entry| CacheEntry { is_open, ..entry }));
        }
    }
    entries.sort_by(|a, b| (a.kind, &a.name, &a.path).cmp(&(b.kind, &b.name, &b.path)));
    Ok(entries)
}

/// Returns the entry of a file; `None` if it is gone.
fn entry(kind: CacheKind, name: String, path: PathBuf) -> Option<CacheEntry> {
    let metadata = fs::symlink_metadata(&path).ok().filter(fs::Metadata::is_file)?;
    let used = metadata.modified().ok().and_then(|used| used.duration_since(SystemTime::UNIX_EPOCH).ok());
    let is_open = kind == CacheKind::Image && cache::is_held(&path);
    let (bytes, used) = (regular_file::disk_bytes(&metadata), used.unwrap_or_default().as_secs());
    Some(CacheEntry { kind, name, path, bytes, used, is_open })
}

fn listed(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).or_cache(folder)?;
    Ok(entries.filter_map(|entry| Some(entry.ok()?.path())).collect())
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
    images(&Cache::open(cache_dir)?)
}

/// Returns the files of images in a cache folder.
///
/// # Errors
/// [`Error::Cache`].
pub(super) fn images(cache: &Cache) -> Result<Vec<PathBuf>> {
    named(cache, "timg")
}

/// Returns the files of a cache folder whose names have this ending.
fn named(cache: &Cache, ending: &str) -> Result<Vec<PathBuf>> {
    let paths = listed(&cache.path(""))?;
    Ok(paths.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == ending)).collect())
}
