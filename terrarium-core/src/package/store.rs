//! The package store: the folder of downloaded packages, with their lock.
//!
//! The package store is a distribution, a folder with a lock, so that a sandbox reads it like any other. Only
//! [`PackageStore::add`] and [`PackageStore::update`] use the network.

mod guest;
mod install;
mod plan;
mod progress;
mod request;

pub(crate) use guest::{GuestRequest, touch};
pub use progress::DownloadProgress;
pub use request::PackageRequest;

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};
use terrarium_index::{Control, PyLock, Request, Resolution, Source, Surroundings, resolve};

use super::{
    Lock, PackageError, WheelTarget,
    error::PackageContext,
    lock::{LOCK_FILE, LockedPackage},
    name::similar,
    normalize,
    set_locks::SetLocks,
    source::{is_address, read_lock},
};
use crate::{
    Error,
    cache::{Cache, LockFile, write_whole},
};
use install::address_of_server;
use plan::{Planned, catalogue};
use progress::{OnProgress, control};

/// The file whose lock the present user of the store holds.
const GUARD: &str = ".guard";
/// The label of the packages of the store in messages.
pub(super) const STORE: &str = "the package store";
/// The pause between two attempts to take the store.
const PAUSE: Duration = Duration::from_millis(40);
/// The start of the names of folders from which an index places files.
const STAGING: &str = ".new.";

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
    /// The folder of what the index has sent.
    index_cache: PathBuf,
    /// The settings of the user for pip and uv.
    here: Surroundings,
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
    /// The distribution or the index of the package: an address or a folder.
    pub from: String,
    /// Sentences about what deserves attention, such as a version that its authors withdrew. Only
    /// [`PackageStore::add`] and [`PackageStore::update`] tell it.
    #[serde(default)]
    pub warnings: Vec<String>,
}

impl PackageStore {
    pub(crate) fn at(
        dir: PathBuf,
        index_cache: PathBuf,
        here: Surroundings,
        target: WheelTarget,
        distribution: Distribution,
    ) -> Self {
        Self { dir, index_cache, here, target, distribution }
    }

    /// Returns the folder.
    pub fn path(&self) -> &Path {
        &self.dir
    }

    /// Lists the packages, by name; the newest version of a name first.
    ///
    /// # Errors
    /// [`PackageError::Damaged`], when the store's lock is broken.
    pub fn list(&self) -> Result<Vec<StoredPackage>, PackageError> {
        let lock = self.lock()?;
        Ok(lock.packages.iter().map(|package| self.stored(package, &lock)).collect())
    }

    /// Downloads the packages of a request and the packages that they require, and returns the new ones.
    ///
    /// Versions that are in the store are used if they fit. All packages of the request are added, or none.
    ///
    /// # Errors
    /// [`PackageError::Unknown`] for a name that nothing has, [`PackageError::Unsatisfiable`] for versions that do not go
    /// together, [`PackageError::Requirement`] for a requirement that cannot be read, [`PackageError::Download`],
    /// [`PackageError::Hash`] and [`PackageError::Damaged`] for files that do not arrive or are not right,
    /// [`PackageError::Store`] for a store that is not writable, [`PackageError::Cancelled`] when `progress` breaks.
    /// What was downloaded is kept, and the next call continues from there.
    pub fn add(&self, request: &PackageRequest, progress: OnProgress<'_>) -> Result<Vec<StoredPackage>, PackageError> {
        let mut control = control(progress);
        let _guard = self.guard_within(&mut control)?;
        let mut request = request.clone();
        let mut lock = self.lock()?;
        if let Some(wheels) = request.locked(&self.target)? {
            let index = self.index(&request)?;
            let pins = wheels.iter().map(|file| format!("{}=={}", file.name.name, file.name.version)).collect();
            let planned = wheels.into_iter().map(|file| {
                let from = address_of_server(&file.url);
                Planned::Downloaded(file.into(), None, from)
            });
            return self.fetch(planned.collect(), &[], pins, &request, &mut lock, &index, &mut control);
        }
        let mut wanted = request.read(&self.here, &self.target)?;
        let index = self.index(&request)?;
        let from = self.distribution(request.distribution.as_deref(), &index, &mut control)?;
        if wanted.requirements.is_empty() {
            return Ok(Vec::new());
        }
        wanted.requirements = Self::by_package(wanted.requirements, [&from.lock, &lock]);
        let present = lock.packages.iter().filter(|package| self.is_there(package)).cloned().collect();
        self.install(&wanted, present, from, &request, &mut lock, &index, &mut control)
    }

    /// Updates packages (without names: all) to the newest versions that fulfil what was requested, and returns the
    /// packages that changed.
    ///
    /// # Errors
    /// As for [`add`](Self::add); [`PackageError::Unknown`] for a name that is not in the store.
    pub fn update(&self, names: &[String], progress: OnProgress<'_>) -> Result<Vec<StoredPackage>, PackageError> {
        let mut control = control(progress);
        let _guard = self.guard_within(&mut control)?;
        let mut lock = self.lock()?;
        for name in names {
            self.known(&lock, name)?;
        }
        let mut changed = Vec::new();
        for stored in lock.requests.clone() {
            let request = stored.request();
            let wanted = Request::new(stored.requirements.iter().map(String::as_str))?;
            let concerns = |found: &Resolution| names.iter().any(|name| found.get(name).is_some());
            if !names.is_empty() && !concerns(&self.present(&wanted, &lock)?) {
                continue;
            }
            let index = self.index(&request)?;
            let from = self.distribution(request.distribution.as_deref(), &index, &mut control)?;
            changed.extend(self.install(&wanted, Vec::new(), from, &request, &mut lock, &index, &mut control)?);
        }
        self.prune(&mut lock)?;
        SetLocks::forget(&self.dir);
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
            gone.insert(self.known(&lock, name)?);
        }
        let before = lock.clone();
        for request in &mut lock.requests {
            request.requirements.retain(|text| !gone.contains(&name_of(text)));
        }
        lock.requests.retain(|request| !request.requirements.is_empty());
        for request in &lock.requests {
            let found = self.present(&Request::new(request.requirements.iter().map(String::as_str))?, &lock)?;
            if let Some(name) = gone.iter().find(|name| found.get(name).is_some()) {
                let requires =
                    |package: &&terrarium_index::Resolved| package.requires.iter().any(|other| other.as_ref() == name);
                let user = found.packages().iter().find(requires).map_or("", |package| package.name.as_ref());
                let reason = format!("package {name:?} stays, {user:?} needs it: remove that too");
                return Err(PackageError::Store { path: self.dir.clone(), reason, source: None });
            }
        }
        let listed: Vec<_> = before.packages.iter().map(|package| (package, self.stored(package, &before))).collect();
        let removed = self.prune(&mut lock)?;
        let is_removed = |package: &LockedPackage| removed.iter().any(|gone| gone.file_name == package.file_name);
        Ok(listed.into_iter().filter(|(package, _)| is_removed(package)).map(|(_, stored)| stored).collect())
    }

    /// Returns the lock of the store's packages in the form of `pylock.toml` (PEP 751).
    ///
    /// # Errors
    /// [`PackageError::Damaged`], when the store's lock is broken.
    pub fn pylock(&self) -> Result<String, PackageError> {
        let lock = self.lock()?;
        let wheels = catalogue(STORE, lock.packages.iter(), LockedPackage::wheel_file)?;
        let requirements = lock.requests.iter().flat_map(|request| &request.requirements);
        let request = Request::new(requirements.map(String::as_str))?;
        let found = resolve(&request, &[&wheels], &self.target.wheels, &mut Control::default())?;
        Ok(PyLock::of(&found, &self.target.wheels).to_toml()?)
    }

    /// Resolves a request with the entries of the store alone.
    fn present(&self, request: &Request, lock: &Lock) -> Result<Resolution, PackageError> {
        let in_store = catalogue(STORE, lock.packages.iter(), |_| None)?;
        let sources: [&dyn Source; 1] = [&in_store];
        Ok(resolve(request, &sources, &self.target.wheels, &mut Control::default())?)
    }

    /// Removes all packages that no request needs.
    fn prune(&self, lock: &mut Lock) -> Result<Vec<LockedPackage>, PackageError> {
        let mut needed = BTreeSet::new();
        for request in &lock.requests {
            let wanted = Request::new(request.requirements.iter().map(String::as_str))?;
            let found = self.present(&wanted, lock)?;
            needed.extend(found.packages().iter().map(|package| (package.name.to_string(), package.version.clone())));
        }
        let is_needed = |package: &LockedPackage| needed.contains(&(normalize(&package.name), package.version()));
        let (keep, removed): (Vec<_>, Vec<_>) = std::mem::take(&mut lock.packages).into_iter().partition(is_needed);
        lock.packages = keep;
        // The lock first: a file without an entry is harmless, an entry without its file is not.
        self.write(lock)?;
        for package in &removed {
            self.discard(&package.file_name)?;
        }
        Ok(removed)
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

    /// Returns the normalized name of a package that the store has, from the name of the package or of a module in it.
    fn known(&self, lock: &Lock, name: &str) -> Result<String, PackageError> {
        if lock.of_name(name).next().is_some() {
            return Ok(normalize(name));
        }
        lock.provider(name).map(normalize).ok_or_else(|| PackageError::Unknown {
            name: name.to_owned(),
            needed_by: None,
            similar: similar(name, lock.packages.iter().map(|package| package.name.as_str())),
            place: Some(self.dir.to_string_lossy().into_owned()),
        })
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

    /// Does the same, and ends the wait when the control does.
    fn guard_within(&self, control: &mut Control<'_>) -> Result<LockFile, PackageError> {
        loop {
            if let Some(guard) = guard(&self.dir, Instant::now().checked_add(PAUSE))? {
                return Ok(guard);
            }
            control.wait()?;
        }
    }

    fn stored(&self, package: &LockedPackage, lock: &Lock) -> StoredPackage {
        let name = normalize(&package.name);
        let mut requirements = lock.requests.iter().flat_map(|request| &request.requirements);
        StoredPackage {
            name: package.name.clone(),
            version: package.version.clone(),
            bytes: fs::metadata(self.dir.join(&package.file_name)).map_or(0, |metadata| metadata.len()),
            asked: requirements.any(|text| name_of(text) == name),
            from: package.from.clone().unwrap_or_default(),
            warnings: Vec::new(),
        }
    }
}

/// Returns the normalized name in a requirement.
fn name_of(requirement: &str) -> String {
    requirement.parse().map_or_else(|_| normalize(requirement), |r: terrarium_index::Requirement| r.name().to_string())
}

fn guard(dir: &Path, deadline: Option<Instant>) -> Result<Option<LockFile>, PackageError> {
    let path = dir.join(GUARD);
    let lock = Cache::new(Some(dir)).lock(GUARD, deadline, &|| ()).map_err(|error| {
        if matches!(error, Error::Cancelled) {
            return PackageError::Cancelled { url: dir.to_string_lossy().into_owned() };
        }
        let text = error.to_string();
        let reason = text.strip_prefix(&format!("cache {}: ", path.display())).unwrap_or(&text).to_owned();
        PackageError::Store { path, reason, source: Some(error.into()) }
    })?;
    Ok(lock.map(LockFile::stay))
}

/// Removes what killed processes left in the store in a folder. A store that is being changed stays as it is.
pub(crate) fn remove_stale(dir: &Path) {
    if !dir.is_dir() {
        return;
    }
    let Ok(Some(_guard)) = guard(dir, Some(Instant::now())) else { return };
    Cache::new(Some(dir)).remove_stale();
    remove_staged(dir);
}

/// Removes folders of files that were never placed. The caller has the guard.
fn remove_staged(dir: &Path) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(STAGING) {
            let _ = fs::remove_dir_all(entry.path());
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
