//! The way of a request's packages into the store: selected, fetched, checked and entered in the lock.

use std::{path::Path, sync::Arc};

use terrarium_index::{Algorithm, Control, Index, Request, WheelFile, WheelSummary};

use super::{
    Distribution, PackageRequest, PackageStore, StoredPackage,
    plan::{From as Origin, Planned},
    remove_staged,
    request::text,
};
use crate::package::{
    Lock, PackageError, Wheel,
    files::{copy, has_hash},
    lock::{LOCK_FILE, LockedPackage, MAX_LOCK, PackageType, StoredRequest},
    normalize,
    source::{folder_address, is_address, read_lock},
};

impl PackageStore {
    /// Resolves a request, and fetches what it needs.
    #[expect(clippy::too_many_arguments, reason = "each is a part of one step that two callers share")]
    pub(super) fn install(
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
                Err(error) => {
                    return Err(match unreachable {
                        Some(first) => first.with_alternative(&error),
                        None => error,
                    });
                }
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
            let mut warnings = found.warnings().to_vec();
            if unreachable.is_some() {
                let outdated = warnings.iter_mut().filter(|warning| warning.contains("is not the newest"));
                outdated
                    .for_each(|warning| warning.push_str("; the distribution, which cannot be reached, may have one"));
            }
            match self.fetch(planned, &warnings, requirements, request, lock, index, control) {
                // Where only the index can be reached, it may have what the distribution has.
                Err(PackageError::Download { url, reason, source })
                    if unreachable.is_none()
                        && asked.is_some()
                        && request.distribution.is_none()
                        && url.starts_with(&from.place) =>
                {
                    let error = PackageError::Download { url, reason, source };
                    tracing::warn!(%error, "the distribution cannot be reached: the index is asked for its packages");
                    from.lock = Lock::empty(&self.target);
                    unreachable = Some(error);
                }
                result => return result,
            }
        }
    }

    /// Fetches what is planned and writes the lock: all of it, or none.
    #[expect(clippy::too_many_arguments, reason = "each is a part of one step that two callers share")]
    pub(super) fn fetch(
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
                    None if self.has(lock, &file) => {}
                    entry => files.push((file, entry, from)),
                },
            }
        }
        let wheels: Vec<_> = files.iter().map(|(file, ..)| Arc::clone(file)).collect();
        if !wheels.is_empty() {
            remove_staged(&self.dir);
        }
        let summaries = index.download(&wheels, &self.dir, control)?;
        for ((file, entry, from), summary) in files.into_iter().zip(summaries) {
            let package = match entry {
                Some(package) => package,
                None => self.entry(&summary, &file.url, &from)?,
            };
            let placeholder = format!("{} has no files besides its metadata", summary.file_name);
            entries.push((package, if summary.is_placeholder { vec![placeholder] } else { Vec::new() }));
        }
        if !requirements.is_empty() {
            let stored = StoredRequest::new(requirements, request);
            lock.requests.retain(|known| *known != stored);
            lock.requests.push(stored);
        }
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

    /// Returns a distribution with its lock.
    pub(super) fn distribution(
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

    /// Whether the store has a file of an index, with the hash that the index states.
    fn has(&self, lock: &Lock, file: &WheelFile) -> bool {
        let hash = file.hashes.get(Algorithm::Sha256);
        let mut same = lock.packages.iter().filter(|package| package.file_name == file.file_name);
        same.any(|package| hash.is_some_and(|hash| hash == package.sha256) && self.is_right(package))
    }

    /// Whether the file of an entry exists.
    pub(super) fn is_there(&self, package: &LockedPackage) -> bool {
        package.package_type == PackageType::CpythonModule || self.dir.join(&package.file_name).is_file()
    }

    /// Whether the file of an entry has the hash that the entry states.
    fn is_right(&self, package: &LockedPackage) -> bool {
        package.package_type == PackageType::CpythonModule
            || has_hash(&self.dir.join(&package.file_name), &package.sha256)
    }
}

/// Returns the server of an address.
pub(super) fn address_of_server(url: &str) -> String {
    let start = url.find("://").map_or(0, |at| at + 3);
    let end = url[start..].find('/').map_or(url.len(), |at| start + at + 1);
    url[..end].to_owned()
}
