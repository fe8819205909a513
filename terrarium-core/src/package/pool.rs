//! All package sources of a sandbox: resolves requirements to the packages that fulfil them.

mod beside;

pub(crate) use beside::{Addition, Installed};

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, HashMap},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use terrarium_index::{Control, Request, Requirement, Resolution, Source, resolve};

use super::{
    PackageError, WheelTarget,
    available::Available,
    lock::PackageType,
    name::similar,
    normalize,
    resolver::{Choice, ChoiceSource, SiteSource, is_usable},
    set_locks::SetLocks,
    site::SiteFolder,
    source::PackageSource,
    store::STORE,
};

/// The number of resolutions that are kept.
const KEPT: usize = 64;

/// The package sources; the first has precedence.
pub(crate) struct Pool {
    target: WheelTarget,
    choices: Vec<Choice>,
    sites: Vec<Arc<SiteFolder>>,
    /// The versions of the store that earlier resolutions selected.
    sets: SetLocks,
    /// The packages by module. Collected at the first use, since that opens wheels.
    providers: OnceLock<BTreeMap<String, String>>,
    /// The packages by module that only their files tell. Collected when a module has no provider.
    examined: OnceLock<BTreeMap<String, String>>,
    /// Earlier resolutions by their requirements.
    resolved: Mutex<HashMap<Vec<String>, Arc<PackageSet>>>,
}

/// Packages that go together.
#[derive(Default)]
pub(crate) struct PackageSet {
    /// The packages, each after the ones that it requires.
    pub(crate) packages: Vec<Arc<Available>>,
    /// The packages that the requirements name, in their order.
    named: Vec<Arc<Available>>,
    /// The modules of site folders that the requirements name.
    site_modules: Vec<String>,
}

impl PackageSet {
    /// Returns the modules that the named packages provide.
    pub(crate) fn modules(&self, target: &WheelTarget) -> Vec<String> {
        let mut modules = self.site_modules.clone();
        for module in self.named.iter().flat_map(|package| package.modules(target)) {
            if !modules.contains(&module) {
                modules.push(module);
            }
        }
        modules
    }
}

impl Pool {
    /// Opens the package sources that the options name, then the package store at `store`, and last the folders of wheels
    /// `ready`.
    ///
    /// # Errors
    /// As for [`PackageSource::open`].
    pub(crate) fn open(
        from: &[String],
        store: &Path,
        ready: &[PathBuf],
        target: WheelTarget,
    ) -> Result<Self, PackageError> {
        let open = |entry: &String| -> Result<_, PackageError> {
            Ok((entry.clone(), PackageSource::open(entry, store, &target)?))
        };
        let mut sources = from.iter().map(open).collect::<Result<Vec<_>, _>>()?;
        sources.push((STORE.to_owned(), PackageSource::store(store, &target)?));
        for folder in ready {
            sources.push(open(&folder.to_string_lossy().into_owned())?);
        }
        let (mut choices, mut sites) = (Vec::new(), Vec::new());
        for (label, source) in sources {
            match source {
                PackageSource::Site(site) => sites.push(site),
                PackageSource::Choice(packages) => choices.push(Choice::new(&label, packages)),
            }
        }
        let (providers, examined, resolved) = Default::default();
        let sets = SetLocks::new(store, from);
        Ok(Self { target, choices, sites, sets, providers, examined, resolved })
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
        for name in self.names() {
            for module in self.candidates(name).next().map(|package| modules(package)).unwrap_or_default() {
                let top = module.split('.').next().unwrap_or(&module).to_owned();
                // Of several packages, the one with the module's name, else the first by name.
                if normalize(&top) == name || !providers.contains_key(&top) {
                    providers.insert(top, name.to_owned());
                }
            }
        }
        providers
    }

    /// Returns the names of all packages to choose from, sorted.
    fn names(&self) -> BTreeSet<&str> {
        self.choices.iter().flat_map(|choice| choice.packages.keys().map(String::as_str)).collect()
    }

    /// Returns the packages of a normalized name, those of the first source first.
    fn candidates(&self, name: &str) -> impl Iterator<Item = &Arc<Available>> {
        self.choices.iter().filter_map(move |choice| choice.packages.get(name)).flatten()
    }

    /// Returns the packages that fulfil requirements, and all packages that those require. The name in a requirement may be
    /// that of a module.
    ///
    /// # Errors
    /// [`PackageError`] for a name that no package source has, for versions that do not go together, and for a package whose
    /// file is missing or does not match.
    pub(crate) fn resolve<'n>(
        &self,
        wanted: impl IntoIterator<Item = &'n str>,
    ) -> Result<Arc<PackageSet>, PackageError> {
        let wanted: Vec<String> = wanted.into_iter().map(str::to_owned).collect();
        let resolved = || self.resolved.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = resolved().get(&wanted) {
            return Ok(Arc::clone(known));
        }
        let set = Arc::new(self.select(&wanted)?);
        let mut known = resolved();
        if known.len() >= KEPT {
            known.clear();
        }
        known.insert(wanted, Arc::clone(&set));
        Ok(set)
    }

    fn select(&self, wanted: &[String]) -> Result<PackageSet, PackageError> {
        let (mut requirements, mut site_modules) = (Vec::new(), Vec::new());
        for text in wanted {
            match self.requirement(text)? {
                Some(requirement) => requirements.push(requirement),
                None => site_modules.push(text.clone()),
            }
        }
        if requirements.is_empty() {
            return Ok(PackageSet { site_modules, ..PackageSet::default() });
        }
        let named: Vec<String> = requirements.iter().map(|requirement| requirement.name().to_string()).collect();
        let failure = RefCell::new(None);
        let (target, sites, failed) = (&self.target, &self.sites, &failure);
        let in_sites: Vec<_> = sites.iter().map(|site| SiteSource::new(site)).collect();
        let choices: Vec<_> =
            self.choices.iter().map(|choice| ChoiceSource { choice, target, sites, failure: failed }).collect();
        let sources = in_sites.iter().map(|source| source as &dyn Source);
        let sources: Vec<&dyn Source> = sources.chain(choices.iter().map(|source| source as &dyn Source)).collect();
        let mut request = Request::of(requirements);
        let select = |request: &Request| resolve(request, &sources, &self.target.wheels, &mut Control::default());
        let locked = self.sets.read(wanted).and_then(|versions| {
            request.constraints = versions;
            select(&request).ok()
        });
        let found = match locked {
            Some(found) => found,
            None => {
                request.constraints.clear();
                let found = select(&request).map_err(|error| failure.take().unwrap_or_else(|| self.failure(error)))?;
                self.sets.write(wanted, &found);
                found
            }
        };
        let packages = ordered(&found, &named).into_iter().filter_map(|name| self.selected(&found, name)).collect();
        let in_sites = named.iter().filter_map(|name| self.sites.iter().find_map(|site| site.packages().get(name)));
        site_modules.extend(in_sites.flat_map(|package| package.modules.clone()));
        let named = named.iter().filter_map(|name| self.selected(&found, name)).collect();
        Ok(PackageSet { packages, named, site_modules })
    }

    /// Returns the requirement of a text; `None` for a module of a site folder, which is there.
    fn requirement(&self, text: &str) -> Result<Option<Requirement>, PackageError> {
        let parsed = text.parse::<Requirement>();
        let name = parsed.as_ref().map_or_else(|_| normalize(text), |requirement| requirement.name().to_string());
        let in_site = self.sites.iter().any(|site| site.packages().contains_key(&name));
        if in_site || self.candidates(&name).next().is_some() {
            let requirement = parsed.map_err(PackageError::from)?;
            // A file that cannot be used at all is named, with the reason.
            let first = self.candidates(&name).next().filter(|_| !in_site);
            if let Some(first) = first.filter(|_| !self.candidates(&name).any(|one| is_usable(one, &self.target))) {
                if first.is_there() {
                    first.open(&self.target)?;
                }
                return Err(PackageError::Absent { name: name.clone(), needed_by: None, path: first.path.clone() });
            }
            return Ok(Some(requirement));
        }
        // The name of a module, perhaps with versions.
        let end = text.find(|c: char| !(c.is_alphanumeric() || "._-".contains(c))).unwrap_or(text.len());
        let (module, rest) = text.split_at(end);
        if let Some(provider) = self.provider(module) {
            return Ok(Some(format!("{provider}{rest}").parse()?));
        }
        if self.sites.iter().any(|site| site.provides(module)) {
            return Ok(None);
        }
        let (name, similar) = (module.to_owned(), similar(module, self.names()));
        match parsed {
            Err(error) if module.is_empty() || !rest.is_empty() => Err(error.into()),
            _ => Err(PackageError::Unknown { name, needed_by: None, similar, place: None }),
        }
    }

    /// Returns the error of a resolution.
    fn failure(&self, error: terrarium_index::Error) -> PackageError {
        if let terrarium_index::Error::NoSolution { unknown, .. } = &error
            && let [(name, needed_by)] = unknown.as_slice()
        {
            let similar = similar(name, self.names());
            return PackageError::Unknown { name: name.clone(), needed_by: needed_by.clone(), similar, place: None };
        }
        error.into()
    }

    /// Returns the package of a name in a resolution; `None` if there is nothing to mount for it.
    fn selected(&self, found: &Resolution, name: &str) -> Option<Arc<Available>> {
        let version = &found.get(name)?.version;
        if self.sites.iter().any(|site| site.packages().contains_key(name)) {
            return None;
        }
        let package = self.choices.iter().find_map(|choice| choice.find(name, version, &self.target))?;
        if package.kind == PackageType::SharedLibrary && !package.is_there() {
            tracing::warn!(library = %package.path.display(), "a library is not in the distribution");
            return None;
        }
        (package.kind != PackageType::CpythonModule).then(|| Arc::clone(package))
    }
}

/// Returns the names of a resolution, each after the ones that it requires. Cycles end at the first name that is met again.
fn ordered<'f>(found: &'f Resolution, named: &'f [String]) -> Vec<&'f str> {
    let mut steps: Vec<Step<'f>> = named.iter().rev().map(|name| Step::Enter(name)).collect();
    let (mut seen, mut order) = (BTreeSet::new(), Vec::new());
    while let Some(step) = steps.pop() {
        match step {
            Step::Leave(name) => order.push(name),
            Step::Enter(name) if seen.insert(name) => {
                steps.push(Step::Leave(name));
                let requires = found.get(name).map(|package| package.requires.as_slice()).unwrap_or_default();
                steps.extend(requires.iter().rev().map(|name| Step::Enter(name.as_ref())));
            }
            Step::Enter(_) => {}
        }
    }
    order
}

enum Step<'f> {
    Enter(&'f str),
    /// All requirements of the package are in the order.
    Leave(&'f str),
}

#[cfg(test)]
mod tests;
