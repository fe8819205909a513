//! The guest as the target of packages: its Python, its platform, and its binary interface.

use std::path::Path;

use terrarium_index::{Target, WheelName};

use super::PackageError;

/// The target of packages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WheelTarget {
    /// The Python and the platform of wheels.
    pub(crate) wheels: Target,
    /// The version of the binary interface, as a lock names it.
    pub(crate) abi: String,
}

impl WheelTarget {
    /// Returns the target of a Python's full version, a platform tag, and the version of the binary interface.
    ///
    /// # Errors
    /// A text that is no version.
    pub(crate) fn new(python: &str, platform: &str, abi: &str) -> Result<Self, terrarium_index::Error> {
        Ok(Self { wheels: Target::new(python, platform)?, abi: abi.to_owned() })
    }

    /// Whether the guest can load a wheel.
    pub(super) fn fits(&self, name: &WheelName) -> bool {
        self.wheels.rank(name).is_some()
    }

    /// Checks that the guest can load a wheel.
    ///
    /// # Errors
    /// [`PackageError::Platform`].
    pub(super) fn check(&self, name: &WheelName, path: &Path) -> Result<(), PackageError> {
        match self.fits(name) {
            true => Ok(()),
            false => Err(PackageError::Platform {
                path: path.to_owned(),
                tags: name.tags(),
                fits: self.wheels.tags(),
                way_out: None,
            }),
        }
    }
}

/// Parses the name of a wheel's file; `None` if it has another form.
pub(super) fn wheel_name(path: &Path) -> Option<WheelName> {
    WheelName::parse(path.file_name()?.to_str()?)
}

#[cfg(test)]
pub(super) fn target() -> WheelTarget {
    WheelTarget::new("3.14.2", "pyemscripten_2026_0_wasm32", "2026_0").unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wheel_for_another_platform_is_refused_with_its_tags_and_those_that_fit() {
        let path = Path::new("x/numpy-2-cp314-cp314-win_amd64.whl");
        let error = target().check(&wheel_name(path).unwrap(), path).unwrap_err().to_string();
        assert!(error.starts_with("x/numpy-2-cp314-cp314-win_amd64.whl: the wheel is for cp314-cp314-win_amd64"));
        assert!(error.contains("cp314-cp314-pyemscripten_2026_0_wasm32"), "{error}");
    }
}
