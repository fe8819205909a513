//! The text of a lock: read and written.

use std::{collections::BTreeMap, path::Path};

use serde::{Deserialize, Serialize};
use toml::{Value, value::Datetime};
use url::Url;

use super::{LockedPackage, LockedWheel, PyLock};
use crate::{
    Error, Hashes,
    config::decoded,
    error::redacted,
    requirement::{package_name, specifiers},
};

/// The largest lock.
const MAX_BYTES: usize = 64 << 20;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Lock {
    lock_version: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    environments: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    requires_python: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    default_groups: Vec<String>,
    created_by: String,
    packages: Vec<Package>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Package {
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    marker: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    requires_python: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    index: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    dependencies: Vec<Dependency>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    vcs: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    directory: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    archive: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sdist: Option<Value>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    wheels: Vec<Wheel>,
}

#[derive(Serialize, Deserialize)]
struct Dependency {
    name: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Wheel {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    upload_time: Option<Datetime>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    hashes: BTreeMap<String, String>,
}

impl PyLock {
    /// Parses a lock. Errors name `path`.
    ///
    /// # Errors
    /// [`Error::Input`] with the package at fault.
    pub fn parse(text: &str, path: &Path) -> Result<Self, Error> {
        let wrong = |reason: String| Error::input(path, None, reason);
        if text.len() > MAX_BYTES {
            return Err(wrong(format!("the lock has {} bytes, the limit is {MAX_BYTES}", text.len())));
        }
        let lock: Lock = toml::from_str(text).map_err(|error| {
            let line = error.span().map(|span| text[..span.start.min(text.len())].matches('\n').count() + 1);
            Error::input(path, line, format!("no valid lock: {}", error.message()))
        })?;
        if lock.lock_version.split('.').next() != Some("1") {
            return Err(wrong(format!("the lock has version {:?} of the format, only 1 is read", lock.lock_version)));
        }
        let requires_python = lock.requires_python.as_deref().map(specifiers).transpose();
        Ok(Self {
            created_by: lock.created_by,
            requires_python: requires_python.map_err(|reason| wrong(format!("requires-python: {reason}")))?,
            environments: lock.environments,
            default_groups: lock.default_groups,
            packages: lock.packages.into_iter().map(read_package).collect::<Result<_, _>>().map_err(wrong)?,
        })
    }

    /// Writes the lock as `pylock.toml`. Equal locks have equal texts.
    ///
    /// # Errors
    /// [`Error::Format`] for a size that TOML has no number for.
    pub fn to_toml(&self) -> Result<String, Error> {
        let lock = Lock {
            lock_version: "1.0".to_owned(),
            environments: self.environments.clone(),
            requires_python: self.requires_python.as_ref().map(ToString::to_string),
            default_groups: self.default_groups.clone(),
            created_by: self.created_by.clone(),
            packages: self.packages.iter().map(write_package).collect(),
        };
        toml::to_string(&lock).map_err(|error| Error::format("pylock.toml", error))
    }
}

fn read_package(package: Package) -> Result<LockedPackage, String> {
    let name = package_name(&package.name).ok_or_else(|| format!("{:?} is not the name of a package", package.name))?;
    let wrong = |reason: String| format!("{name}: {reason}");
    let version = package.version.as_deref().map(str::parse).transpose();
    let version = version.map_err(|error: pep440_rs::VersionParseError| wrong(error.to_string()))?;
    let kinds = [
        ("vcs", package.vcs),
        ("directory", package.directory),
        ("archive", package.archive),
        ("sdist", package.sdist),
    ];
    Ok(LockedPackage {
        version,
        marker: package.marker,
        requires_python: package.requires_python.as_deref().map(specifiers).transpose().map_err(wrong)?,
        dependencies: package.dependencies.iter().filter_map(|other| package_name(other.name.as_deref()?)).collect(),
        index: package.index,
        wheels: package.wheels.into_iter().map(read_wheel).collect::<Result<_, _>>().map_err(wrong)?,
        other: kinds.into_iter().find(|(_, value)| value.is_some()).map(|(kind, _)| kind),
        name,
    })
}

fn read_wheel(wheel: Wheel) -> Result<LockedWheel, String> {
    let last = |text: &str| decoded(text.rsplit(['/', '\\']).next().unwrap_or_default());
    let of_url = || Some(last(Url::parse(wheel.url.as_deref()?).ok()?.path()));
    let file_name = wheel.name.clone().or_else(of_url).or_else(|| wheel.path.as_deref().map(last));
    let file_name = file_name.ok_or("a wheel has neither a name, nor an address, nor a path")?;
    let mut hashes = Hashes::default();
    for (algorithm, digits) in &wheel.hashes {
        // Weak hash functions are left out; digits that are none are a fault.
        if algorithm.parse::<crate::Algorithm>().is_ok() {
            hashes.add(algorithm, digits).map_err(|reason| format!("{file_name}: {reason}"))?;
        }
    }
    let upload_time = wheel.upload_time.map(|time| time.to_string());
    Ok(LockedWheel { file_name, url: wheel.url, path: wheel.path, size: wheel.size, upload_time, hashes })
}

fn write_package(package: &LockedPackage) -> Package {
    Package {
        name: package.name.to_string(),
        version: package.version.as_ref().map(ToString::to_string),
        marker: package.marker.clone(),
        requires_python: package.requires_python.as_ref().map(ToString::to_string),
        index: package.index.as_deref().map(without_password),
        dependencies: package.dependencies.iter().map(|name| Dependency { name: Some(name.to_string()) }).collect(),
        vcs: None,
        directory: None,
        archive: None,
        sdist: None,
        wheels: package.wheels.iter().map(write_wheel).collect(),
    }
}

fn write_wheel(wheel: &LockedWheel) -> Wheel {
    Wheel {
        name: Some(wheel.file_name.clone()),
        upload_time: wheel.upload_time.as_deref().and_then(|time| time.parse().ok()),
        url: wheel.url.as_deref().map(without_password),
        path: wheel.path.clone(),
        size: wheel.size,
        hashes: wheel.hashes.iter().map(|(algorithm, digits)| (algorithm.to_string(), digits.to_owned())).collect(),
    }
}

fn without_password(text: &str) -> String {
    Url::parse(text).map_or_else(|_| text.to_owned(), |url| redacted(&url))
}

#[cfg(test)]
mod tests;
