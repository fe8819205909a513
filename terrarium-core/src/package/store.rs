//! The package store: the folder of downloaded packages, with their lock.
//!
//! The package store is a distribution, a folder with a lock, so that a sandbox reads it like any other. Only
//! [`PackageStore::add`] and [`PackageStore::update`] use the network.

use std::{
    collections::BTreeSet,
    fs, io,
    ops::ControlFlow,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};

use super::{
    Lock, PackageError, WheelTarget,
    download::{Downloader, OnProgress, copy, has_hash},
    error::PackageContext,
    lock::{LOCK_FILE, LockedPackage, MAX_LOCK, PackageType},
    normalize,
    source::{folder_address, is_address, read_lock},
};
use crate::cache::{Cache, LockFile, write_whole};

/// The file whose lock the present user of the store holds.
const GUARD: &str = ".guard";
/// The age at which an unfinished download is no longer continued.
const GIVEN_UP: Duration = Duration::from_secs(24 * 3600);

/// The packages on this machine. They are the package source of a sandbox, unless
/// [`SandboxOptions::packages_from`](crate::SandboxOptions::packages_from) names others.
///
/// ```
/// # fn main() -> terrarium_core::Result<()> {
/// # let dir = std::env::temp_dir().join(format!("terrarium-store-{}", std::process::id()));
/// use terrarium_core::PackageStore;
///
/// let store = PackageStore::open(Some(&dir))?;
/// assert!(store.list()?.is_empty());
/// # let _ = std::fs::remove_dir_all(&dir);
/// # Ok(())
/// # }
/// ```
pub struct PackageStore {
    dir: PathBuf,
    target: WheelTarget,
    /// The default distribution.
    distribution: Distribution,
}

/// A distribution whose lock is in memory.
pub(crate) struct Distribution {
    pub(crate) url: String,
    pub(crate) lock: Vec<u8>,
}

/// A package of the package store.
///
/// ```
/// let package: terrarium_core::StoredPackage =
///     serde_json::from_str(r#"{"name": "six", "version": "1.17.0", "bytes": 11050, "asked": true, "from": ""}"#).unwrap();
/// assert_eq!(package.name, "six");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StoredPackage {
    /// The package's name.
    pub name: String,
    /// The package's version.
    pub version: String,
    /// The size of the package's file in bytes.
    pub bytes: u64,
    /// Whether a user requested it by name; otherwise another package requires it.
    pub asked: bool,
    /// The distribution of the package: an address or a folder.
    pub from: String,
}

impl PackageStore {
    pub(crate) fn at(dir: PathBuf, target: WheelTarget, distribution: Distribution) -> Self {
        Self { dir, target, distribution }
    }

    /// Returns the folder.
    pub fn path(&self) -> &Path {
        &self.dir
    }

    /// Lists the packages, by name.
    ///
    /// # Errors
    /// [`PackageError::Damaged`], when the store's lock is broken.
    pub fn list(&self) -> Result<Vec<StoredPackage>, PackageError> {
        Ok(self.lock()?.packages.values().map(|package| self.stored(package)).collect())
    }

    /// Downloads packages and their dependencies, and returns the new ones.
    ///
    /// `from` is another distribution than the default one: the address or the folder of a lock.
    ///
    /// # Errors
    /// [`PackageError::Unknown`] for a name that the distribution does not have, [`PackageError::Download`] and
    /// [`PackageError::Hash`] for files that do not arrive, [`PackageError::Store`] for a store that is not writable,
    /// [`PackageError::Cancelled`] when `progress` breaks. Downloaded files and parts of files are kept, and the next
    /// call continues from there.
    pub fn add(
        &self,
        names: &[String],
        from: Option<&str>,
        progress: &mut dyn FnMut(super::DownloadProgress<'_>) -> ControlFlow<()>,
    ) -> Result<Vec<StoredPackage>, PackageError> {
        let _guard = self.guard()?;
        let (url, lock) = self.distribution(from)?;
        self.fetch(names, &url, &lock, progress)
    }

    /// Updates packages (without names: all) to the current versions of their distributions, and returns the packages
    /// that changed.
    ///
    /// # Errors
    /// As for [`add`](Self::add); [`PackageError::Unknown`] for a name that is not in the store.
    pub fn update(
        &self,
        names: &[String],
        progress: &mut dyn FnMut(super::DownloadProgress<'_>) -> ControlFlow<()>,
    ) -> Result<Vec<StoredPackage>, PackageError> {
        let _guard = self.guard()?;
        let present = self.lock()?;
        let mut wanted = BTreeSet::new();
        for name in names {
            wanted.insert(self.own(&present, name)?);
        }
        let chosen = present.packages.iter().filter(|(name, package)| match names {
            [] => package.asked == Some(true),
            _ => wanted.contains(*name),
        });
        let mut changed = Vec::new();
        for (name, package) in chosen {
            let from = package.from.clone().unwrap_or_default();
            let (url, lock) = self.distribution(Some(from.as_str()).filter(|from| *from != self.distribution.url))?;
            changed.extend(self.fetch(std::slice::from_ref(name), &url, &lock, progress)?);
        }
        Ok(changed)
    }

    /// Removes packages, and their dependencies that no other package requires.
    ///
    /// # Errors
    /// [`PackageError::Unknown`] for a name that is not in the store, [`PackageError::Store`] for a package that
    /// another package requires.
    pub fn remove(&self, names: &[String]) -> Result<Vec<StoredPackage>, PackageError> {
        let _guard = self.guard()?;
        let mut lock = self.lock()?;
        let mut gone = BTreeSet::new();
        for name in names {
            gone.insert(self.own(&lock, name)?);
        }
        let kept: Vec<String> = lock
            .packages
            .iter()
            .filter(|(name, package)| package.asked == Some(true) && !gone.contains(*name))
            .map(|(name, _)| name.clone())
            .collect();
        let needed: BTreeSet<String> = lock.closure(&kept)?.into_iter().collect();
        if let Some(name) = gone.iter().find(|name| needed.contains(*name)) {
            let is_user = |package: &&LockedPackage| package.depends.iter().any(|other| normalize(other) == *name);
            let user = lock.packages.values().find(is_user).map_or("", |package| package.name.as_str());
            let reason = format!("package {name:?} stays, {user:?} needs it: remove that too");
            return Err(PackageError::Store { path: self.dir.clone(), reason, source: None });
        }
        let all = std::mem::take(&mut lock.packages);
        let (keep, removed): (Vec<_>, Vec<_>) = all.into_iter().partition(|(name, _)| needed.contains(name));
        lock.packages = keep.into_iter().collect();
        let listed = removed.iter().map(|(_, package)| self.stored(package)).collect();
        // The lock first: a file without an entry is harmless, an entry without its file is not.
        self.write(&lock)?;
        for (_, package) in &removed {
            self.discard(&package.file_name)?;
        }
        Ok(listed)
    }

    fn fetch(
        &self,
        names: &[String],
        from: &str,
        lock: &Lock,
        progress: OnProgress<'_>,
    ) -> Result<Vec<StoredPackage>, PackageError> {
        let unknown = |error: PackageError| error.searched_in(from);
        let asked = names.iter().map(|name| lock.find(name, None)).collect::<Result<Vec<_>, _>>().map_err(unknown)?;
        let asked: BTreeSet<String> = asked.into_iter().map(str::to_owned).collect();
        let downloader = Downloader::new();
        let mut present = self.lock()?;
        let mut new = Vec::new();
        for name in lock.closure(names).map_err(unknown)? {
            let Some(package) = lock.packages.get(&name).filter(|package| package.package_type != PackageType::Other)
            else {
                continue;
            };
            let mut package = package.clone();
            let address = address(from, &package.file_name);
            let file_name = checked_file_name(&package, from)?;
            package.file_name.clone_from(&file_name);
            package.from = Some(from.to_owned());
            let before = present.packages.get(&name);
            package.asked = Some(asked.contains(&name) || before.is_some_and(|before| before.asked == Some(true)));
            let is_same = before.is_some_and(|before| before.sha256 == package.sha256);
            let path = self.dir.join(&file_name);
            if package.package_type != PackageType::CpythonModule && !(is_same && has_hash(&path, &package.sha256)) {
                match is_address(&address) {
                    true => downloader.fetch(&address, &path, &package.sha256, progress)?,
                    false => copy(Path::new(&address), &path, &package.sha256)?,
                }
            }
            let old = before.map(|before| before.file_name.clone()).filter(|old| *old != file_name);
            if !is_same {
                new.push(self.stored(&package));
            }
            present.packages.insert(name, package);
            // Written after each file: a downloaded file counts, even if a later one fails.
            self.write(&present)?;
            if let Some(old) = old {
                self.discard(&old)?;
            }
        }
        Ok(new)
    }

    /// Returns a distribution's address or folder, and its lock.
    fn distribution(&self, from: Option<&str>) -> Result<(String, Lock), PackageError> {
        let Some(from) = from else {
            let Distribution { url, lock } = &self.distribution;
            return Ok((url.clone(), Lock::parse(lock, Path::new(LOCK_FILE), &self.target)?));
        };
        if is_address(from) {
            let folder = folder_address(from);
            let url = format!("{folder}/{LOCK_FILE}");
            let text = Downloader::new().get(&url, MAX_LOCK)?;
            return Ok((folder.to_owned(), Lock::parse(&text, Path::new(&url), &self.target)?));
        }
        let given = Path::new(from);
        let path = if given.is_dir() { given.join(LOCK_FILE) } else { given.to_owned() };
        let path = path.canonicalize().map_err(|error| PackageError::Source {
            entry: from.to_owned(),
            reason: format!("it is neither an address nor a folder with {LOCK_FILE}: {error}"),
            source: Some(error.into()),
        })?;
        let lock = read_lock(&path, &self.target)?;
        let folder = path.parent().unwrap_or(Path::new("/"));
        Ok((folder.to_string_lossy().into_owned(), lock))
    }

    fn lock(&self) -> Result<Lock, PackageError> {
        let path = self.dir.join(LOCK_FILE);
        match path.exists() {
            true => read_lock(&path, &self.target),
            false => Ok(Lock::empty(&self.target)),
        }
    }

    /// Writes the lock completely or not at all.
    fn write(&self, lock: &Lock) -> Result<(), PackageError> {
        let path = self.dir.join(LOCK_FILE);
        let text = serde_json::to_vec_pretty(lock).or_store(&path)?;
        write_whole(&path, &text).or_store(&path)
    }

    /// Returns the name of a package that the store has.
    fn own(&self, lock: &Lock, name: &str) -> Result<String, PackageError> {
        let found = lock.find(name, None).map(str::to_owned);
        found.map_err(|error| error.searched_in(&self.dir.to_string_lossy()))
    }

    fn discard(&self, file_name: &str) -> Result<(), PackageError> {
        let path = self.dir.join(file_name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error).or_store(&path),
            _ => Ok(()),
        }
    }

    /// Keeps other processes from changing the store at the same time.
    fn guard(&self) -> Result<Option<LockFile>, PackageError> {
        guard(&self.dir, None)
    }

    fn stored(&self, package: &LockedPackage) -> StoredPackage {
        StoredPackage {
            name: package.name.clone(),
            version: package.version.clone(),
            bytes: fs::metadata(self.dir.join(&package.file_name)).map_or(0, |metadata| metadata.len()),
            asked: package.asked == Some(true),
            from: package.from.clone().unwrap_or_default(),
        }
    }
}

fn guard(dir: &Path, deadline: Option<Instant>) -> Result<Option<LockFile>, PackageError> {
    let lock = Cache::new(Some(dir)).lock(GUARD, deadline, &|| ()).or_store(&dir.join(GUARD))?;
    Ok(lock.map(LockFile::stay))
}

/// Removes parts of downloads that were given up, from the store in a folder. A store that is being changed stays as it
/// is.
pub(crate) fn remove_stale(dir: &Path) {
    if !dir.is_dir() {
        return;
    }
    let Ok(Some(_guard)) = guard(dir, Some(Instant::now())) else { return };
    Cache::new(Some(dir)).remove_stale();
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let is_part = entry.file_name().to_str().is_some_and(|name| name.starts_with('.') && name.ends_with(".part"));
        let modified = entry.metadata().and_then(|metadata| metadata.modified());
        if is_part && modified.is_ok_and(|modified| modified.elapsed().is_ok_and(|age| age > GIVEN_UP)) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Returns the address of a lock's file: relative names are beside the lock.
fn address(from: &str, file_name: &str) -> String {
    match is_address(file_name) {
        true => file_name.to_owned(),
        false => format!("{}/{file_name}", from.trim_end_matches('/')),
    }
}

/// Returns the name of a file in the store: a lock cannot choose another folder.
fn checked_file_name(package: &LockedPackage, from: &str) -> Result<String, PackageError> {
    let name = package.file_name.rsplit('/').next().unwrap_or_default();
    match name.starts_with('.') || name.is_empty() || name.contains(['\\', '\0']) || name == LOCK_FILE {
        false => Ok(name.to_owned()),
        true => Err(PackageError::damaged(
            format!("{from}/{LOCK_FILE}"),
            format!("package {:?} has the file name {:?}", package.name, package.file_name),
        )),
    }
}

#[cfg(test)]
mod tests;
