//! [`ImageInfo`]: what is in an image.

use std::path::PathBuf;

use serde::Serialize;

/// What is in an image.
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
    /// Where it lies.
    pub path: PathBuf,
    /// Its name: `base`, or its packages.
    pub name: String,
    /// The version of Python.
    pub python: String,
    /// The version of this library that made it.
    pub version: String,
    /// The kind of machine that it runs on.
    pub target: String,
    /// The packages in it, with those that they need.
    pub packages: Vec<String>,
    /// The modules that were imported for it.
    pub modules: Vec<String>,
    /// Whether it was compiled with inlining.
    pub inline: bool,
    /// Whether it runs on every usual processor of this architecture.
    pub portable: bool,
    /// The size of the file in bytes.
    pub size: u64,
    /// The memory that an interpreter has at its start, in bytes; what it does not change is shared.
    pub memory: u64,
    /// Whether the files of its packages are in the file, so that it can be moved.
    pub is_complete: bool,
}
