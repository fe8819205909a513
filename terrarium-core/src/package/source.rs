//! Package sources: files, folders, distributions with a lock, the package store. The content of an entry determines
//! its kind.

use std::{
    fs,
    io::Read as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    Lock, PackageError, WheelTarget,
    available::Available,
    error::PackageContext,
    lock::{LOCK_FILE, MAX_LOCK, PackageType},
    site::{DIST_INFO, SiteFolder},
    target::wheel_name,
};
use crate::sys::regular_file;

/// One entry of `packages_from`.
pub(crate) enum PackageSource {
    /// Packages to choose from. Of several with the same name, the first that matches the target is used.
    Choice(Vec<Arc<Available>>),
    /// Packages that are mounted as a whole.
    Site(Arc<SiteFolder>),
}

impl PackageSource {
    /// Opens an entry. `store` is the package store, which is searched for addresses, since nothing is downloaded here.
    ///
    /// # Errors
    /// [`PackageError`] for an entry that does not exist, cannot be read, or contains no packages.
    pub(crate) fn open(entry: &str, store: &Path, target: &WheelTarget) -> Result<Self, PackageError> {
        if is_address(entry) {
            return downloaded(entry, store, target);
        }
        let unusable = |reason: &str| unusable(entry, reason);
        let path = Path::new(entry);
        let metadata = fs::metadata(path).or_source(entry)?;
        if metadata.is_dir() {
            let found = folder(path, target).or_source(entry)?;
            let none = format!("the folder holds neither wheels, nor {LOCK_FILE}, nor folders *{DIST_INFO}");
            return found.ok_or_else(|| unusable(&none))?;
        }
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("whl") => Ok(Self::Choice(vec![Arc::new(wheel(path.to_owned())?)])),
            Some("json") => distribution(path, target),
            _ => Err(unusable("it is neither a wheel, nor a lock, nor a folder")),
        }
    }

    /// Opens the package store, which may be absent.
    ///
    /// # Errors
    /// [`PackageError::Damaged`] for a package store that is broken.
    pub(crate) fn store(store: &Path, target: &WheelTarget) -> Result<Self, PackageError> {
        let lock = store.join(LOCK_FILE);
        match lock.exists() {
            true => distribution(&lock, target),
            false => Ok(Self::Choice(Vec::new())),
        }
    }
}

/// Whether an entry is the address of a distribution.
pub(super) fn is_address(entry: &str) -> bool {
    entry.starts_with("https://") || entry.starts_with("http://")
}

/// Returns the address of a distribution's folder, without a `/` at its end.
pub(super) fn folder_address(entry: &str) -> &str {
    entry.trim_end_matches(LOCK_FILE).trim_end_matches('/')
}

/// Returns the error of an entry that cannot be used, without a source.
fn unusable(entry: &str, reason: &str) -> PackageError {
    PackageError::Source { entry: entry.to_owned(), reason: reason.to_owned(), source: None }
}

/// Returns the packages of a package store that were downloaded from an address.
fn downloaded(entry: &str, store: &Path, target: &WheelTarget) -> Result<PackageSource, PackageError> {
    let wanted = folder_address(entry);
    let PackageSource::Choice(mut packages) = PackageSource::store(store, target)? else {
        return Ok(PackageSource::Choice(Vec::new()));
    };
    packages.retain(|package| package.from.as_deref() == Some(wanted));
    if packages.is_empty() {
        return Err(unusable(entry, "no package of the package store was downloaded from there"));
    }
    Ok(PackageSource::Choice(packages))
}

/// Opens a folder according to its content; `None` if it contains no packages.
fn folder(path: &Path, target: &WheelTarget) -> std::io::Result<Option<Result<PackageSource, PackageError>>> {
    let lock = path.join(LOCK_FILE);
    if lock.exists() {
        return Ok(Some(distribution(&lock, target)));
    }
    let mut wheels = Vec::new();
    let mut is_site = false;
    for entry in fs::read_dir(path)? {
        let found = entry?.path();
        let name = found.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        is_site |= name.ends_with(DIST_INFO);
        if name.ends_with(".whl") && found.is_file() {
            wheels.push(found);
        }
    }
    if is_site {
        return Ok(Some(SiteFolder::open(path, target).map(|site| PackageSource::Site(Arc::new(site)))));
    }
    Ok((!wheels.is_empty()).then(|| choice(wheels, target)))
}

/// Orders wheels, the best of each name first: matching ones before others, then by version.
fn choice(wheels: Vec<PathBuf>, target: &WheelTarget) -> Result<PackageSource, PackageError> {
    let mut packages = wheels.into_iter().map(wheel).collect::<Result<Vec<_>, _>>()?;
    packages.sort_by_cached_key(|package| {
        // The best build of a version comes first.
        let rank = wheel_name(&package.path).and_then(|name| Some((target.wheels.rank(&name)?, name.build)));
        std::cmp::Reverse((rank.is_some(), package.version.clone(), rank, package.path.clone()))
    });
    Ok(PackageSource::Choice(packages.into_iter().map(Arc::new).collect()))
}

fn wheel(path: PathBuf) -> Result<Available, PackageError> {
    let name = wheel_name(&path)
        .ok_or_else(|| PackageError::damaged(&path, "its name is not NAME-VERSION-PYTHON-ABI-PLATFORM.whl"))?;
    Ok(Available::wheel(name, path))
}

/// Opens the packages of a lock whose files are beside it.
fn distribution(lock: &Path, target: &WheelTarget) -> Result<PackageSource, PackageError> {
    let parsed = read_lock(lock, target)?;
    let folder = lock.parent().unwrap_or(Path::new(""));
    let packages = parsed.packages.into_iter().filter(|package| package.package_type != PackageType::Other);
    let packages = packages.map(|package| {
        // For a file elsewhere, a copy beside the lock is used.
        let file = package.file_name.rsplit('/').next().unwrap_or(&package.file_name);
        let path = folder.join(file);
        Arc::new(Available::locked(package, path))
    });
    Ok(PackageSource::Choice(packages.collect()))
}

/// Reads a lock from a file.
///
/// # Errors
/// [`PackageError::Damaged`].
pub(super) fn read_lock(path: &Path, target: &WheelTarget) -> Result<Lock, PackageError> {
    let mut text = Vec::new();
    let file = regular_file::open(path).or_damaged(path)?.0;
    file.take(MAX_LOCK + 1).read_to_end(&mut text).or_damaged(path)?;
    if text.len() as u64 > MAX_LOCK {
        return Err(PackageError::damaged(path, format!("the lock has more than {MAX_LOCK} bytes")));
    }
    Lock::parse(&text, path, target)
}
