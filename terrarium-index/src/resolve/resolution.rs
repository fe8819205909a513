//! [`Resolution`]: the versions that go together.

use std::sync::Arc;

use pep440_rs::Version;
use pep508_rs::{ExtraName, PackageName};

use crate::{Release, WheelFile};

/// A package of a resolution.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Resolved {
    /// The package.
    pub name: PackageName,
    /// The version.
    pub version: Version,
    /// The extras that are in use.
    pub extras: Vec<ExtraName>,
    /// The packages that the package requires here.
    pub requires: Vec<PackageName>,
    /// Whether the request names the package.
    pub requested: bool,
    /// The release, with its source and its wheels.
    pub release: Release,
}

/// The versions that go together, sorted by name.
///
/// ```
/// # use terrarium_index::{Catalogue, Control, Request, Target, resolve};
/// # let target = Target::new("3.14.2", "pyemscripten_2026_0_wasm32")?;
/// let mut catalogue = Catalogue::new("the distribution");
/// catalogue.add("six", "1.17.0", &[])?;
/// let found = resolve(&Request::new(["six"])?, &[&catalogue], &target, &mut Control::default())?;
/// assert!(found.get("Six").unwrap().requested);
/// assert!(found.wheels().is_empty());
/// # Ok::<(), terrarium_index::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Resolution {
    pub(super) packages: Vec<Resolved>,
    pub(super) warnings: Vec<String>,
}

impl Resolution {
    /// Returns the packages.
    #[must_use]
    pub fn packages(&self) -> &[Resolved] {
        &self.packages
    }

    /// Returns a package by its name, in any spelling.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Resolved> {
        let name: PackageName = name.parse().ok()?;
        self.packages.iter().find(|package| package.name == name)
    }

    /// Returns the best wheel of each package that has one.
    #[must_use]
    pub fn wheels(&self) -> Vec<Arc<WheelFile>> {
        self.packages.iter().filter_map(|package| package.release.wheels.first().cloned()).collect()
    }

    /// Returns sentences about what deserves attention: a yanked version, an extra that does not exist, a version
    /// that is not the newest because newer ones do not fit.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }
}
