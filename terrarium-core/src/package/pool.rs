//! All sources of a sandbox together: from wanted names to the packages that provide them.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::{Arc, OnceLock},
};

use super::{
    PackageError, Target, available::Available, lock::PackageType, name::similar, normalize, site::Site, source::Source,
};

/// The sources, the first wins.
pub(crate) struct Pool {
    target: Target,
    /// By normalized names; the candidates in the order of the sources.
    packages: BTreeMap<String, Vec<Arc<Available>>>,
    sites: Vec<Arc<Site>>,
    /// From modules to packages. Made when it is first asked for, since wheels must be opened for it.
    providers: OnceLock<BTreeMap<String, String>>,
}

impl Pool {
    /// Open the sources that the options name; without any it is what was downloaded to `store`.
    ///
    /// # Errors
    /// As for [`Source::open`].
    pub(crate) fn open(from: &[String], store: &Path, target: Target) -> Result<Self, PackageError> {
        let sources = match from {
            [] => vec![Source::store(store, &target)?],
            from => from.iter().map(|entry| Source::open(entry, store, &target)).collect::<Result<_, _>>()?,
        };
        Ok(Self::of(sources, target))
    }

    fn of(sources: Vec<Source>, target: Target) -> Self {
        let mut packages = BTreeMap::<String, Vec<_>>::new();
        let mut sites = Vec::new();
        for source in sources {
            match source {
                Source::Site(site) => sites.push(site),
                Source::Choice(choice) => {
                    for package in choice {
                        packages.entry(package.name.clone()).or_default().push(package);
                    }
                }
            }
        }
        Self { target, packages, sites, providers: OnceLock::new() }
    }

    /// What the packages must fit.
    pub(crate) fn target(&self) -> &Target {
        &self.target
    }

    /// The site folders: they are mounted whatever is wanted.
    pub(crate) fn sites(&self) -> &[Arc<Site>] {
        &self.sites
    }

    /// The package that provides a module, if any does.
    pub(crate) fn provider(&self, module: &str) -> Option<&str> {
        let providers = self.providers.get_or_init(|| {
            let mut providers = BTreeMap::new();
            for (name, candidates) in &self.packages {
                for module in candidates.first().map(|package| package.modules(&self.target)).unwrap_or_default() {
                    let top = module.split('.').next().unwrap_or(&module).to_owned();
                    // Of several the one that is called like it, else the first by name.
                    if normalize(&top) == *name || !providers.contains_key(&top) {
                        providers.insert(top, name.clone());
                    }
                }
            }
            providers
        });
        providers.get(module).map(String::as_str)
    }

    /// The modules that the packages of these names provide, without those of what they need.
    pub(crate) fn modules<'n>(&self, wanted: impl IntoIterator<Item = &'n str>) -> Vec<String> {
        let mut modules = Vec::new();
        for name in wanted {
            let package = self.find(name, None).ok().flatten();
            for module in package.map(|package| package.modules(&self.target)).unwrap_or_default() {
                if !modules.contains(&module) {
                    modules.push(module);
                }
            }
        }
        modules
    }

    /// The packages of these names and all that they need, each once and after what it needs. A name may be that of
    /// a package or of a module.
    ///
    /// # Errors
    /// [`PackageError`] for a name that no source has, and for one whose file is missing or does not fit; it says
    /// which package needs it.
    pub(crate) fn resolve<'n>(
        &self,
        wanted: impl IntoIterator<Item = &'n str>,
    ) -> Result<Vec<Arc<Available>>, PackageError> {
        let mut steps: Vec<Step> = wanted.into_iter().map(|name| Step::Enter(name.to_owned(), None)).collect();
        steps.reverse();
        let mut seen = BTreeSet::new();
        let mut order = Vec::new();
        while let Some(step) = steps.pop() {
            let (name, needed_by) = match step {
                Step::Leave(package) => {
                    order.push(package);
                    continue;
                }
                Step::Enter(name, needed_by) => (name, needed_by),
            };
            let Some(package) = self.find(&name, needed_by.as_deref())? else {
                continue;
            };
            // A cycle ends here.
            if !seen.insert(package.name.clone()) {
                continue;
            }
            let depends = package.depends(&self.target)?;
            let by = package.name.clone();
            steps.push(Step::Leave(package));
            steps.extend(depends.into_iter().rev().map(|name| Step::Enter(name, Some(by.clone()))));
        }
        Ok(order)
    }

    /// The package of a name; `None` if there is nothing to mount for it.
    fn find(&self, wanted: &str, needed_by: Option<&str>) -> Result<Option<Arc<Available>>, PackageError> {
        let name = normalize(wanted);
        if self.sites.iter().any(|site| site.packages().contains(&name)) {
            return Ok(None);
        }
        let by_module = || self.provider(wanted).and_then(|name| self.packages.get(name));
        let candidates = self.packages.get(&name).or_else(by_module);
        let Some(candidates) = candidates else {
            if self.sites.iter().any(|site| site.provides(wanted)) {
                return Ok(None);
            }
            return Err(PackageError::Unknown {
                name: wanted.to_owned(),
                needed_by: needed_by.map(str::to_owned),
                similar: similar(wanted, self.packages.keys().map(String::as_str)),
            });
        };
        let usable = candidates.iter().find(|package| package.fits(&self.target) && package.is_there());
        match (usable, candidates.first()) {
            (Some(package), _) if package.kind == PackageType::CpythonModule => Ok(None),
            (Some(package), _) => Ok(Some(Arc::clone(package))),
            (None, Some(first)) if first.is_there() => first.open(&self.target).map(|_| Some(Arc::clone(first))),
            // A distribution need not be whole. Who really calls the library learns from the linker that it is missing.
            (None, Some(first)) if first.kind == PackageType::SharedLibrary && needed_by.is_some() => {
                tracing::warn!(library = %first.path.display(), ?needed_by, "a library is not in the distribution");
                Ok(None)
            }
            (None, first) => Err(PackageError::Absent {
                name: wanted.to_owned(),
                needed_by: needed_by.map(str::to_owned),
                path: first.map(|first| first.path.clone()).unwrap_or_default(),
            }),
        }
    }
}

enum Step {
    /// Find a package, and who needs it.
    Enter(String, Option<String>),
    /// All that it needs has its place.
    Leave(Arc<Available>),
}

#[cfg(test)]
mod tests;
