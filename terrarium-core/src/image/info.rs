//! [`ImageInfo`]: the description of an image.

use std::path::PathBuf;

use serde::Serialize;

/// The description of an image.
///
/// ```
/// # fn main() -> terrarium_core::Result<()> {
/// let image = terrarium_core::Image::build(Default::default())?;
/// assert!(image.info().python.starts_with("3.14"));
/// assert!(image.info().packages.is_empty());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ImageInfo {
    /// The path of the file.
    pub path: PathBuf,
    /// The image's name: `base`, or its packages.
    pub name: String,
    /// The version of Python.
    pub python: String,
    /// The version of this library that built the image.
    pub version: String,
    /// The kind of machine that the image runs on.
    pub target: String,
    /// The packages in the image, with their dependencies.
    pub packages: Vec<String>,
    /// The packages with their versions, such as `numpy==2.4.3`. The same options give the same versions, until
    /// [`PackageStore::update`](crate::PackageStore::update) is called.
    pub versions: Vec<String>,
    /// The modules that the build imported.
    pub modules: Vec<String>,
    /// The shortcomings of the image: modules that could not be imported, and the reasons. Also a file that was damaged
    /// and was built again.
    pub warnings: Vec<String>,
    /// Whether the image was compiled with inlining.
    pub inline: bool,
    /// Whether the image runs on every common processor of this architecture.
    pub portable: bool,
    /// The size of the file in bytes.
    pub size: u64,
    /// The memory of an interpreter at its start, in bytes; unchanged pages are shared.
    pub memory: u64,
    /// Whether the file contains the files of its packages, so that it can be moved.
    pub is_complete: bool,
}
