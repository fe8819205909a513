//! [`Request`]: the requirements of a resolution.

use std::collections::BTreeMap;

use pep440_rs::{Operator, Version};
use pep508_rs::PackageName;

use super::ranges::of_specifiers;
use crate::{Error, Hashes, Requirement, RequirementsFile};

/// The use of pre-releases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Prereleases {
    /// A pre-release is used where a requirement fits no final release, or names a pre-release (PEP 440).
    #[default]
    IfNecessary,
    /// Pre-releases are like other releases.
    Allow,
    /// No pre-release is used.
    Never,
}

/// The requirements of a resolution, with constraints and hashes.
///
/// ```
/// use terrarium_index::{Prereleases, Request};
///
/// let request = Request::new(["rich[jupyter]", "attrs>=24"])?.prereleases(Prereleases::Never);
/// assert_eq!(request.requirements.len(), 2);
/// # Ok::<(), terrarium_index::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Request {
    /// The packages that are needed.
    pub requirements: Vec<Requirement>,
    /// Versions for packages, if they are needed.
    pub constraints: Vec<Requirement>,
    /// The hashes that files of a package may have. If there are any, every package needs some.
    pub hashes: BTreeMap<PackageName, Vec<Hashes>>,
    /// The use of pre-releases.
    pub prereleases: Prereleases,
    /// The most packages.
    ///
    /// Default: 2,000.
    pub most_packages: usize,
    /// The most versions that are tried.
    ///
    /// Default: 200,000.
    pub most_steps: usize,
}

impl Request {
    /// Parses requirements.
    ///
    /// # Errors
    /// [`Error::Requirement`].
    pub fn new<'t>(requirements: impl IntoIterator<Item = &'t str>) -> Result<Self, Error> {
        Ok(Self::of(requirements.into_iter().map(str::parse).collect::<Result<_, _>>()?))
    }

    /// Returns a request of parsed requirements.
    #[must_use]
    pub fn of(requirements: Vec<Requirement>) -> Self {
        Self {
            requirements,
            constraints: Vec::new(),
            hashes: BTreeMap::new(),
            prereleases: Prereleases::default(),
            most_packages: 2_000,
            most_steps: 200_000,
        }
    }

    /// Returns the request of a requirements file.
    #[must_use]
    pub fn of_file(file: &RequirementsFile) -> Self {
        let mut request = Self::of(file.requirements.iter().map(|entry| entry.requirement.clone()).collect());
        if file.prereleases {
            request.prereleases = Prereleases::Allow;
        }
        request.constraints = file.constraints.iter().map(|entry| entry.requirement.clone()).collect();
        for entry in file.requirements.iter().chain(&file.constraints).filter(|entry| !entry.hashes.is_empty()) {
            request.hashes.entry(entry.requirement.name().clone()).or_default().extend(entry.hashes.iter().cloned());
        }
        request
    }

    /// Sets [`prereleases`](Self::prereleases).
    #[must_use]
    pub fn prereleases(mut self, prereleases: Prereleases) -> Self {
        self.prereleases = prereleases;
        self
    }

    /// Adds to [`constraints`](Self::constraints).
    ///
    /// # Errors
    /// [`Error::Requirement`].
    pub fn constraint(mut self, text: &str) -> Result<Self, Error> {
        self.constraints.push(text.parse()?);
        Ok(self)
    }

    fn of_package<'r>(&'r self, name: &'r PackageName) -> impl Iterator<Item = &'r Requirement> {
        self.requirements.iter().chain(&self.constraints).filter(move |requirement| requirement.name() == name)
    }

    /// Whether a requirement or constraint names exactly this version.
    pub(super) fn pins(&self, name: &PackageName, version: &Version) -> bool {
        self.of_package(name).any(|requirement| pins(requirement, version))
    }

    /// Whether a requirement or constraint of a package names a pre-release.
    pub(super) fn names_prerelease(&self, name: &PackageName) -> bool {
        self.of_package(name).any(|requirement| requirement.specifiers().iter().any(|s| s.any_prerelease()))
    }
}

/// Whether a requirement names exactly this version.
pub(super) fn pins(requirement: &Requirement, version: &Version) -> bool {
    let is_exact = |operator: &Operator| matches!(operator, Operator::Equal | Operator::ExactEqual);
    requirement.specifiers().iter().any(|specifier| is_exact(specifier.operator()))
        && of_specifiers(requirement.specifiers()).contains(version)
}
