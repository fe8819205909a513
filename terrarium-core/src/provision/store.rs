//! The package store below the cache folder.

use std::{
    fs,
    path::{Path, PathBuf},
};

use terrarium_index::{Surroundings, is_cache_in_use, tidy_cache};

use super::distribution::{runtime, target};
use crate::{
    Error, Result,
    cache::{Cache, default_cache_dir},
    error::ErrorContext,
    package::{Distribution, PackageRequest, PackageStore, remove_stale},
};

/// The name of the package store below the cache folder.
pub(crate) const STORE: &str = "packages";
/// The name of the folder of what an index has sent.
pub(crate) const INDEX: &str = "index";
/// The names of both folders for the packages that code downloads.
pub(crate) const GUEST_STORE: &str = "guest-packages";
pub(crate) const GUEST_INDEX: &str = "guest-index";
/// The address where the guest's own distribution publishes its packages, by version.
pub(super) const DISTRIBUTION: &str = "https://cdn.jsdelivr.net/pyodide";

/// Returns the folder of the package store.
///
/// # Errors
/// [`Error::Cache`], when there is no cache folder.
pub(super) fn store_dir(cache_dir: Option<&Path>) -> Result<PathBuf> {
    let dir = cache_dir.map(Path::to_owned).or_else(default_cache_dir);
    dir.map(|dir| dir.join(STORE)).ok_or_else(|| {
        let reason = "neither HOME nor XDG_CACHE_HOME is set: set TERRARIUM_CACHE_DIR or the option `cache_dir`";
        Error::cache(PathBuf::new(), reason)
    })
}

/// Returns the folder of the packages that code downloads.
///
/// # Errors
/// As for [`store_dir`].
pub(super) fn guest_store_dir(cache_dir: Option<&Path>) -> Result<PathBuf> {
    Ok(store_dir(cache_dir)?.with_file_name(GUEST_STORE))
}

/// Removes what downloads left that were given up.
pub(crate) fn remove_stale_downloads(cache_dir: Option<&Path>) {
    for (dir, index) in [(store_dir(cache_dir), INDEX), (guest_store_dir(cache_dir), GUEST_INDEX)] {
        if let Ok(dir) = dir {
            remove_stale(&dir);
            // The bound of the cache folder counts the pages, too.
            tidy_cache(&dir.with_file_name(index), u64::MAX);
        }
    }
}

/// Returns the files of what an index has sent to a folder, and whether a download uses the folder.
pub(crate) fn files_of_index(folder: &Path) -> (Vec<PathBuf>, bool) {
    let entries = |folder: &Path| fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let kinds: Vec<PathBuf> = entries(folder).filter(|path| path.is_dir()).collect();
    let all = kinds.iter().flat_map(|kind| entries(kind));
    // Wheels that are on their way have folders of their own.
    let files = all.flat_map(|path| if path.is_dir() { entries(&path).collect() } else { vec![path] });
    (files.collect(), is_cache_in_use(folder))
}

impl PackageStore {
    /// Opens the package store in a cache folder:
    /// [`SandboxOptions::cache_dir`](crate::SandboxOptions::cache_dir), or the default folder. Creates it if needed.
    ///
    /// # Errors
    /// [`Error::Cache`], when it cannot be created or others can write to it.
    pub fn open(cache_dir: Option<&Path>) -> Result<Self> {
        Self::open_at(cache_dir, store_dir(cache_dir)?, INDEX)
    }

    /// Opens the store of the packages that code downloads.
    ///
    /// # Errors
    /// As for [`open`](Self::open).
    pub(super) fn of_guests(cache_dir: Option<&Path>) -> Result<Self> {
        Self::open_at(cache_dir, guest_store_dir(cache_dir)?, GUEST_INDEX)
    }

    fn open_at(cache_dir: Option<&Path>, dir: PathBuf, index: &str) -> Result<Self> {
        Cache::open(cache_dir)?;
        // The same rules as for compiled code: files of the store run without another check.
        Cache::open(Some(&dir))?;
        let runtime = runtime()?;
        let lock = runtime.package_lock().or_artifacts()?;
        let url = format!("{DISTRIBUTION}/v{}/full", runtime.manifest().guest.version);
        let index_cache = dir.with_file_name(index);
        Ok(Self::at(dir, index_cache, Surroundings::of_process(), target()?, Distribution { url, lock }))
    }
}

impl PackageRequest {
    /// Returns the request in the head of a script (PEP 723); `None` if there is none, or if it requires nothing.
    ///
    /// # Errors
    /// [`PackageError::Requirement`](crate::PackageError::Requirement) for a head that cannot be read, or that is for
    /// another Python.
    pub fn of_script(code: &str) -> Result<Option<Self>> {
        Ok(Self::of_head(code, &target()?)?)
    }
}
