//! [`Target`]: the Python and the platform that wheels are for.

use pep440_rs::{Version, VersionSpecifiers};
use pep508_rs::{MarkerEnvironment, MarkerEnvironmentBuilder};

use crate::{Error, resolve::ranges::of_specifiers, wheel::WheelName};

/// The Python and the platform that wheels are for.
///
/// Markers are evaluated for CPython on Emscripten: `sys_platform` is `emscripten`, `os_name` is `posix`,
/// `platform_machine` is `wasm32`, `platform_system` is `Emscripten`.
///
/// ```
/// use terrarium_index::Target;
///
/// let target = Target::new("3.14.2", "pyemscripten_2026_0_wasm32")?;
/// assert_eq!(target.tags(), "py3-none-any, cp314-cp314-pyemscripten_2026_0_wasm32, cp3x-abi3-pyemscripten_2026_0_wasm32");
/// # Ok::<(), terrarium_index::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    full: Version,
    python: (u32, u32),
    platform: String,
    environment: MarkerEnvironment,
}

impl Target {
    /// Returns the target of a Python's full version, such as `3.14.2`, and the platform tag of compiled wheels.
    ///
    /// # Errors
    /// [`Error::Setting`] for a text that is no version with two numbers.
    pub fn new(python: &str, platform: &str) -> Result<Self, Error> {
        let wrong = |reason: String| Error::setting(format!("Python version {python:?}"), reason);
        let full: Version = python.parse().map_err(|error| wrong(format!("{error}")))?;
        let number = |at: usize| full.release().get(at).and_then(|number| u32::try_from(*number).ok());
        let (Some(major), Some(minor)) = (number(0), number(1)) else {
            return Err(wrong("it needs two numbers".to_owned()));
        };
        let short = format!("{major}.{minor}");
        let environment = MarkerEnvironment::try_from(MarkerEnvironmentBuilder {
            implementation_name: "cpython",
            implementation_version: python,
            os_name: "posix",
            platform_machine: "wasm32",
            platform_python_implementation: "CPython",
            platform_release: "",
            platform_system: "Emscripten",
            platform_version: "",
            python_full_version: python,
            python_version: &short,
            sys_platform: "emscripten",
        })
        .map_err(|error| wrong(error.to_string()))?;
        Ok(Self { full, python: (major, minor), platform: platform.to_owned(), environment })
    }

    /// Returns Python's version in full.
    #[must_use]
    pub fn python(&self) -> &Version {
        &self.full
    }

    /// Returns the tag of the platform.
    #[must_use]
    pub fn platform(&self) -> &str {
        &self.platform
    }

    /// Returns the tags of wheels that fit, as a text for messages.
    #[must_use]
    pub fn tags(&self) -> String {
        let ((major, minor), platform) = (self.python, &self.platform);
        format!("py{major}-none-any, cp{major}{minor}-cp{major}{minor}-{platform}, cp{major}x-abi3-{platform}")
    }

    /// Whether a package with this `Requires-Python` runs here.
    #[must_use]
    pub fn suits(&self, requires_python: &VersionSpecifiers) -> bool {
        of_specifiers(requires_python).contains(&self.full)
    }

    /// Returns the rank of a wheel that fits: a larger one suits better. `None` if the wheel does not fit.
    ///
    /// A compiled wheel is better than a pure one, and one for this very Python is better than a common one.
    #[must_use]
    pub fn rank(&self, wheel: &WheelName) -> Option<u32> {
        let mut best = None;
        for python in wheel.python.split('.') {
            for abi in wheel.abi.split('.') {
                for platform in wheel.platform.split('.') {
                    if platform == "any" || platform == self.platform {
                        best = best.max(suits(python, abi, platform, self.python));
                    }
                }
            }
        }
        best
    }

    /// Whether one of a wheel's platforms is the target's.
    pub(crate) fn is_platform(&self, wheel: &WheelName) -> bool {
        wheel.platform.split('.').any(|platform| platform == "any" || platform == self.platform)
    }

    pub(crate) fn environment(&self) -> &MarkerEnvironment {
        &self.environment
    }
}

/// Returns the rank of a combination of a wheel's tags; the caller has matched the platform.
fn suits(python: &str, abi: &str, platform: &str, (major, minor): (u32, u32)) -> Option<u32> {
    let digits = python.trim_start_matches(|c: char| c.is_ascii_lowercase());
    let kind = &python[..python.len() - digits.len()];
    if !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let wanted_major: u32 = digits.get(..1)?.parse().ok()?;
    let wanted_minor: Option<u32> = match &digits[1..] {
        "" => None,
        rest => Some(rest.parse().ok()?),
    };
    if wanted_major != major || wanted_minor.is_some_and(|wanted| wanted > minor) {
        return None;
    }
    let compiled = platform != "any";
    let base = match (kind, abi) {
        ("py", "none") => 0,
        ("cp", "none") if wanted_minor == Some(minor) => 200,
        ("cp", "abi3") if compiled => 300 + wanted_minor?,
        ("cp", abi) if compiled && wanted_minor == Some(minor) && abi == format!("cp{major}{minor}") => 600,
        _ => return None,
    };
    Some(base + if compiled { 1_000 } else { 0 })
}

#[cfg(test)]
pub(crate) fn guest() -> Target {
    Target::new("3.14.2", "pyemscripten_2026_0_wasm32").unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rank(tags: &str) -> Option<u32> {
        guest().rank(&WheelName::parse(&format!("a-1-{tags}.whl")).unwrap())
    }

    #[test]
    fn wheels_for_this_python_and_platform_fit() {
        let tags = [
            "py2.py3-none-any",
            "py314-none-any",
            "py310-none-any",
            "cp314-none-any",
            "py3-none-pyemscripten_2026_0_wasm32",
            "cp37-abi3-pyemscripten_2026_0_wasm32",
            "cp314-abi3-pyemscripten_2026_0_wasm32",
            "cp314-cp314-pyemscripten_2026_0_wasm32",
            "cp313.cp314-cp314-manylinux1_x86_64.pyemscripten_2026_0_wasm32",
        ];
        let ranks: Vec<u32> = tags.iter().map(|tags| rank(tags).unwrap_or_else(|| panic!("{tags}"))).collect();
        assert!(ranks.is_sorted(), "{ranks:?}");
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
            "cp314-abi3-any",
            "pp310-none-any",
            "cp314-cp314-any",
            "none-none-any",
            "py-none-any",
            "pyé-none-any",
            "py3é-none-any",
        ] {
            assert_eq!(rank(tags), None, "{tags}");
        }
    }

    #[test]
    fn the_required_python_is_compared_in_full() {
        let suits = |text: &str| guest().suits(&text.parse().unwrap());
        assert!(suits(">=3.9") && suits(">=3.14.2,<4") && suits("==3.14.*") && suits("!=3.13.*"));
        assert!(!suits("<3.14") && !suits(">=3.15") && !suits(">3.14.2"));
    }
}
