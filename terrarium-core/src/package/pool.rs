//! All package sources of a sandbox: resolves wanted names to the packages that provide them.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::{Arc, OnceLock},
};

use super::{
    PackageError, WheelTarget, available::Available, lock::PackageType, name::similar, normalize, site::SiteFolder,
    source::PackageSource,
};

/// The package sources; the first has precedence.
pub(crate) struct Pool {
    target: WheelTarget,
    /// The candidates by normalized name, in the order of the package sources.
    packages: BTreeMap<String, Vec<Arc<Available>>>,
    sites: Vec<Arc<SiteFolder>>,
    /// The packages by module. Collected at the first use, since that opens wheels.
    providers: OnceLock<BTreeMap<String, String>>,
    /// The packages by module that only their files tell. Collected when a module has no provider.
    examined: OnceLock<BTreeMap<String, String>>,
}

impl Pool {
    /// Opens the package sources that the options name; without any, the package store at `store`.
    ///
    /// # Errors
    /// As for [`PackageSource::open`].
    pub(crate) fn open(from: &[String], store: &Path, target: WheelTarget) -> Result<Self, PackageError> {
        let sources = match from {
            [] => vec![PackageSource::store(store, &target)?],
            from => from.iter().map(|entry| PackageSource::open(entry, store, &target)).collect::<Result<_, _>>()?,
        };
        Ok(Self::from_sources(sources, target))
    }

    fn from_sources(sources: Vec<PackageSource>, target: WheelTarget) -> Self {
        let mut packages = BTreeMap::<String, Vec<_>>::new();
        let mut sites = Vec::new();
        for source in sources {
            match source {
                PackageSource::Site(site) => sites.push(site),
                PackageSource::Choice(choice) => {
                    for package in choice {
                        packages.entry(package.name.clone()).or_default().push(package);
                    }
                }
            }
        }
        Self { target, packages, sites, providers: OnceLock::new(), examined: OnceLock::new() }
    }

    /// Returns the target that the packages must match.
    pub(crate) fn target(&self) -> &WheelTarget {
        &self.target
    }

    /// Returns the site folders, which are always mounted.
    pub(crate) fn sites(&self) -> &[Arc<SiteFolder>] {
        &self.sites
    }

    /// Returns the package that provides a module, if there is one.
    pub(crate) fn provider(&self, module: &str) -> Option<&str> {
        let listed = self.providers.get_or_init(|| self.by_module(|package| package.listed_modules(&self.target)));
        let examined = || {
            self.examined
                .get_or_init(|| self.by_module(|package| package.examined_modules(&self.target).unwrap_or_default()))
        };
        listed.get(module).or_else(|| examined().get(module)).map(String::as_str)
    }

    /// Returns the packages by their modules.
    fn by_module(&self, modules: impl Fn(&Available) -> Vec<String>) -> BTreeMap<String, String> {
        let mut providers = BTreeMap::new();
        for (name, candidates) in &self.packages {
            for module in candidates.first().map(|package| modules(package)).unwrap_or_default() {
                let top = module.split('.').next().unwrap_or(&module).to_owned();
                // Of several packages, the one with the module's name, else the first by name.
                if normalize(&top) == *name || !providers.contains_key(&top) {
                    providers.insert(top, name.clone());
                }
            }
        }
        providers
    }

    /// Returns the modules that the packages of these names provide, without those of their dependencies.
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

    /// Returns the packages of these names and all their dependencies, each once and after its dependencies. A name may
    /// be that of a package or of a module.
    ///
    /// # Errors
    /// [`PackageError`] for a name that no package source has, and for a package whose file is missing or does not
    /// match; it names the package that requires it.
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

    /// Returns the package of a name; `None` if there is nothing to mount for it.
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
                place: None,
            });
        };
        let usable = candidates.iter().find(|package| package.fits(&self.target) && package.is_there());
        match (usable, candidates.first()) {
            (Some(package), _) if package.kind == PackageType::CpythonModule => Ok(None),
            (Some(package), _) => Ok(Some(Arc::clone(package))),
            (None, Some(first)) if first.is_there() => first.open(&self.target).map(|_| Some(Arc::clone(first))),
            // A distribution may be incomplete. The linker reports a missing library to the code that calls it.
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
    /// Finds a package; the second name is the package that requires it.
    Enter(String, Option<String>),
    /// All dependencies of the package are in the order.
    Leave(Arc<Available>),
}

#[cfg(test)]
mod tests;
