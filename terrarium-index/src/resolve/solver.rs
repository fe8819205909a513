//! The solver's view of packages, and [`resolve`].

use std::{
    cell::{Cell, RefCell},
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
};

use pep440_rs::Version;
use pep508_rs::{ExtraName, PackageName};
use pubgrub::{Dependencies, DependencyConstraints, DependencyProvider, PackageResolutionStatistics, PubGrubError};

use super::{
    Request, Resolution, Resolved,
    explain::explain,
    facts::Facts,
    node::Node,
    ranges::{Set, of_specifiers},
    request::pins,
    select::Rules,
};
use crate::{Control, Error, Metadata, Release, Requirement, Source, Target, Yanked};

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
    let first = Solver::new(request, sources, target, None, control);
    let failure = match first.run()? {
        Ok(found) => return first.finish(&found),
        Err(failure) if first.left_out_yanked.get() => failure,
        Err(failure) => return Err(failure),
    };
    // A yanked version may be used if a package of the solution names it: such solutions are looked for last.
    let mut banned = HashSet::new();
    for _ in 0..MOST_ATTEMPTS {
        let solver = Solver::new(request, sources, target, Some(&banned), control);
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
type Found = BTreeMap<Node, Version>;

pub(super) struct Solver<'s, 'c> {
    pub(super) request: &'s Request,
    pub(super) sources: &'s [&'s dyn Source],
    pub(super) target: &'s Target,
    control: RefCell<&'s mut Control<'c>>,
    rules: Rules<'s>,
    left_out_yanked: Cell<bool>,
    steps: Cell<usize>,
    /// Names in the order in which they were met.
    order: RefCell<HashMap<PackageName, usize>>,
    chosen: RefCell<HashMap<(PackageName, Version), Release>>,
    known: RefCell<HashMap<(PackageName, Version), Known>>,
    pub(super) facts: RefCell<Facts>,
}

/// The metadata of a version, or the reason why it cannot be used.
type Known = Result<std::sync::Arc<Metadata>, String>;

impl<'s, 'c> Solver<'s, 'c> {
    fn new(
        request: &'s Request,
        sources: &'s [&'s dyn Source],
        target: &'s Target,
        yanked: Option<&'s HashSet<(PackageName, Version)>>,
        control: &'s mut Control<'c>,
    ) -> Self {
        Self {
            request,
            sources,
            target,
            control: RefCell::new(control),
            rules: Rules { request, yanked },
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
        Ok(Ok(needed))
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

    /// Returns the yanked versions of a solution that no requirement of it names exactly.
    fn unpinned_yanked(&self, found: &Found) -> Vec<(PackageName, Version)> {
        let active: Vec<Requirement> = found.keys().flat_map(|node| self.active(node, found)).collect();
        let chosen = self.chosen.borrow();
        let yanked = found.iter().filter_map(|(node, version)| {
            let Node::Package(name) = node else { return None };
            let key = (name.clone(), version.clone());
            let is_yanked = chosen.get(&key).is_some_and(|release| release.yanked != Yanked::No);
            let is_pinned = || active.iter().any(|other| other.name() == name && pins(other, version));
            (is_yanked && !self.request.pins(name, version) && !is_pinned()).then_some(key)
        });
        yanked.collect()
    }

    /// Returns the requirements of a node that count.
    fn active(&self, node: &Node, found: &Found) -> Vec<Requirement> {
        let of_metadata = |name: &PackageName, counts: &dyn Fn(&Requirement) -> bool| {
            let Some(version) = found.get(node) else { return Vec::new() };
            let known = self.known.borrow();
            let Some(Ok(metadata)) = known.get(&(name.clone(), version.clone())) else { return Vec::new() };
            metadata.requires.iter().filter(|requirement| counts(requirement)).cloned().collect()
        };
        match node {
            Node::Root => self.root_requirements().into_iter().cloned().collect(),
            Node::Package(name) => of_metadata(name, &|requirement| requirement.applies(self.target, &[])),
            Node::Extra(name, extra) => of_metadata(name, &|requirement| requirement.belongs_to(self.target, extra)),
        }
    }

    fn root_requirements(&self) -> Vec<&Requirement> {
        self.request.requirements.iter().filter(|requirement| requirement.applies(self.target, &[])).collect()
    }

    /// Turns a solution into a resolution, without what nothing in it requires.
    fn finish(&self, found: &Found) -> Result<Resolution, Error> {
        let mut reached: BTreeMap<PackageName, (BTreeSet<ExtraName>, BTreeSet<PackageName>)> = BTreeMap::new();
        let mut open = vec![Node::Root];
        let mut seen = BTreeSet::new();
        while let Some(node) = open.pop() {
            if !found.contains_key(&node) || !seen.insert(node.clone()) {
                continue;
            }
            let requirements = self.active(&node, found);
            if let Some(name) = node.name() {
                let (extras, requires) = reached.entry(name.clone()).or_default();
                if let Node::Extra(_, extra) = &node {
                    extras.insert(extra.clone());
                }
                requires.extend(requirements.iter().map(|r| r.name().clone()).filter(|other| other != name));
            }
            for requirement in requirements {
                let name = requirement.name();
                open.push(Node::Package(name.clone()));
                open.extend(requirement.extras().iter().map(|extra| Node::Extra(name.clone(), extra.clone())));
            }
        }
        let requested: BTreeSet<&PackageName> = self.root_requirements().into_iter().map(Requirement::name).collect();
        let mut resolution = Resolution::default();
        for (name, (extras, requires)) in reached {
            let Some(version) = found.get(&Node::Package(name.clone())) else { continue };
            let key = (name.clone(), version.clone());
            let Some(release) = self.chosen.borrow().get(&key).cloned() else { continue };
            if !self.request.hashes.is_empty() && !self.request.hashes.contains_key(&name) {
                let reason = "other requirements have hashes, so this one needs one too: `--hash=sha256:…`";
                return Err(Error::requirement(&format!("{name}=={version}"), reason));
            }
            if let Yanked::Yes(reason) = &release.yanked {
                let reason = if reason.is_empty() { "without a reason" } else { reason };
                resolution.warnings.push(format!("{name} {version} was yanked: {reason}"));
            }
            // A catalogue without metadata offers no extras, and needs none.
            if let Some(Ok(metadata)) = self.known.borrow().get(&key) {
                for extra in extras.iter().filter(|extra| !metadata.extras.contains(extra)) {
                    resolution.warnings.push(format!("{name} {version} has no extra {extra}"));
                }
            }
            let (extras, requires) = (extras.into_iter().collect(), requires.into_iter().collect());
            let requested = requested.contains(&name);
            resolution.packages.push(Resolved { name, version: key.1, extras, requires, requested, release });
        }
        Ok(resolution)
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
