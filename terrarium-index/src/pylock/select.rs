//! The wheels of a lock that a target needs.

use std::{cmp::Reverse, collections::HashSet, path::Path};

use super::{LockedPackage, PyLock, marker::holds};
use crate::{Error, Target, WheelFile, WheelName};

impl PyLock {
    /// Returns one wheel for each package that the target needs. Errors name `path`.
    ///
    /// # Errors
    /// [`Error::Input`] for a lock for another Python, a package without a wheel that fits, or two entries of a package.
    pub fn select(&self, target: &Target, path: &Path) -> Result<Vec<WheelFile>, Error> {
        let wrong = |reason: String| Error::input(path, None, reason);
        if let Some(required) = self.requires_python.as_ref().filter(|required| !target.suits(required)) {
            return Err(wrong(format!("the lock is for Python {required}, this is {}", target.python())));
        }
        let mut fits = self.environments.is_empty();
        for text in &self.environments {
            fits |=
                holds(text, &self.default_groups, target).map_err(|e| wrong(format!("environment {text:?}: {e}")))?;
        }
        if !fits {
            return Err(wrong("the lock is for other environments".to_owned()));
        }
        let (mut wheels, mut seen) = (Vec::new(), HashSet::new());
        for package in &self.packages {
            let name = &package.name;
            if let Some(text) = &package.marker
                && !holds(text, &self.default_groups, target)
                    .map_err(|e| wrong(format!("the marker of {name}: {e}")))?
            {
                continue;
            }
            if !seen.insert(name) {
                return Err(wrong(format!("two entries of {name} count for this Python")));
            }
            wheels.push(package.select(target).map_err(wrong)?);
        }
        Ok(wheels)
    }
}

impl LockedPackage {
    /// Returns the best wheel.
    fn select(&self, target: &Target) -> Result<WheelFile, String> {
        let name = &self.name;
        if let Some(required) = self.requires_python.as_ref().filter(|required| !target.suits(required)) {
            return Err(format!("{name} requires Python {required}, this is {}", target.python()));
        }
        let mut best: Option<(Reverse<u32>, WheelFile)> = None;
        for wheel in &self.wheels {
            let Some(parsed) = WheelName::parse(&wheel.file_name).filter(|parsed| parsed.name == *name) else {
                return Err(format!("{name}: {:?} is not the name of a wheel of it", wheel.file_name));
            };
            if let Some(version) = self.version.as_ref().filter(|version| **version != parsed.version) {
                return Err(format!("{name}: {} is not of version {version}", wheel.file_name));
            }
            let Some(rank) = target.rank(&parsed) else { continue };
            let Some(mut file) = wheel.url.as_deref().and_then(|url| WheelFile::new(&wheel.file_name, url)) else {
                return Err(format!(
                    "{name}: {} has no address, and files of the lock's folder are not used",
                    wheel.file_name
                ));
            };
            if wheel.hashes.is_empty() {
                return Err(format!("{name}: {} has no hash of SHA-256 or stronger", wheel.file_name));
            }
            (file.hashes, file.size, file.upload_time) = (wheel.hashes.clone(), wheel.size, wheel.upload_time.clone());
            file.requires_python.clone_from(&self.requires_python);
            if best.as_ref().is_none_or(|(Reverse(known), _)| rank > *known) {
                best = Some((Reverse(rank), file));
            }
        }
        match (best, self.other) {
            (Some((_, file)), _) => Ok(file),
            (None, Some(kind)) if self.wheels.is_empty() => {
                Err(format!("{name} has no wheel, but `{kind}`, and nothing is built here"))
            }
            (None, _) => {
                let names: Vec<&str> = self.wheels.iter().take(5).map(|wheel| wheel.file_name.as_str()).collect();
                Err(format!("{name} has no wheel that fits ({}): {}", target.tags(), names.join(", ")))
            }
        }
    }
}
