//! The content of a lock.

use pep440_rs::{Version, VersionSpecifiers};
use pep508_rs::PackageName;

use crate::{Hashes, Resolution, Target, WheelFile};

/// The content of `pylock.toml` (PEP 751), as far as wheels are concerned.
///
/// ```
/// use terrarium_index::{PyLock, Target};
///
/// let text = "lock-version = '1.0'\ncreated-by = 'hand'\n[[packages]]\nname = 'six'\nversion = '1.17.0'\n\
///     [[packages.wheels]]\nurl = 'https://example.com/six-1.17.0-py2.py3-none-any.whl'\n\
///     hashes = {sha256 = '4721f391ed90541fddacab5acf947aa0d3dc7d27b2e1e8eda2be8970586c3274'}\n";
/// let lock = PyLock::parse(text, "pylock.toml".as_ref())?;
/// let target = Target::new("3.14.2", "pyemscripten_2026_0_wasm32")?;
/// let wheels = lock.select(&target, "pylock.toml".as_ref())?;
/// assert_eq!(wheels[0].file_name, "six-1.17.0-py2.py3-none-any.whl");
/// # Ok::<(), terrarium_index::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PyLock {
    /// The program that wrote the lock.
    pub created_by: String,
    /// The versions of Python that the lock is for.
    pub requires_python: Option<VersionSpecifiers>,
    /// The environments that the lock is for, as markers; none for all.
    pub environments: Vec<String>,
    /// The groups of dependencies that count without a choice.
    pub default_groups: Vec<String>,
    /// The packages.
    pub packages: Vec<LockedPackage>,
}

/// A package of a lock.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LockedPackage {
    /// The package.
    pub name: PackageName,
    /// The version, if the lock states it.
    pub version: Option<Version>,
    /// The marker under which the package is needed.
    pub marker: Option<String>,
    /// The versions of Python that the package is for.
    pub requires_python: Option<VersionSpecifiers>,
    /// The packages that it requires.
    pub dependencies: Vec<PackageName>,
    /// The address of its index, without a password.
    pub index: Option<String>,
    /// The wheels.
    pub wheels: Vec<LockedWheel>,
    /// The kind of other sources, such as `sdist`, which are not used here.
    pub other: Option<&'static str>,
}

/// A wheel of a lock.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LockedWheel {
    /// The name of the file.
    pub file_name: String,
    /// The address.
    pub url: Option<String>,
    /// The path, relative to the lock.
    pub path: Option<String>,
    /// The size in bytes.
    pub size: Option<u64>,
    /// The time of the upload.
    pub upload_time: Option<String>,
    /// The hashes.
    pub hashes: Hashes,
}

impl PyLock {
    /// Returns the lock of a resolution. Packages without a wheel are left out: a catalogue has them.
    #[must_use]
    pub fn of(resolution: &Resolution, target: &Target) -> Self {
        let python = target.python().release();
        let packages = resolution.packages().iter().filter(|package| !package.release.wheels.is_empty());
        let packages = packages.map(|package| LockedPackage {
            name: package.name.clone(),
            version: Some(package.version.clone()),
            marker: None,
            requires_python: package.release.wheels.first().and_then(|wheel| wheel.requires_python.clone()),
            dependencies: package.requires.clone(),
            index: package.release.source.contains("://").then(|| package.release.source.to_string()),
            wheels: package.release.wheels.iter().map(|wheel| LockedWheel::of(wheel)).collect(),
            other: None,
        });
        let minor = format!("=={}.{}.*", python.first().unwrap_or(&3), python.get(1).unwrap_or(&0));
        Self {
            created_by: "terrarium".to_owned(),
            requires_python: minor.parse().ok(),
            environments: Vec::new(),
            default_groups: Vec::new(),
            packages: packages.collect(),
        }
    }
}

impl LockedWheel {
    fn of(wheel: &WheelFile) -> Self {
        Self {
            file_name: wheel.file_name.clone(),
            url: Some(wheel.url.clone()),
            path: None,
            size: wheel.size,
            upload_time: wheel.upload_time.clone(),
            hashes: wheel.hashes.clone(),
        }
    }
}
