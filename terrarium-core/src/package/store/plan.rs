//! The resolution of a request: from the store, the distribution and the index to files.

use std::{path::PathBuf, sync::Arc};

use terrarium_index::{
    Catalogue, Control, Hashes, Index, IndexOptions, Request, Requirement, Resolution, ScriptMetadata, Source,
    WheelFile, resolve,
};

use super::{PackageRequest, PackageStore, STORE, address, checked_file_name, request::text};
use crate::package::{
    Lock, PackageError,
    import_names::{package_of_normal, well_known},
    lock::{LockedPackage, PackageType},
    name::suggested,
    normalize,
    source::is_address,
};

/// A package that a request needs.
pub(super) enum Planned {
    /// It is in the store.
    Present(LockedPackage),
    /// A folder has it.
    Copied(LockedPackage, PathBuf),
    /// It is a part of the interpreter.
    BuiltIn(LockedPackage),
    /// A server has it. The entry of a distribution's lock is known before the file.
    Downloaded(Arc<WheelFile>, Option<LockedPackage>, String),
}

/// A distribution, with its address or folder.
pub(super) struct From {
    pub(super) place: String,
    pub(super) lock: Lock,
}

impl PackageStore {
    /// Returns the client of the indexes of a request.
    pub(super) fn index(&self, request: &PackageRequest) -> Result<Index, PackageError> {
        let mut options = IndexOptions::from_user(&self.index_cache, &self.here)?;
        if let Some(index) = &request.index {
            options.index.clone_from(index);
        }
        options.extra_indexes.extend(request.extra_indexes.iter().cloned());
        options.offline |= request.offline;
        options.keep_wheels = false;
        if let Some(head) = request.script.as_deref().map(ScriptMetadata::find).transpose()?.flatten() {
            head.check_places(&options)?;
        }
        Ok(Index::new(&options, self.target.wheels.clone())?)
    }

    /// Returns the requirements with the names of packages in place of those of modules.
    pub(super) fn by_package(requirements: Vec<Requirement>, locks: [&Lock; 2]) -> Vec<Requirement> {
        let renamed = |requirement: &Requirement| {
            let name = requirement.name().as_ref();
            if locks.iter().any(|lock| lock.of_name(name).next().is_some()) {
                return None;
            }
            // The name of a package of an index is meant where versions are stated.
            let known = || package_of_normal(name).filter(|_| requirement.specifiers().is_empty());
            let package = locks.iter().find_map(|lock| lock.provider(name)).or_else(known)?;
            let full = text(requirement);
            full.strip_prefix(name).and_then(|rest| format!("{}{rest}", normalize(package)).parse().ok())
        };
        requirements.into_iter().map(|requirement| renamed(&requirement).unwrap_or(requirement)).collect()
    }

    /// Selects the packages of a request. `present` are the packages of the store that may be used.
    ///
    /// # Errors
    /// [`PackageError::Unknown`], [`PackageError::Unsatisfiable`], and the errors of the index.
    pub(super) fn plan(
        &self,
        request: &Request,
        present: &[LockedPackage],
        from: &From,
        index: Option<&Index>,
        control: &mut Control<'_>,
    ) -> Result<(Vec<Planned>, Resolution), PackageError> {
        let found = match self.select(request, present, from, index, true, control) {
            Err(PackageError::Unknown { .. } | PackageError::Unsatisfiable { .. }) if has_extras(request) => {
                self.select(request, present, from, index, false, control)?
            }
            found => found?,
        };
        let mut planned = Vec::new();
        for package in found.packages() {
            let (name, version) = (package.name.as_ref(), package.version.to_string());
            let entry = |packages: &[LockedPackage]| {
                let is_it = |one: &&LockedPackage| normalize(&one.name) == name && one.version() == package.version;
                packages.iter().find(is_it).cloned()
            };
            let label = &*package.release.source;
            planned.push(
                if label == STORE {
                    entry(present).map(Planned::Present)
                } else if label == from.place {
                    entry(&from.lock.packages).map(|package| self.of_distribution(package, from)).transpose()?
                } else {
                    package
                        .release
                        .wheels
                        .first()
                        .map(|wheel| Planned::Downloaded(Arc::clone(wheel), None, label.to_owned()))
                }
                .ok_or_else(|| PackageError::damaged(&self.dir, format!("{name} {version} was not found again")))?,
            );
        }
        Ok((planned, found))
    }

    /// Selects versions. The lock of a distribution states no extras: with `for_extras`, packages whose extras are
    /// requested come from the index.
    fn select(
        &self,
        request: &Request,
        present: &[LockedPackage],
        from: &From,
        index: Option<&Index>,
        for_extras: bool,
        control: &mut Control<'_>,
    ) -> Result<Resolution, PackageError> {
        let lacks_extras = |package: &LockedPackage| lacks_extras(package, &request.requirements);
        let is_used = |package: &&LockedPackage| !(for_extras && index.is_some() && lacks_extras(package));
        let in_store = catalogue(STORE, present.iter().filter(is_used), |_| None)?;
        let of_distribution = catalogue_of(from, is_used)?;
        let mut sources: Vec<&dyn Source> = vec![&in_store, &of_distribution];
        sources.extend(index.map(|index| index as &dyn Source));
        resolve(request, &sources, &self.target.wheels, control).map_err(|error| unknown(error, &from.lock, &sources))
    }

    /// Returns the plan for a package of a distribution.
    pub(super) fn of_distribution(&self, mut package: LockedPackage, from: &From) -> Result<Planned, PackageError> {
        let address = address(&from.place, &package.file_name);
        let file_name = checked_file_name(&package, &from.place)?;
        let wheel = remote(&package, &file_name, &address);
        package.file_name = file_name;
        package.from = Some(from.place.clone());
        Ok(match (package.package_type, is_address(&address), wheel) {
            (PackageType::CpythonModule, ..) => Planned::BuiltIn(package),
            (_, false, _) => Planned::Copied(package, address.into()),
            (_, true, Some(wheel)) => Planned::Downloaded(Arc::new(wheel), Some(package), from.place.clone()),
            (_, true, None) => {
                let reason = format!("{} {}: no name of a file", package.name, package.file_name);
                return Err(PackageError::damaged(&from.place, reason));
            }
        })
    }
}

/// Whether a request asks for extras.
fn has_extras(request: &Request) -> bool {
    request.requirements.iter().any(|requirement| !requirement.extras().is_empty())
}

/// Returns the entry of a lock as a file of a server.
fn remote(package: &LockedPackage, file_name: &str, address: &str) -> Option<WheelFile> {
    let name = normalize(&package.name).parse().ok()?;
    let mut file = match package.package_type {
        PackageType::Package => WheelFile::new(file_name, address)?,
        PackageType::SharedLibrary => WheelFile::archive(file_name, address, &name, &package.version())?,
        PackageType::CpythonModule | PackageType::Other => return None,
    };
    let mut hashes = Hashes::default();
    // An entry without a valid hash is refused when it is fetched.
    let _ = hashes.add("sha256", &package.sha256);
    file.hashes = hashes;
    Some(file)
}

/// Whether requirements ask for extras of a package whose lock states none.
pub(super) fn lacks_extras(package: &LockedPackage, requirements: &[Requirement]) -> bool {
    let name = normalize(&package.name);
    let mut asked = requirements.iter().filter(|requirement| !requirement.extras().is_empty());
    package.requires.is_none() && asked.any(|requirement| requirement.name().as_ref() == name)
}

/// Returns the packages of a distribution as a source of the resolver.
pub(super) fn catalogue_of(from: &From, is_used: impl Fn(&&LockedPackage) -> bool) -> Result<Catalogue, PackageError> {
    catalogue(&from.place, from.lock.packages.iter().filter(is_used), |package| {
        let file_name = checked_file_name(package, &from.place).ok()?;
        remote(package, &file_name, &address(&from.place, &package.file_name))
    })
}

/// Returns the entries of a lock as a source of the resolver.
pub(super) fn catalogue<'l>(
    label: &str,
    packages: impl Iterator<Item = &'l LockedPackage>,
    wheel: impl Fn(&LockedPackage) -> Option<WheelFile>,
) -> Result<Catalogue, PackageError> {
    let mut catalogue = Catalogue::new(label);
    for package in packages.filter(|package| package.package_type != PackageType::Other) {
        // Entries of strange names cannot be asked for.
        let Ok(name) = normalize(&package.name).parse() else { continue };
        let metadata = package.metadata(&name).map_err(|error| PackageError::damaged(label, error))?;
        catalogue.add_metadata(metadata, wheel(package));
    }
    Ok(catalogue)
}

/// Returns the error of a resolution; a package that is unknown is named with similar ones of the distribution.
fn unknown<'l>(error: terrarium_index::Error, lock: &'l Lock, sources: &[&dyn Source]) -> PackageError {
    let terrarium_index::Error::NoSolution { unknown, .. } = &error else { return error.into() };
    let [(name, needed_by)] = unknown.as_slice() else { return error.into() };
    let packages = lock.packages.iter().map(|package| package.name.as_str());
    // The index has no list of its names that could be asked for, so the well-known ones stand in for it.
    let packages = packages.chain(well_known().map(|(_, package)| package));
    let of_lock =
        |package: &'l LockedPackage| package.imports.iter().map(|module| (module.as_str(), package.name.as_str()));
    let modules = lock.packages.iter().flat_map(of_lock);
    let similar = suggested(name, packages, modules.chain(well_known()));
    let places: Vec<&str> = sources.iter().map(|source| source.label()).filter(|label| *label != STORE).collect();
    let (name, needed_by, place) = (name.clone(), needed_by.clone(), Some(places.join(" and ")));
    PackageError::Unknown { name, needed_by, similar, place }
}
