//! One package of a source: known by name, opened when it is chosen.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use super::{
    PackageError, Target, Wheel,
    lock::{LockedPackage, PackageType},
    normalize,
    tags::WheelName,
};

/// A package that a source has.
pub(crate) struct Available {
    /// Normalized.
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) path: PathBuf,
    pub(crate) kind: PackageType,
    /// The address of the distribution that it was downloaded from.
    pub(crate) from: Option<String>,
    /// What a lock says of it.
    locked: Option<LockedPackage>,
    opened: Mutex<Option<Opened>>,
}

/// A package that was opened.
#[derive(Clone)]
pub(crate) struct Opened {
    pub(crate) wheel: Arc<Wheel>,
    /// Of the whole file, in hexadecimal.
    pub(crate) sha256: Arc<str>,
}

impl Available {
    pub(super) fn wheel(name: WheelName, path: PathBuf) -> Self {
        let WheelName { name, version, .. } = name;
        let (kind, opened) = (PackageType::Package, Mutex::default());
        Self { name, version, path, kind, from: None, locked: None, opened }
    }

    pub(super) fn locked(name: String, package: LockedPackage, path: PathBuf) -> Self {
        Self {
            name,
            version: package.version.clone(),
            path,
            kind: package.package_type,
            from: package.from.clone(),
            locked: Some(package),
            opened: Mutex::default(),
        }
    }

    /// Whether its file is there, or none is needed.
    pub(super) fn is_there(&self) -> bool {
        self.kind == PackageType::CpythonModule || self.path.is_file()
    }

    /// Whether the guest can load it, as far as its file's name says.
    pub(super) fn fits(&self, target: &Target) -> bool {
        self.kind != PackageType::Package || WheelName::parse(&self.path).is_none_or(|name| name.fits(target))
    }

    /// Read its directory and check its hash, once.
    ///
    /// # Errors
    /// [`PackageError`], when it is broken, does not fit, or is not the file that its lock speaks of.
    pub(crate) fn open(&self, target: &Target) -> Result<Opened, PackageError> {
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
        let value = Opened { wheel: Arc::new(wheel), sha256: found.into() };
        *opened = Some(value.clone());
        Ok(value)
    }

    /// The packages that it needs, normalized.
    ///
    /// # Errors
    /// As for [`open`](Self::open); without a lock its own metadata tell.
    pub(super) fn depends(&self, target: &Target) -> Result<Vec<String>, PackageError> {
        match &self.locked {
            Some(locked) => Ok(locked.depends.iter().map(|name| normalize(name)).collect()),
            None => self.open(target)?.wheel.requirements(target),
        }
    }

    /// The modules that it provides; none, if it is broken.
    pub(super) fn modules(&self, target: &Target) -> Vec<String> {
        match &self.locked {
            Some(locked) => locked.imports.clone(),
            None => self.open(target).map(|opened| opened.wheel.modules()).unwrap_or_default(),
        }
    }
}
