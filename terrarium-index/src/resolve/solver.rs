//! The solver's view of packages, and [`resolve`].

use std::{
    cell::{Cell, RefCell},
    cmp::Reverse,
    collections::{BTreeMap, HashMap, HashSet},
};

use pep440_rs::Version;
use pep508_rs::PackageName;
use pubgrub::{Dependencies, DependencyConstraints, DependencyProvider, PackageResolutionStatistics, PubGrubError};

use super::{
    Request, Resolution,
    explain::explain,
    facts::Facts,
    node::Node,
    ranges::{Set, of_specifiers},
    select::Rules,
};
use crate::{Control, Error, Metadata, Release, Requirement, Source, Target};

/// The most attempts with yanked versions.
const MOST_ATTEMPTS: usize = 20;

/// Selects one version for each package that a request needs.
///
/// For each package the newest version of the first source that has a fitting one is preferred. Extras count as packages
/// whose versions are those of the package. A yanked version is used only where a requirement names exactly this version.
///
/// # Errors
/// [`Error::NoSolution`] with the chain of requirements that cannot hold together; any error of a source.
pub fn resolve(
    request: &Request,
    sources: &[&dyn Source],
    target: &Target,
    control: &mut Control<'_>,
) -> Result<Resolution, Error> {
    for requirement in request.requirements.iter().chain(&request.constraints) {
        if let Some(address) = requirement.address() {
            let reason = format!("packages are taken from an index by name, not from the address {address:?}");
            return Err(Error::requirement(&requirement.to_string(), reason));
        }
    }
    let prereleases: RefCell<HashSet<PackageName>> = RefCell::default();
    let failure = loop {
        let count = prereleases.borrow().len();
        let solver =
            Solver::new(request, sources, target, Rules { request, prereleases: &prereleases, yanked: None }, control);
        match solver.run()? {
            Ok(found) => return solver.finish(&found),
            // The permission to use pre-releases may have come after versions were excluded.
            Err(_) if prereleases.borrow().len() > count => {}
            Err(failure) if solver.left_out_yanked.get() => break failure,
            Err(failure) => return Err(failure),
        }
    };
    // A yanked version may be used if a package of the solution names it: such solutions are looked for last.
    let mut banned = HashSet::new();
    for _ in 0..MOST_ATTEMPTS {
        let rules = Rules { request, prereleases: &prereleases, yanked: Some(&banned) };
        let solver = Solver::new(request, sources, target, rules, control);
        let Ok(found) = solver.run()? else { break };
        let unpinned = solver.unpinned_yanked(&found);
        if unpinned.is_empty() {
            return solver.finish(&found);
        }
        banned.extend(unpinned);
    }
    Err(failure)
}

/// A solution.
pub(super) type Found = BTreeMap<Node, Version>;

pub(super) struct Solver<'s, 'c> {
    pub(super) request: &'s Request,
    pub(super) sources: &'s [&'s dyn Source],
    pub(super) target: &'s Target,
    control: RefCell<&'s mut Control<'c>>,
    pub(super) rules: Rules<'s>,
    left_out_yanked: Cell<bool>,
    steps: Cell<usize>,
    /// Names in the order in which they were met.
    order: RefCell<HashMap<PackageName, usize>>,
    pub(super) chosen: RefCell<HashMap<(PackageName, Version), Release>>,
    pub(super) known: RefCell<HashMap<(PackageName, Version), Known>>,
    pub(super) facts: RefCell<Facts>,
}

/// The metadata of a version, or the reason why it cannot be used.
pub(super) type Known = Result<std::sync::Arc<Metadata>, String>;

impl<'s, 'c> Solver<'s, 'c> {
    fn new(
        request: &'s Request,
        sources: &'s [&'s dyn Source],
        target: &'s Target,
        rules: Rules<'s>,
        control: &'s mut Control<'c>,
    ) -> Self {
        Self {
            request,
            sources,
            target,
            control: RefCell::new(control),
            rules,
            left_out_yanked: Cell::default(),
            steps: Cell::default(),
            order: RefCell::default(),
            chosen: RefCell::default(),
            known: RefCell::default(),
            facts: RefCell::default(),
        }
    }

    /// Returns a solution, or the explanation why there is none.
    fn run(&self) -> Result<Result<Found, Error>, Error> {
        match pubgrub::resolve(self, Node::Root, Version::new([0])) {
            Ok(found) => Ok(Ok(found.into_iter().collect())),
            Err(PubGrubError::NoSolution(tree)) => explain(self, &tree).map(Err),
            Err(
                PubGrubError::ErrorChoosingVersion { source, .. }
                | PubGrubError::ErrorRetrievingDependencies { source, .. }
                | PubGrubError::ErrorInShouldCancel(source),
            ) => Err(source),
        }
    }

    /// Calls a function with the caller's control.
    pub(super) fn with_control<T>(&self, f: impl FnOnce(&mut Control<'c>) -> T) -> T {
        f(&mut self.control.borrow_mut())
    }

    fn metadata(&self, name: &PackageName, version: &Version) -> Result<Known, Error> {
        let key = (name.clone(), version.clone());
        if let Some(known) = self.known.borrow().get(&key) {
            return Ok(known.clone());
        }
        let Some(release) = self.chosen.borrow().get(&key).cloned() else {
            return Ok(Err("it was not chosen".to_owned()));
        };
        let source =
            self.sources.iter().find(|source| source.label() == &*release.source || self.has(**source, &release));
        let Some(source) = source else { return Ok(Err("its source is gone".to_owned())) };
        let known = match self.with_control(|control| source.metadata(&release, control)) {
            Ok(metadata) => match &metadata.requires_python {
                Some(required) if !self.target.suits(required) => Err(format!("it requires Python {required}")),
                _ => Ok(metadata),
            },
            // Broken versions exist on every index: another version is used.
            Err(error @ (Error::Format { .. } | Error::Wheel { .. })) => Err(error.to_string()),
            Err(error) => return Err(error),
        };
        self.known.borrow_mut().insert(key, known.clone());
        Ok(known)
    }

    fn has(&self, source: &dyn Source, release: &Release) -> bool {
        let releases = self.with_control(|control| source.releases(&release.name, control)).ok().flatten();
        releases.is_some_and(|releases| {
            releases.fitting.iter().any(|other| other.version == release.version && other.source == release.source)
        })
    }

    /// Returns the requirements of a node, in the form of the solver.
    fn requirements(
        &self,
        of: &Node,
        version: &Version,
        requirements: &[&Requirement],
    ) -> Result<Result<Vec<(Node, Set)>, String>, Error> {
        let mut needed: Vec<(Node, Set)> = Vec::new();
        let mut add = |node: Node, set: Set| match needed.iter_mut().find(|(known, _)| *known == node) {
            Some((_, known)) => *known = known.intersection(&set),
            None => needed.push((node, set)),
        };
        for requirement in requirements {
            if let Some(address) = requirement.address() {
                return Ok(Err(format!("it requires {requirement}: the address {address:?} is not fetched")));
            }
            let name = requirement.name();
            let (set, constraints) = self.constrained(requirement);
            if of.name() == Some(name) && !set.contains(version) {
                return Ok(Err(format!("it requires another version of itself, {requirement}")));
            }
            let text = match constraints.as_str() {
                "" => requirement.to_string(),
                constraints => format!("{requirement} (with the constraint {constraints})"),
            };
            let extras = requirement.extras().iter().map(|extra| Node::Extra(name.clone(), extra.clone()));
            for node in std::iter::once(Node::Package(name.clone())).chain(extras).filter(|node| node != of) {
                self.facts.borrow_mut().add(of, version, &node, &text);
                add(node, set.clone());
            }
        }
        self.look_at(&needed)?;
        for requirement in requirements {
            self.permit_prereleases(requirement)?;
        }
        Ok(Ok(needed))
    }

    /// Permits pre-releases of a package whose requirement names one, or fits no final release (PEP 440).
    fn permit_prereleases(&self, requirement: &Requirement) -> Result<(), Error> {
        let name = requirement.name();
        if self.rules.prereleases.borrow().contains(name) {
            return Ok(());
        }
        let mut is_permitted = requirement.specifiers().iter().any(|specifier| specifier.any_prerelease());
        if !is_permitted {
            let (set, _) = self.constrained(requirement);
            let choice = self.with_control(|control| self.rules.choose(name, &set, self.sources, control))?;
            is_permitted = choice.release.is_none_or(|release| release.version.any_prerelease());
        }
        if is_permitted {
            self.rules.prereleases.borrow_mut().insert(name.clone());
        }
        Ok(())
    }

    /// Returns the versions that a requirement and the constraints permit, and the constraints as text.
    fn constrained(&self, requirement: &Requirement) -> (Set, String) {
        let own = of_specifiers(requirement.specifiers());
        let constraints = self
            .request
            .constraints
            .iter()
            .filter(|constraint| constraint.name() == requirement.name() && constraint.applies(self.target, &[]));
        constraints.fold((own, String::new()), |(set, text), constraint| {
            let text = if text.is_empty() { constraint.to_string() } else { format!("{text} and {constraint}") };
            (set.intersection(&of_specifiers(constraint.specifiers())), text)
        })
    }

    /// Lets the sources fetch what the next choices need, all at once, and reports new packages.
    fn look_at(&self, needed: &[(Node, Set)]) -> Result<(), Error> {
        let mut open: Vec<(&PackageName, &Set)> = Vec::new();
        for (node, set) in needed {
            let Node::Package(name) = node else { continue };
            let count = self.order.borrow().len();
            let is_new = !self.order.borrow().contains_key(name);
            if is_new {
                self.order.borrow_mut().insert(name.clone(), count);
                if count >= self.request.most_packages {
                    let most = self.request.most_packages;
                    let reason = format!("more than {most} packages would be needed: raise `most_packages`");
                    return Err(Error::requirement(name.as_ref(), reason));
                }
                let packages = count + 1;
                self.with_control(|control| {
                    control.report(crate::Progress::Examined { name: name.as_ref(), packages })
                })?;
            }
            open.push((name, set));
        }
        for source in self.sources {
            let names: Vec<PackageName> = open.iter().map(|(name, _)| (*name).clone()).collect();
            self.with_control(|control| {
                source.prepare(&names, control)?;
                open.retain(|(name, set)| !self.rules.is_settled(name, set, *source, control));
                Ok::<(), Error>(())
            })?;
        }
        Ok(())
    }
}

impl DependencyProvider for Solver<'_, '_> {
    type P = Node;
    type V = Version;
    type VS = Set;
    type M = String;
    type Err = Error;
    type Priority = (bool, u32, bool, Reverse<usize>);

    fn prioritize(&self, node: &Node, set: &Set, statistics: &PackageResolutionStatistics) -> Self::Priority {
        let order = node.name().and_then(|name| self.order.borrow().get(name).copied()).unwrap_or_default();
        let is_narrow = matches!(node, Node::Extra(..)) || set.as_singleton().is_some();
        (*node == Node::Root, statistics.conflict_count(), is_narrow, Reverse(order))
    }

    fn choose_version(&self, node: &Node, set: &Set) -> Result<Option<Version>, Error> {
        let Some(name) = node.name() else { return Ok(Some(Version::new([0]))) };
        self.steps.set(self.steps.get() + 1);
        if self.steps.get() > self.request.most_steps {
            let reason = format!("more than {} versions were tried: raise `most_steps`", self.request.most_steps);
            return Err(Error::requirement(name.as_ref(), reason));
        }
        let choice = self.with_control(|control| self.rules.choose(name, set, self.sources, control))?;
        if choice.left_out_yanked && choice.release.is_none() {
            self.left_out_yanked.set(true);
        }
        let Some(release) = choice.release else { return Ok(None) };
        let version = release.version.clone();
        self.chosen.borrow_mut().insert((name.clone(), version.clone()), release);
        Ok(Some(version))
    }

    fn get_dependencies(&self, node: &Node, version: &Version) -> Result<Dependencies<Node, Set, String>, Error> {
        let available = |needed: Vec<(Node, Set)>| Dependencies::Available(DependencyConstraints::from_iter(needed));
        let Some(name) = node.name() else {
            return Ok(match self.requirements(node, version, &self.root_requirements())? {
                Ok(needed) => available(needed),
                Err(reason) => Dependencies::Unavailable(reason),
            });
        };
        let metadata = match self.metadata(name, version)? {
            Ok(metadata) => metadata,
            Err(reason) => return Ok(Dependencies::Unavailable(reason)),
        };
        let counts = |requirement: &&Requirement| match node {
            Node::Extra(_, extra) => requirement.belongs_to(self.target, extra),
            _ => requirement.applies(self.target, &[]),
        };
        let requirements: Vec<&Requirement> = metadata.requires.iter().filter(counts).collect();
        Ok(match self.requirements(node, version, &requirements)? {
            Ok(mut needed) => {
                if let Node::Extra(..) = node {
                    let own = Node::Package(name.clone());
                    needed.retain(|(other, _)| *other != own);
                    needed.push((own, Set::singleton(version.clone())));
                }
                available(needed)
            }
            Err(reason) => Dependencies::Unavailable(reason),
        })
    }

    fn should_cancel(&self) -> Result<(), Error> {
        self.with_control(|control| control.check())
    }
}
