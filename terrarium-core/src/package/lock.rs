//! `pyodide-lock.json`: the packages of a distribution, with hashes and dependencies.

use std::{collections::BTreeMap, path::Path};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    PackageError, WheelTarget,
    name::{normalize, similar},
};

/// The file's name in a distribution's folder.
pub(crate) const LOCK_FILE: &str = "pyodide-lock.json";
/// The largest lock that is read. The lock of the whole distribution has 120 kB.
pub(super) const MAX_LOCK: u64 = 8 << 20;

/// A lock.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Lock {
    pub(super) info: Info,
    pub(super) packages: BTreeMap<String, LockedPackage>,
}

/// The target of the packages.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Info {
    pub(super) abi_version: String,
    pub(super) python: String,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// One package of a lock.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct LockedPackage {
    pub(super) name: String,
    pub(super) version: String,
    /// A path relative to the lock, or an address.
    pub(super) file_name: String,
    /// The hash of the file, in hexadecimal.
    pub(super) sha256: String,
    #[serde(default)]
    pub(super) depends: Vec<String>,
    /// The modules that the package provides.
    #[serde(default)]
    pub(super) imports: Vec<String>,
    #[serde(default)]
    pub(super) package_type: PackageType,
    /// The distribution of the download; present only in the lock of a package store.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) from: Option<String>,
    /// Whether the user requested the package by name; present only in the lock of a package store.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) asked: Option<bool>,
    /// Other members, kept unchanged.
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// The file type of a package.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PackageType {
    /// A wheel.
    #[default]
    Package,
    /// A zip archive of libraries that compiled packages are linked with.
    SharedLibrary,
    /// A part of the interpreter: there is nothing to mount.
    CpythonModule,
    /// A type that is unknown to this version.
    #[serde(other)]
    Other,
}

impl Lock {
    /// Parses a lock's text; errors name `path`.
    ///
    /// # Errors
    /// [`PackageError::Damaged`] for a text that is not a lock, or a lock for another guest.
    pub(crate) fn parse(text: &[u8], path: &Path, target: &WheelTarget) -> Result<Self, PackageError> {
        let lock: Self = serde_json::from_slice(text).map_err(|error| PackageError::Damaged {
            path: path.to_owned(),
            reason: format!("no valid lock: {error}"),
            source: Some(error.into()),
        })?;
        let mut python = lock.info.python.split('.').map(str::parse::<u32>);
        let python = python.next().zip(python.next());
        if !matches!(python, Some((Ok(major), Ok(minor))) if (major, minor) == target.python)
            || lock.info.abi_version != target.abi
        {
            let reason = format!(
                "the lock is for Python {} with the binary interface {}; this is Python {} with {}",
                lock.info.python, lock.info.abi_version, target.full, target.abi
            );
            return Err(PackageError::damaged(path, reason));
        }
        let packages = lock.packages.into_values().map(|package| (normalize(&package.name), package)).collect();
        Ok(Self { info: lock.info, packages })
    }

    /// Returns a lock without packages.
    pub(super) fn empty(target: &WheelTarget) -> Self {
        let info = Info { abi_version: target.abi.clone(), python: target.full.clone(), rest: Map::new() };
        Self { info, packages: BTreeMap::new() }
    }

    /// Returns the normalized name of the package for `wanted`, the name of the package or of a module in it.
    ///
    /// # Errors
    /// [`PackageError::Unknown`].
    pub(super) fn find(&self, wanted: &str, needed_by: Option<&str>) -> Result<&str, PackageError> {
        let by_name = self.packages.get_key_value(&normalize(wanted));
        let by_module = || self.packages.get_key_value(&normalize(self.provider(wanted)?));
        by_name.or_else(by_module).map(|(name, _)| name.as_str()).ok_or_else(|| PackageError::Unknown {
            name: wanted.to_owned(),
            needed_by: needed_by.map(str::to_owned),
            similar: similar(wanted, self.packages.keys().map(String::as_str)),
            place: None,
        })
    }

    /// Returns the normalized names of packages and of all their dependencies.
    ///
    /// # Errors
    /// [`PackageError::Unknown`], with the package that requires it.
    pub(super) fn closure(&self, wanted: &[String]) -> Result<Vec<String>, PackageError> {
        let mut open: Vec<(&str, Option<&str>)> = wanted.iter().map(|name| (name.as_str(), None)).collect();
        let mut found = Vec::new();
        while let Some((name, needed_by)) = open.pop() {
            let name = self.find(name, needed_by)?;
            if found.iter().any(|known| known == name) {
                continue;
            }
            found.push(name.to_owned());
            let depends = self.packages.get(name).map(|package| package.depends.as_slice()).unwrap_or_default();
            open.extend(depends.iter().map(|needed| (needed.as_str(), Some(name))));
        }
        Ok(found)
    }

    /// Returns the name of the package that provides a module.
    pub(crate) fn provider(&self, module: &str) -> Option<&str> {
        let top = module.split('.').next()?;
        let provides = |package: &&LockedPackage| {
            package.package_type == PackageType::Package && package.imports.iter().any(|import| import == top)
        };
        self.packages.values().find(provides).map(|package| package.name.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::tags::target;

    fn parse(text: &str) -> Result<Lock, PackageError> {
        Lock::parse(text.as_bytes(), Path::new("d/pyodide-lock.json"), &target())
    }

    #[test]
    fn packages_are_found_by_their_normal_names() {
        let lock = parse(
            r#"{"info": {"abi_version": "2026_0", "arch": "wasm32", "python": "3.14.0"}, "packages": {
            "ruamel-yaml": {"name": "ruamel.yaml", "version": "1", "file_name": "r.whl", "sha256": "00",
                            "imports": ["ruamel"], "install_dir": "site"},
            "old": {"name": "old", "version": "1", "file_name": "o.whl", "sha256": "", "package_type": "strange"}}}"#,
        )
        .unwrap();
        assert_eq!(lock.packages["ruamel-yaml"].package_type, PackageType::Package);
        assert_eq!(lock.packages["old"].package_type, PackageType::Other);
        assert_eq!(lock.provider("ruamel.yaml"), Some("ruamel.yaml"));
        assert_eq!(lock.provider("yaml"), None);
        let again = serde_json::to_value(&lock).unwrap();
        assert_eq!(again["info"]["arch"], "wasm32");
        assert_eq!(again["packages"]["ruamel-yaml"]["install_dir"], "site");
    }

    #[test]
    fn a_lock_for_another_guest_is_refused() {
        for info in
            [r#"{"abi_version": "2025_0", "python": "3.14.2"}"#, r#"{"abi_version": "2026_0", "python": "3.13"}"#]
        {
            let error = parse(&format!(r#"{{"info": {info}, "packages": {{}}}}"#)).unwrap_err().to_string();
            assert!(error.contains("d/pyodide-lock.json: the lock is for Python 3.1"), "{error}");
        }
    }

    #[test]
    fn what_is_no_lock_is_refused() {
        for text in ["", "[]", "{}", r#"{"info": {}, "packages": {}}"#] {
            assert!(parse(text).unwrap_err().to_string().contains("no valid lock"), "{text}");
        }
    }
}
