//! Tags of wheels: parsed from the name of the file, and matched against the guest.

use std::path::Path;

use super::{PackageError, name::normalize};

/// The target of wheels: the guest's Python and its platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WheelTarget {
    /// Python's version, such as 3 and 14.
    pub(crate) python: (u32, u32),
    /// The version of Python in full.
    pub(crate) full: String,
    /// The platform tag of compiled wheels.
    pub(crate) platform: String,
    /// The version of the binary interface, as a lock names it.
    pub(crate) abi: String,
}

/// The parts of a wheel's file name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WheelName {
    /// The normalized name of the package.
    pub(crate) name: String,
    /// The version as written in the file name.
    pub(crate) version: String,
    python: String,
    abi: String,
    platform: String,
}

impl WheelName {
    /// Parses a path whose last part is `NAME-VERSION[-BUILD]-PYTHON-ABI-PLATFORM.whl`.
    pub(crate) fn parse(path: &Path) -> Option<Self> {
        let stem = path.file_name()?.to_str()?.strip_suffix(".whl")?;
        let parts: Vec<&str> = stem.split('-').collect();
        let (name, version, [python, abi, platform]) = match *parts.as_slice() {
            [name, version, python, abi, platform] => (name, version, [python, abi, platform]),
            [name, version, build, python, abi, platform] if build.starts_with(|c: char| c.is_ascii_digit()) => {
                (name, version, [python, abi, platform])
            }
            _ => return None,
        };
        let [python, abi, platform] = [python, abi, platform].map(str::to_owned);
        Some(Self { name: normalize(name), version: version.to_owned(), python, abi, platform })
    }

    /// Whether the guest can load the wheel.
    pub(crate) fn fits(&self, target: &WheelTarget) -> bool {
        self.python.split('.').any(|python| {
            self.abi.split('.').any(|abi| {
                self.platform.split('.').any(|platform| {
                    (platform == "any" || platform == target.platform) && suits(python, abi, platform, target.python)
                })
            })
        })
    }

    /// Checks that the guest can load the wheel.
    ///
    /// # Errors
    /// [`PackageError::Platform`].
    pub(crate) fn check(&self, path: &Path, target: &WheelTarget) -> Result<(), PackageError> {
        if self.fits(target) {
            return Ok(());
        }
        let (major, minor) = target.python;
        let platform = &target.platform;
        Err(PackageError::Platform {
            path: path.to_owned(),
            tags: format!("{}-{}-{}", self.python, self.abi, self.platform),
            fits: format!(
                "py{major}-none-any, cp{major}{minor}-cp{major}{minor}-{platform} and cp{major}x-abi3-{platform}"
            ),
        })
    }
}

/// Whether a combination of a wheel's tags suits a Python; the caller has matched the platform.
fn suits(python: &str, abi: &str, platform: &str, (major, minor): (u32, u32)) -> bool {
    let digits = python.trim_start_matches(|c: char| c.is_ascii_lowercase());
    let kind = &python[..python.len() - digits.len()];
    let mut numbers = digits.chars();
    let wanted_major = numbers.next().and_then(|digit| digit.to_digit(10));
    let wanted_minor = match numbers.as_str() {
        "" => Some(None),
        rest => rest.parse::<u32>().ok().map(Some),
    };
    let (Some(wanted_major), Some(wanted_minor)) = (wanted_major, wanted_minor) else {
        return false;
    };
    if wanted_major != major || wanted_minor.is_some_and(|wanted| wanted > minor) {
        return false;
    }
    match (kind, abi) {
        ("py", "none") => true,
        ("cp", "none") => wanted_minor == Some(minor),
        ("cp", "abi3") => platform != "any" && wanted_minor.is_some(),
        ("cp", abi) => platform != "any" && wanted_minor == Some(minor) && abi == format!("cp{major}{minor}"),
        _ => false,
    }
}

#[cfg(test)]
pub(super) fn target() -> WheelTarget {
    WheelTarget {
        python: (3, 14),
        full: "3.14.2".to_owned(),
        platform: "pyemscripten_2026_0_wasm32".to_owned(),
        abi: "2026_0".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(tags: &str) -> bool {
        WheelName::parse(Path::new(&format!("a-1-{tags}.whl"))).unwrap().fits(&target())
    }

    #[test]
    fn wheels_for_this_python_and_platform_fit() {
        for tags in [
            "py3-none-any",
            "py2.py3-none-any",
            "py314-none-any",
            "py310-none-any",
            "cp314-none-any",
            "cp314-cp314-pyemscripten_2026_0_wasm32",
            "cp37-abi3-pyemscripten_2026_0_wasm32",
            "cp314-abi3-pyemscripten_2026_0_wasm32",
            "py3-none-pyemscripten_2026_0_wasm32",
            "cp313.cp314-cp314-manylinux1_x86_64.pyemscripten_2026_0_wasm32",
        ] {
            assert!(fits(tags), "{tags}");
        }
    }

    #[test]
    fn other_wheels_do_not() {
        for tags in [
            "py2-none-any",
            "py315-none-any",
            "cp313-none-any",
            "cp314-cp314-manylinux_2_28_x86_64",
            "cp313-cp313-pyemscripten_2026_0_wasm32",
            "cp314-cp314t-pyemscripten_2026_0_wasm32",
            "cp314-cp314-pyemscripten_2025_0_wasm32",
            "cp315-abi3-pyemscripten_2026_0_wasm32",
            "pp310-none-any",
            "cp314-cp314-any",
            "none-none-any",
            "py-none-any",
        ] {
            assert!(!fits(tags), "{tags}");
        }
    }

    #[test]
    fn a_name_is_taken_apart() {
        let name = WheelName::parse(Path::new("x/Ruamel_YAML-0.19.1-2-py3-none-any.whl")).unwrap();
        assert_eq!((name.name.as_str(), name.version.as_str()), ("ruamel-yaml", "0.19.1"));
        for other in ["a-1.whl", "a-1-py3-none-any.zip", "a-1-x-py3-none-any.whl", "whl", ".whl"] {
            assert!(WheelName::parse(Path::new(other)).is_none(), "{other}");
        }
    }

    #[test]
    fn a_wheel_for_another_platform_is_refused_with_its_tags_and_those_that_fit() {
        let path = Path::new("numpy-2-cp314-cp314-win_amd64.whl");
        let error = WheelName::parse(path).unwrap().check(path, &target()).unwrap_err().to_string();
        assert!(error.starts_with("numpy-2-cp314-cp314-win_amd64.whl: the wheel is for cp314-cp314-win_amd64"));
        assert!(error.contains("cp314-cp314-pyemscripten_2026_0_wasm32"), "{error}");
    }
}
