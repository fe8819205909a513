//! [`Metadata`]: the part of a package's `METADATA` that a resolution needs.

use pep440_rs::{Version, VersionSpecifiers};
use pep508_rs::{ExtraName, PackageName};

use crate::{
    Error, Requirement,
    requirement::{is_name, package_name, specifiers},
};

/// The most requirements of a package.
const MAX_REQUIREMENTS: usize = 10_000;

/// The part of a package's `METADATA` that a resolution needs.
///
/// ```
/// let text = "Metadata-Version: 2.4\nName: Six\nVersion: 1.17.0\nRequires-Python: >=2.7\nRequires-Dist: a>1\n\nProse";
/// let metadata = terrarium_index::Metadata::parse("six", text.as_bytes())?;
/// assert_eq!(metadata.name.as_ref(), "six");
/// assert_eq!(metadata.requires.len(), 1);
/// # Ok::<(), terrarium_index::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Metadata {
    /// The normalized name.
    pub name: PackageName,
    /// The version.
    pub version: Version,
    /// The versions of Python that the package is for.
    pub requires_python: Option<VersionSpecifiers>,
    /// The requirements, with their markers.
    pub requires: Vec<Requirement>,
    /// The extras that the package offers.
    pub extras: Vec<ExtraName>,
}

impl Metadata {
    /// Parses the headers; the description is not looked at. Errors name `what`.
    ///
    /// # Errors
    /// [`Error::Format`] with the line at fault.
    pub fn parse(what: &str, bytes: &[u8]) -> Result<Self, Error> {
        let text = String::from_utf8_lossy(bytes);
        let wrong = |reason: String| Error::format(what, format!("METADATA: {reason}"));
        let (mut name, mut version, mut requires_python) = (None, None, None);
        let (mut requires, mut extras) = (Vec::new(), Vec::new());
        // The headers end with the first empty line; the description follows.
        for line in text.lines().take_while(|line| !line.is_empty()) {
            let Some((header, value)) = line.split_once(':') else { continue };
            let value = value.trim();
            match header.to_ascii_lowercase().as_str() {
                "name" => name = name.or_else(|| package_name(value)),
                "version" => version = version.or_else(|| value.parse().ok()),
                // Versions of Python that cannot be read are no reason to refuse a package: pip does not, either.
                "requires-python" => requires_python = requires_python.or_else(|| specifiers(value).ok()),
                "requires-dist" if requires.len() < MAX_REQUIREMENTS => {
                    requires.push(value.parse().map_err(|error: Error| wrong(error.to_string()))?);
                }
                "requires-dist" => return Err(wrong(format!("more than {MAX_REQUIREMENTS} packages are required"))),
                "provides-extra" if is_name(value) && extras.len() < MAX_REQUIREMENTS => {
                    extras.extend(ExtraName::new(value.to_owned()).ok());
                }
                _ => {}
            }
        }
        let name = name.ok_or_else(|| wrong("it has no valid `Name`".to_owned()))?;
        let version = version.ok_or_else(|| wrong("it has no valid `Version`".to_owned()))?;
        Ok(Self { name, version, requires_python, requires, extras })
    }

    /// Returns metadata of a package without requirements.
    #[must_use]
    pub fn new(name: PackageName, version: Version) -> Self {
        Self { name, version, requires_python: None, requires: Vec::new(), extras: Vec::new() }
    }

    /// Checks that the metadata are those of a package and a version.
    pub(crate) fn check(&self, file: &str, name: &PackageName, version: &Version) -> Result<(), Error> {
        if self.name == *name && self.version == *version {
            return Ok(());
        }
        let reason = format!("its METADATA is that of {} {}, not of {name} {version}", self.name, self.version);
        Err(Error::wheel(file, reason))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_cannot_be_read_is_named() {
        let error = Metadata::parse("a.whl", b"Name: a\nVersion: 1\nRequires-Dist: x >< 3\n").unwrap_err();
        let text = error.to_string();
        assert!(text.starts_with("a.whl: METADATA: requirement \"x >< 3\": "), "{text}");
    }

    #[test]
    fn a_text_without_name_or_version_is_refused() {
        for text in
            ["", "Name: a", "Version: 1", "Name: -\nVersion: 1", "Name: a\nVersion: one", "\nName: a\nVersion: 1"]
        {
            assert!(Metadata::parse("a", text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn extras_and_the_required_python_are_read() {
        let text =
            b"NAME: A_b\nversion: 1.0\nRequires-Python: >=3.8, !=3.9.*\nProvides-Extra: Foo_Bar\nProvides-Extra: -\n";
        let metadata = Metadata::parse("a", text).unwrap();
        assert_eq!(metadata.extras, ["foo-bar".parse().unwrap()]);
        assert_eq!(metadata.requires_python.unwrap().to_string(), ">=3.8, !=3.9.*");
        assert_eq!(Metadata::parse("a", b"Name: a\nVersion: 1\nRequires-Python: x\n").unwrap().requires_python, None);
    }
}
