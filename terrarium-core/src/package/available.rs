//! One package of a package source: known by name, and opened when it is selected.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use terrarium_index::{Metadata, PackageName, Version, WheelName};

use super::{
    PackageError, Wheel, WheelTarget,
    lock::{LockedPackage, PackageType},
    normalize,
    target::wheel_name,
};

/// A package that a package source has.
pub(crate) struct Available {
    /// The normalized name.
    pub(crate) name: String,
    pub(crate) version: Version,
    pub(crate) path: PathBuf,
    pub(crate) kind: PackageType,
    /// The address of the distribution or the index that it was downloaded from.
    pub(crate) from: Option<String>,
    /// The package's entry in a lock.
    locked: Option<LockedPackage>,
    opened: Mutex<Option<OpenPackage>>,
}

/// A package whose wheel was opened.
#[derive(Clone)]
pub(crate) struct OpenPackage {
    pub(crate) wheel: Arc<Wheel>,
    /// The hash of the whole file, in hexadecimal.
    pub(crate) sha256: Arc<str>,
}

impl Available {
    pub(super) fn wheel(name: WheelName, path: PathBuf) -> Self {
        let WheelName { name, version, .. } = name;
        let (kind, opened) = (PackageType::Package, Mutex::default());
        Self { name: name.to_string(), version, path, kind, from: None, locked: None, opened }
    }

    pub(super) fn locked(package: LockedPackage, path: PathBuf) -> Self {
        Self {
            name: normalize(&package.name),
            version: package.version(),
            path,
            kind: package.package_type,
            from: package.from.clone(),
            locked: Some(package),
            opened: Mutex::default(),
        }
    }

    /// Whether the package's file exists, or none is needed.
    pub(super) fn is_there(&self) -> bool {
        self.kind == PackageType::CpythonModule || self.path.is_file()
    }

    /// Whether the guest can load the package, according to the name of its file.
    pub(super) fn fits(&self, target: &WheelTarget) -> bool {
        self.kind != PackageType::Package || wheel_name(&self.path).is_none_or(|name| target.fits(&name))
    }

    /// Reads the package's directory and checks its hash, once.
    ///
    /// # Errors
    /// [`PackageError`], when it is broken, does not match the target, or differs from the hash in its lock.
    pub(crate) fn open(&self, target: &WheelTarget) -> Result<OpenPackage, PackageError> {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(opened) = &*opened {
            return Ok(opened.clone());
        }
        let wheel = match self.kind {
            PackageType::SharedLibrary => Wheel::libraries(&self.path)?,
            _ => Wheel::open(&self.path, target)?,
        };
        let found = wheel.sha256()?;
        if let Some(LockedPackage { sha256: expected, .. }) = &self.locked
            && !expected.eq_ignore_ascii_case(&found)
        {
            let (path, expected) = (self.path.clone(), expected.clone());
            return Err(PackageError::Hash { path, expected, found });
        }
        let value = OpenPackage { wheel: Arc::new(wheel), sha256: found.into() };
        *opened = Some(value.clone());
        Ok(value)
    }

    /// Returns the requirements of the package.
    ///
    /// # Errors
    /// As for [`open`](Self::open); without a lock the requirements are in the package's own metadata.
    pub(super) fn metadata(&self, name: &PackageName, target: &WheelTarget) -> Result<Metadata, PackageError> {
        let Some(locked) = &self.locked else { return self.open(target)?.wheel.metadata() };
        locked.metadata(name).map_err(|error| PackageError::damaged(&self.path, error))
    }

    /// Returns the modules that the package provides, according to its lock if there is one; none, if it is broken.
    pub(super) fn listed_modules(&self, target: &WheelTarget) -> Vec<String> {
        match &self.locked {
            Some(locked) => locked.imports.clone(),
            None => self.open(target).map(|opened| opened.wheel.modules()).unwrap_or_default(),
        }
    }

    /// Returns the modules in the package's file, if its lock lists no other than the name of the package in a form that
    /// is a module's: locks have this name for packages whose modules were not examined, such as `python-docx`.
    pub(super) fn examined_modules(&self, target: &WheelTarget) -> Option<Vec<String>> {
        let [import] = self.locked.as_ref()?.imports.as_slice() else { return None };
        let is_name = import.contains('_') && normalize(import) == self.name;
        let wheel = (is_name && self.kind == PackageType::Package).then(|| Wheel::open(&self.path, target).ok())??;
        Some(wheel.modules())
    }

    /// Returns the modules that the package provides; none, if it is broken.
    pub(super) fn modules(&self, target: &WheelTarget) -> Vec<String> {
        self.examined_modules(target).unwrap_or_else(|| self.listed_modules(target))
    }
}
