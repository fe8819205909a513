//! Wheels: their file names, their entries on an index, and the check of their content.

mod check;
mod name;

pub use check::WheelSummary;
pub(crate) use check::{check, read_metadata};
pub use name::WheelName;

use pep440_rs::{Version, VersionSpecifiers};
use pep508_rs::PackageName;

use crate::{Hashes, Yanked};

/// A file of an index or of a distribution: a wheel, or an archive of libraries that wheels are linked with.
///
/// ```
/// let file = terrarium_index::WheelFile::new("six-1.17.0-py2.py3-none-any.whl", "https://example.com/six.whl").unwrap();
/// assert_eq!(file.name.name.as_ref(), "six");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WheelFile {
    /// The name of the file.
    pub file_name: String,
    /// The parts of the file's name.
    pub name: WheelName,
    /// Whether the file is a wheel, whose content is checked. Of another archive, the hash alone is.
    pub is_wheel: bool,
    /// The address, without a password.
    pub url: String,
    /// The hashes that the index states.
    pub hashes: Hashes,
    /// The size in bytes, if the index states it.
    pub size: Option<u64>,
    /// The time of the upload, as the index states it.
    pub upload_time: Option<String>,
    /// The versions of Python that the package is for.
    pub requires_python: Option<VersionSpecifiers>,
    /// Whether the index has the metadata in a separate file, and the hashes of that file.
    pub metadata: Option<Hashes>,
    /// Whether the file was yanked.
    pub yanked: Yanked,
}

impl WheelFile {
    /// Returns an entry of a file name and an address; `None` if the name is not that of a wheel.
    #[must_use]
    pub fn new(file_name: &str, url: &str) -> Option<Self> {
        Some(Self {
            file_name: file_name.to_owned(),
            name: WheelName::parse(file_name)?,
            is_wheel: true,
            url: url.to_owned(),
            hashes: Hashes::default(),
            size: None,
            upload_time: None,
            requires_python: None,
            metadata: None,
            yanked: Yanked::No,
        })
    }

    /// Returns an entry of an archive of libraries; `None` if the name is a path.
    #[must_use]
    pub fn archive(file_name: &str, url: &str, name: &PackageName, version: &Version) -> Option<Self> {
        let is_plain = !file_name.is_empty() && !file_name.starts_with('.') && !file_name.contains(['/', '\\', '\0']);
        let mut file = Self::new(&format!("{}-{version}-py3-none-any.whl", name.as_dist_info_name()), url)?;
        file_name.clone_into(&mut file.file_name);
        file.is_wheel = false;
        is_plain.then_some(file)
    }
}
