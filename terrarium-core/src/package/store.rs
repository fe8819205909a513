//! The package store: the folder of downloaded packages, with their lock.
//!
//! The package store is a distribution, a folder with a lock, so that a sandbox reads it like any other. Only
//! [`PackageStore::add`] and [`PackageStore::update`] use the network.

mod plan;
mod request;

pub use request::PackageRequest;

use std::{
    collections::BTreeSet,
    fs, io,
    ops::ControlFlow,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};
use terrarium_index::{Control, Index, Progress, PyLock, Request, Resolution, Source, Surroundings, WheelSummary, resolve};

use super::{
    Lock, PackageError, Wheel, WheelTarget,
    error::PackageContext,
    files::{copy, has_hash},
    lock::{LOCK_FILE, LockedPackage, MAX_LOCK, PackageType, StoredRequest},
    name::similar,
    normalize,
    set_locks::SetLocks,
    source::{folder_address, is_address, read_lock},
};
use crate::cache::{Cache, LockFile, write_whole};
use plan::{From as Origin, Planned, catalogue};
use request::text;

/// The file whose lock the present user of the store holds.
const GUARD: &str = ".guard";
/// The label of the packages of the store in messages.
pub(super) const STORE: &str = "the package store";
/// The age at which an unfinished download is no longer continued.
const GIVEN_UP: Duration = Duration::from_secs(24 * 3600);

/// The progress of a call that adds packages.
///
/// ```
/// fn show(progress: terrarium_core::DownloadProgress<'_>) {
///     eprintln!("{}: {} bytes", progress.file_name, progress.done);
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DownloadProgress<'a> {
    /// The name of the file; the name of a package while versions are selected, before any file is downloaded.
    pub file_name: &'a str,
    /// The bytes that have arrived, including those of an earlier attempt.
    pub done: u64,
    /// The size of the file in bytes, as far as it is known.
    pub total: Option<u64>,
    /// The bytes of all files of the call that have arrived.
    pub all_done: u64,
    /// The size of all files of the call, as far as it is known.
    pub all_total: Option<u64>,
}

/// The callback for the progress; a break stops the call.
type OnProgress<'a> = &'a mut dyn FnMut(DownloadProgress<'_>) -> ControlFlow<()>;

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
    /// What deserves attention about the package, such as a version that its authors withdrew. Only
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
        let _guard = self.guard()?;
        let mut request = request.clone();
        let mut lock = self.lock()?;
        let mut control = control(progress);
        if let Some(wheels) = request.locked(&self.target)? {
            let index = self.index(&request)?;
            let pins = wheels.iter().map(|file| format!("{}=={}", file.name.name, file.name.version)).collect();
            let planned = wheels.into_iter().map(|file| {
                let from = address_of_server(&file.url);
                Planned::Downloaded(file.into(), None, from)
            });
            return self.fetch(planned.collect(), &[], pins, &request, &mut lock, &index, &mut control);
        }
        let mut wanted = request.read(&self.here)?;
        let index = self.index(&request)?;
        let from = self.distribution(request.distribution.as_deref(), &index, &mut control)?;
        wanted.requirements = Self::by_package(wanted.requirements, [&from.lock, &lock]);
        let present = lock.packages.iter().filter(|package| self.is_there(package)).cloned().collect();
        self.install(&wanted, present, from, &request, &mut lock, &index, &mut control)
    }

    /// Resolves a request, and fetches what it needs.
    #[expect(clippy::too_many_arguments, reason = "each is a part of one step that two callers share")]
    fn install(
        &self,
        wanted: &Request,
        mut present: Vec<LockedPackage>,
        mut from: Origin,
        request: &PackageRequest,
        lock: &mut Lock,
        index: &Index,
        control: &mut Control<'_>,
    ) -> Result<Vec<StoredPackage>, PackageError> {
        let asked = request.uses_index().then_some(index);
        let mut unreachable: Option<PackageError> = None;
        loop {
            let (planned, found) = match self.plan(wanted, &present, &from, asked, control) {
                Ok(planned) => planned,
                Err(error) => return Err(unreachable.unwrap_or(error)),
            };
            // A file that was damaged is fetched again.
            let damaged = planned.iter().find_map(|planned| match planned {
                Planned::Present(package) if !self.is_right(package) => Some(package.file_name.clone()),
                _ => None,
            });
            if let Some(file_name) = damaged {
                present.retain(|package| package.file_name != file_name);
                continue;
            }
            let requirements = wanted.requirements.iter().map(text).collect();
            match self.fetch(planned, found.warnings(), requirements, request, lock, index, control) {
                // Where only the index can be reached, it may have what the distribution has.
                Err(error @ PackageError::Download { .. })
                    if unreachable.is_none() && asked.is_some() && request.distribution.is_none() =>
                {
                    tracing::warn!(%error, "the distribution cannot be reached: the index is asked for its packages");
                    from.lock = Lock::empty(&self.target);
                    unreachable = Some(error);
                }
                result => return result,
            }
        }
    }

    /// Updates packages (without names: all) to the newest versions that fulfil what was requested, and returns the
    /// packages that changed.
    ///
    /// # Errors
    /// As for [`add`](Self::add); [`PackageError::Unknown`] for a name that is not in the store.
    pub fn update(&self, names: &[String], progress: OnProgress<'_>) -> Result<Vec<StoredPackage>, PackageError> {
        let _guard = self.guard()?;
        let mut lock = self.lock()?;
        for name in names {
            self.known(&lock, name)?;
        }
        let mut control = control(progress);
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
                let requires = |package: &&terrarium_index::Resolved| {
                    package.requires.iter().any(|other| other.as_ref() == name)
                };
                let user = found.packages().iter().find(requires).map_or("", |package| package.name.as_ref());
                let reason = format!("package {name:?} stays, {user:?} needs it: remove that too");
                return Err(PackageError::Store { path: self.dir.clone(), reason, source: None });
            }
        }
        let removed = self.prune(&mut lock)?;
        Ok(removed.iter().map(|package| self.stored(package, &before)).collect())
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

    /// Fetches what is planned and writes the lock: all of it, or none.
    #[expect(clippy::too_many_arguments, reason = "each is a part of one step that two callers share")]
    fn fetch(
        &self,
        planned: Vec<Planned>,
        warnings: &[String],
        requirements: Vec<String>,
        request: &PackageRequest,
        lock: &mut Lock,
        index: &Index,
        control: &mut Control<'_>,
    ) -> Result<Vec<StoredPackage>, PackageError> {
        let (mut entries, mut files) = (Vec::new(), Vec::new());
        for planned in planned {
            match planned {
                Planned::Present(_) => {}
                Planned::BuiltIn(package) => entries.push((package, Vec::new())),
                Planned::Copied(package, path) => {
                    let place = self.dir.join(&package.file_name);
                    if !has_hash(&place, &package.sha256) {
                        copy(&path, &place, &package.sha256)?;
                    }
                    entries.push((package, Vec::new()));
                }
                Planned::Downloaded(file, entry, from) => match entry {
                    Some(package) if self.is_right(&package) => entries.push((package, Vec::new())),
                    entry => files.push((file, entry, from)),
                },
            }
        }
        let wheels: Vec<_> = files.iter().map(|(file, ..)| std::sync::Arc::clone(file)).collect();
        let summaries = index.download(&wheels, &self.dir, control)?;
        for ((file, entry, from), summary) in files.into_iter().zip(summaries) {
            let package = match entry {
                Some(package) => package,
                None => self.entry(&summary, &file.url, &from)?,
            };
            let placeholder = format!("{} has no files besides its metadata", summary.file_name);
            entries.push((package, if summary.is_placeholder { vec![placeholder] } else { Vec::new() }));
        }
        let stored = StoredRequest::new(requirements, request);
        lock.requests.retain(|known| *known != stored);
        lock.requests.push(stored);
        let is_known = |package: &LockedPackage| {
            lock.packages.iter().any(|known| known.file_name == package.file_name && known.sha256 == package.sha256)
        };
        let new: Vec<_> = entries.iter().filter(|(package, _)| !is_known(package)).cloned().collect();
        lock.add(entries.into_iter().map(|(package, _)| package).collect());
        self.write(lock)?;
        let told = |(package, notes): (LockedPackage, Vec<String>)| {
            let start = format!("{} {} ", normalize(&package.name), package.version);
            let own = warnings.iter().filter(|warning| warning.starts_with(&start)).cloned();
            let warnings = notes.into_iter().chain(own).collect();
            StoredPackage { warnings, ..self.stored(&package, lock) }
        };
        Ok(new.into_iter().map(told).collect())
    }

    /// Returns the entry of a wheel of an index that has arrived.
    fn entry(&self, summary: &WheelSummary, url: &str, from: &str) -> Result<LockedPackage, PackageError> {
        let wheel = Wheel::open(&self.dir.join(&summary.file_name), &self.target)?;
        let metadata = wheel.metadata()?;
        Ok(LockedPackage {
            name: metadata.name.to_string(),
            version: metadata.version.to_string(),
            file_name: summary.file_name.clone(),
            sha256: summary.sha256.clone(),
            depends: Vec::new(),
            imports: wheel.modules(),
            package_type: PackageType::Package,
            from: Some(from.to_owned()),
            url: Some(url.to_owned()),
            requires: Some(metadata.requires.iter().map(text).collect()),
            extras: metadata.extras.iter().map(ToString::to_string).collect(),
            rest: serde_json::Map::new(),
        })
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

    /// Returns a distribution with its lock.
    fn distribution(
        &self,
        from: Option<&str>,
        index: &Index,
        control: &mut Control<'_>,
    ) -> Result<Origin, PackageError> {
        let Some(from) = from.filter(|from| *from != self.distribution.url) else {
            let Distribution { url, lock } = &self.distribution;
            let lock = Lock::parse(lock, Path::new(LOCK_FILE), &self.target)?;
            return Ok(Origin { place: url.clone(), lock });
        };
        if is_address(from) {
            let folder = folder_address(from);
            let url = format!("{folder}/{LOCK_FILE}");
            let lock = Lock::parse(&index.get(&url, MAX_LOCK, control)?, Path::new(&url), &self.target)?;
            return Ok(Origin { place: folder.to_owned(), lock });
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
        Ok(Origin { place: folder.to_string_lossy().into_owned(), lock })
    }

    /// Whether the file of an entry exists.
    fn is_there(&self, package: &LockedPackage) -> bool {
        package.package_type == PackageType::CpythonModule || self.dir.join(&package.file_name).is_file()
    }

    /// Whether the file of an entry has the hash that the entry states.
    fn is_right(&self, package: &LockedPackage) -> bool {
        package.package_type == PackageType::CpythonModule
            || has_hash(&self.dir.join(&package.file_name), &package.sha256)
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

/// Returns the control of a call with the caller's callback.
fn control(progress: OnProgress<'_>) -> Control<'_> {
    Control::new(terrarium_index::Cancel::default(), move |event| match event {
        Progress::Downloading { file_name, done, total, all_done, all_total, .. } => {
            progress(DownloadProgress { file_name, done, total, all_done, all_total })
        }
        Progress::Examined { name, .. } => {
            progress(DownloadProgress { file_name: name, done: 0, total: None, all_done: 0, all_total: None })
        }
        _ => ControlFlow::Continue(()),
    })
}

/// Returns the server of an address.
fn address_of_server(url: &str) -> String {
    let start = url.find("://").map_or(0, |at| at + 3);
    let end = url[start..].find('/').map_or(url.len(), |at| start + at + 1);
    url[..end].to_owned()
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
