//! Packages for an interpreter that runs already: beside those that it has, whose versions stay.

use std::{cell::RefCell, collections::BTreeMap, ops::ControlFlow, sync::Arc};

use terrarium_index::{
    Cancel, Catalogue, Control, Metadata, PackageName, Prereleases, Request, Requirement, Resolution, Source, Version,
    resolve,
};

use super::{Pool, ordered};
use crate::package::{
    PackageError,
    available::Available,
    lock::PackageType,
    normalize,
    resolver::{ChoiceSource, SiteSource},
};

/// The label of the packages that an interpreter has.
const INSTALLED: &str = "this interpreter";
/// The most packages that a request may lead to, and the most versions that are tried: the requirements are those of code.
const MOST_PACKAGES: usize = 200;
const MOST_STEPS: usize = 5_000;

/// The packages that an interpreter has, by their normalized names.
#[derive(Clone, Debug, Default)]
pub(crate) struct Installed(BTreeMap<String, Version>);

impl Installed {
    /// Reads texts of the form `name==version`. Others are names whose version does not matter.
    pub(crate) fn new<'t>(texts: impl IntoIterator<Item = &'t str>) -> Self {
        let read = |text: &'t str| {
            let (name, version) = text.split_once("==").unwrap_or((text, "0"));
            (normalize(name), version.parse().unwrap_or_else(|_| Version::new([0])))
        };
        Self(texts.into_iter().map(read).collect())
    }

    /// Whether a package is among them, by its normalized name.
    pub(crate) fn contains(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Returns them as a source of the resolver, and the constraints that keep their versions. `metadata` returns what
    /// is known of a package, for its extras.
    fn source(&self, metadata: impl Fn(&PackageName, &Version) -> Option<Metadata>) -> (Catalogue, Vec<Requirement>) {
        let (mut catalogue, mut constraints) = (Catalogue::new(INSTALLED), Vec::new());
        for (name, version) in &self.0 {
            let (Ok(name), Ok(constraint)) = (name.parse::<PackageName>(), format!("{name}=={version}").parse()) else {
                continue;
            };
            let known = metadata(&name, version).unwrap_or_else(|| Metadata::new(name, version.clone()));
            catalogue.add_metadata(known, None);
            constraints.push(constraint);
        }
        (catalogue, constraints)
    }
}

/// The packages to add to an interpreter.
#[derive(Default)]
pub(crate) struct Addition {
    /// The packages, each after the ones that it requires.
    pub(crate) packages: Vec<Arc<Available>>,
    /// The packages that requirements name and that the interpreter has: `name==version`.
    pub(crate) satisfied: Vec<String>,
}

impl Pool {
    /// Returns the packages that fulfil requirements beside those that an interpreter has. Nothing is recorded, because
    /// code chooses the requirements.
    ///
    /// # Errors
    /// As for [`resolve`](Self::resolve), and [`PackageError::Cancelled`].
    pub(crate) fn beside(
        &self,
        wanted: &[String],
        installed: &Installed,
        prereleases: bool,
        cancel: &Cancel,
    ) -> Result<Addition, PackageError> {
        let mut requirements = Vec::new();
        for text in wanted {
            match text.parse::<Requirement>() {
                Ok(requirement) if installed.contains(requirement.name().as_ref()) => requirements.push(requirement),
                _ => requirements.extend(self.requirement(text)?),
            }
        }
        let named: Vec<String> = requirements.iter().map(|requirement| requirement.name().to_string()).collect();
        let mut control = Control::new(cancel.clone(), |_| ControlFlow::Continue(()));
        let found = self.solve(requirements, installed, &[], prereleases, &mut control)?;
        let new = ordered(&found, &named).into_iter().filter(|name| !installed.contains(name));
        let packages = new.filter_map(|name| self.selected(&found, name)).collect();
        let is_there = |name: &&String| {
            let is_built_in = |package: &Arc<Available>| package.kind == PackageType::CpythonModule;
            let in_site = || self.sites.iter().any(|site| site.packages().contains_key(*name));
            installed.contains(name) || in_site() || self.candidates(name).next().is_some_and(is_built_in)
        };
        let satisfied = named.iter().filter(is_there).filter_map(|name| {
            let version = &found.get(name)?.version;
            Some(format!("{name}=={version}"))
        });
        Ok(Addition { packages, satisfied: satisfied.collect() })
    }

    /// Resolves requirements from what an interpreter has, from the package sources, and then from `more`.
    ///
    /// # Errors
    /// As for [`beside`](Self::beside).
    pub(in crate::package) fn solve(
        &self,
        requirements: Vec<Requirement>,
        installed: &Installed,
        more: &[&dyn Source],
        prereleases: bool,
        control: &mut Control<'_>,
    ) -> Result<Resolution, PackageError> {
        let has_extras = |name: &PackageName| requirements.iter().any(|r| r.name() == name && !r.extras().is_empty());
        let (present, constraints) = installed.source(|name, version| {
            let is_it = |package: &&Arc<Available>| package.version == *version;
            let package = self.candidates(name.as_ref()).find(is_it).filter(|_| has_extras(name))?;
            package.metadata(name, &self.target).ok()
        });
        let failure = RefCell::new(None);
        let (target, sites, failed) = (&self.target, &self.sites, &failure);
        let in_sites: Vec<_> = sites.iter().map(|site| SiteSource::new(site)).collect();
        let choices: Vec<_> =
            self.choices.iter().map(|choice| ChoiceSource { choice, target, sites, failure: failed }).collect();
        let mut sources: Vec<&dyn Source> = vec![&present];
        sources.extend(in_sites.iter().map(|source| source as &dyn Source));
        sources.extend(choices.iter().map(|source| source as &dyn Source));
        sources.extend(more);
        let mut request = Request::of(requirements);
        request.constraints = constraints;
        (request.most_packages, request.most_steps) = (MOST_PACKAGES, MOST_STEPS);
        if prereleases {
            request.prereleases = Prereleases::Allow;
        }
        let found = resolve(&request, &sources, &self.target.wheels, control);
        found.map_err(|error| failure.take().unwrap_or_else(|| self.failure(error)))
    }
}
