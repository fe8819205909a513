//! [`WheelName`]: the parts of a wheel's file name.

use pep440_rs::Version;
use pep508_rs::PackageName;

use crate::requirement::package_name;

/// The longest file name: the system's bound.
const MAX_BYTES: usize = 255;

/// The parts of a wheel's file name.
///
/// ```
/// let name = terrarium_index::WheelName::parse("ruamel_yaml-0.19.1-2-py3-none-any.whl").unwrap();
/// assert_eq!((name.name.as_ref(), name.version.to_string().as_str()), ("ruamel-yaml", "0.19.1"));
/// assert_eq!(name.tags(), "py3-none-any");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WheelName {
    /// The normalized name of the package.
    pub name: PackageName,
    /// The version of the package.
    pub version: Version,
    /// The build number, which decides between wheels of the same tags.
    pub build: Option<(u64, String)>,
    pub(crate) python: String,
    pub(crate) abi: String,
    pub(crate) platform: String,
}

impl WheelName {
    /// Parses `NAME-VERSION[-BUILD]-PYTHON-ABI-PLATFORM.whl`; `None` for another form, or a name that is a path.
    #[must_use]
    pub fn parse(file_name: &str) -> Option<Self> {
        if file_name.len() > MAX_BYTES || file_name.contains(['/', '\\', '\0']) {
            return None;
        }
        let stem = file_name.strip_suffix(".whl")?;
        let parts: Vec<&str> = stem.split('-').collect();
        let (name, version, build, tags) = match *parts.as_slice() {
            [name, version, python, abi, platform] => (name, version, None, [python, abi, platform]),
            [name, version, build, python, abi, platform] => {
                (name, version, Some(build_number(build)?), [python, abi, platform])
            }
            _ => return None,
        };
        if tags.iter().any(|tag| tag.is_empty()) {
            return None;
        }
        let [python, abi, platform] = tags.map(str::to_owned);
        Some(Self { name: package_name(name)?, version: version.parse().ok()?, build, python, abi, platform })
    }

    /// Returns the tags, as in the file's name.
    #[must_use]
    pub fn tags(&self) -> String {
        format!("{}-{}-{}", self.python, self.abi, self.platform)
    }
}

/// Parses a build number: digits, then any text.
fn build_number(text: &str) -> Option<(u64, String)> {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    Some((text[..text.len() - rest.len()].parse().ok()?, rest.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_names_are_refused() {
        for name in [
            "a-1.whl",
            "a-1-py3-none-any.zip",
            "a-1-x-py3-none-any.whl",
            "../a-1-py3-none-any.whl",
            "a-one-py3-none-any.whl",
            "-1-py3-none-any.whl",
            "a-1--none-any.whl",
            "a-1-99999999999999999999999-py3-none-any.whl",
            "whl",
            ".whl",
            "",
        ] {
            assert_eq!(WheelName::parse(name), None, "{name}");
        }
        assert_eq!(WheelName::parse(&format!("{}-1-py3-none-any.whl", "a".repeat(300))), None);
    }

    #[test]
    fn build_numbers_are_compared_as_numbers() {
        let build = |name: &str| WheelName::parse(name).unwrap().build;
        assert!(build("a-1-10-py3-none-any.whl") > build("a-1-9b-py3-none-any.whl"));
        assert!(build("a-1-0-py3-none-any.whl") > build("a-1-py3-none-any.whl"));
    }
}
