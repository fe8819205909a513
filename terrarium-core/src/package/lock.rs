//! `pyodide-lock.json`: the packages of a distribution, with hashes and dependencies. The package store has such a lock,
//! too, in which a name may have several versions.

use std::{cmp::Reverse, collections::BTreeMap, path::Path};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use terrarium_index::{Hashes, Metadata, PackageName, Version, WheelFile};

use super::{PackageError, PackageRequest, WheelTarget, normalize};

/// The file's name in a distribution's folder.
pub(crate) const LOCK_FILE: &str = "pyodide-lock.json";
/// The largest lock that is read. The lock of the whole distribution has 120 kB.
pub(super) const MAX_LOCK: u64 = 8 << 20;

/// A lock.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Lock {
    pub(super) info: Info,
    /// The packages, by name; the newest version of a name first.
    #[serde(with = "entries")]
    pub(super) packages: Vec<LockedPackage>,
    /// The requirements of each request of a user, which were resolved together; present only in the lock of a package
    /// store.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) requests: Vec<StoredRequest>,
}

/// A request of a user, and the places that it may come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredRequest {
    pub(super) requirements: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    distribution: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    index: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    extra_indexes: Vec<String>,
    #[serde(default)]
    prereleases: bool,
}

impl StoredRequest {
    /// Returns the request without passwords.
    pub(super) fn new(requirements: Vec<String>, request: &PackageRequest) -> Self {
        let PackageRequest { distribution, index, extra_indexes, prereleases, .. } = request.clone();
        let index = index.map(|address| without_password(&address));
        let extra_indexes = extra_indexes.iter().map(|address| without_password(address)).collect();
        Self { requirements, distribution, index, extra_indexes, prereleases }
    }

    /// Returns the request without its requirements.
    pub(super) fn request(&self) -> PackageRequest {
        let Self { distribution, index, extra_indexes, prereleases, .. } = self.clone();
        let mut request = PackageRequest::default();
        (request.distribution, request.index) = (distribution, index);
        (request.extra_indexes, request.prereleases) = (extra_indexes, prereleases);
        request
    }
}

/// Returns an address without the name and the password in it.
fn without_password(address: &str) -> String {
    match address.split_once("://").map(|(scheme, rest)| (scheme, rest.split_once('/').unwrap_or((rest, "")))) {
        Some((scheme, (host, path))) => format!("{scheme}://{}/{path}", host.rsplit('@').next().unwrap_or(host)),
        None => address.to_owned(),
    }
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
    /// The names of the packages that it requires.
    #[serde(default)]
    pub(super) depends: Vec<String>,
    /// The modules that the package provides.
    #[serde(default)]
    pub(super) imports: Vec<String>,
    #[serde(default)]
    pub(super) package_type: PackageType,
    /// The distribution or the index of the download; present only in the lock of a package store, as are the next three.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) from: Option<String>,
    /// The address of the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) url: Option<String>,
    /// The requirements of a package of an index, with versions and markers. They count in place of `depends`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) requires: Option<Vec<String>>,
    /// The extras of a package of an index.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) extras: Vec<String>,
    /// Other members, kept unchanged.
    #[serde(flatten)]
    pub(super) rest: Map<String, Value>,
}

impl LockedPackage {
    /// Returns the version; 0 for a text that is none.
    pub(super) fn version(&self) -> Version {
        self.version.parse().unwrap_or_else(|_| Version::new([0]))
    }

    /// Returns the wheel with its address; `None` for another kind of file, or without an address.
    pub(super) fn wheel_file(&self) -> Option<WheelFile> {
        let file_name = self.file_name.rsplit('/').next()?;
        let beside = || Some(format!("{}/{file_name}", self.from.as_deref()?.trim_end_matches('/')));
        let url = self.url.clone().or_else(beside).filter(|url| url.contains("://"))?;
        let mut file = WheelFile::new(file_name, &url)?;
        let mut hashes = Hashes::default();
        hashes.add("sha256", &self.sha256).ok()?;
        file.hashes = hashes;
        Some(file)
    }

    /// Returns what a resolution needs.
    ///
    /// # Errors
    /// A requirement that cannot be read.
    pub(super) fn metadata(&self, name: &PackageName) -> Result<Metadata, terrarium_index::Error> {
        let mut metadata = Metadata::new(name.clone(), self.version());
        let depends = || self.depends.iter().map(|name| normalize(name)).collect();
        let requires = self.requires.clone().unwrap_or_else(depends);
        metadata.requires = requires.iter().map(|text| text.parse()).collect::<Result<_, _>>()?;
        metadata.extras = self.extras.iter().filter_map(|extra| extra.parse().ok()).collect();
        Ok(metadata)
    }
}

/// The packages as a map whose keys are names, followed by the version where a name has several.
mod entries {
    use serde::{Deserialize as _, Deserializer, Serializer};

    use super::{BTreeMap, LockedPackage, normalize};

    pub(super) fn serialize<S: Serializer>(packages: &[LockedPackage], serializer: S) -> Result<S::Ok, S::Error> {
        let mut entries = BTreeMap::new();
        for package in packages {
            let name = normalize(&package.name);
            let key = if entries.contains_key(&name) { format!("{name}=={}", package.version) } else { name };
            entries.insert(key, package);
        }
        serializer.collect_map(entries)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<LockedPackage>, D::Error> {
        let entries = BTreeMap::<String, LockedPackage>::deserialize(deserializer)?;
        Ok(entries.into_values().collect())
    }
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
        let mut lock: Self = serde_json::from_slice(text).map_err(|error| PackageError::Damaged {
            path: path.to_owned(),
            reason: format!("no valid lock: {error}"),
            source: Some(error.into()),
        })?;
        let minor = |version: &str| {
            let mut numbers = version.split('.').map(str::parse::<u64>);
            numbers.next().zip(numbers.next()).and_then(|(major, minor)| Some([major.ok()?, minor.ok()?]))
        };
        let python = target.wheels.python();
        if minor(&lock.info.python).is_none_or(|found| !python.release().starts_with(&found))
            || lock.info.abi_version != target.abi
        {
            let reason = format!(
                "the lock is for Python {} with the binary interface {}; this is Python {python} with {}",
                lock.info.python, lock.info.abi_version, target.abi
            );
            return Err(PackageError::damaged(path, reason));
        }
        lock.sort();
        Ok(lock)
    }

    /// Returns a lock without packages.
    pub(super) fn empty(target: &WheelTarget) -> Self {
        let python = target.wheels.python().to_string();
        let info = Info { abi_version: target.abi.clone(), python, rest: Map::new() };
        Self { info, packages: Vec::new(), requests: Vec::new() }
    }

    /// Adds packages; each replaces one of the same file.
    pub(super) fn add(&mut self, packages: Vec<LockedPackage>) {
        self.packages.retain(|known| packages.iter().all(|new| new.file_name != known.file_name));
        self.packages.extend(packages);
        self.sort();
    }

    fn sort(&mut self) {
        self.packages.sort_by_cached_key(|package| (normalize(&package.name), Reverse(package.version())));
    }

    /// Returns the packages of a name in any spelling, the newest first.
    pub(super) fn of_name<'l>(&'l self, name: &str) -> impl Iterator<Item = &'l LockedPackage> + use<'l> {
        let name = normalize(name);
        self.packages.iter().filter(move |package| normalize(&package.name) == name)
    }

    /// Returns the name of the package that provides a module.
    pub(crate) fn provider(&self, module: &str) -> Option<&str> {
        let top = module.split('.').next()?;
        let provides = |package: &&LockedPackage| {
            package.package_type == PackageType::Package && package.imports.iter().any(|import| import == top)
        };
        self.packages.iter().find(provides).map(|package| package.name.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::target::target;

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
        assert_eq!(lock.of_name("Ruamel_YAML").next().unwrap().package_type, PackageType::Package);
        assert_eq!(lock.of_name("old").next().unwrap().package_type, PackageType::Other);
        assert_eq!(lock.provider("ruamel.yaml"), Some("ruamel.yaml"));
        assert_eq!(lock.provider("yaml"), None);
        let again = serde_json::to_value(&lock).unwrap();
        assert_eq!(again["info"]["arch"], "wasm32");
        assert_eq!(again["packages"]["ruamel-yaml"]["install_dir"], "site");
    }

    #[test]
    fn a_name_may_have_several_versions() {
        let package = |version: &str| LockedPackage {
            name: "x".to_owned(),
            version: version.to_owned(),
            file_name: format!("x-{version}-py3-none-any.whl"),
            sha256: String::new(),
            depends: Vec::new(),
            imports: Vec::new(),
            package_type: PackageType::Package,
            from: None,
            url: None,
            requires: Some(vec!["y>=1; sys_platform == 'emscripten'".to_owned()]),
            extras: vec!["all".to_owned()],
            rest: Map::new(),
        };
        let mut lock = Lock::empty(&target());
        lock.add(vec![package("1.9"), package("1.10"), package("1.9")]);
        let text = serde_json::to_vec(&lock).unwrap();
        let read = Lock::parse(&text, Path::new("lock"), &target()).unwrap();
        let versions: Vec<&str> = read.of_name("X").map(|package| package.version.as_str()).collect();
        assert_eq!(versions, ["1.10", "1.9"]);
        let metadata = read.packages[0].metadata(&"x".parse().unwrap()).unwrap();
        assert_eq!((metadata.requires.len(), metadata.extras.len()), (1, 1));
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
