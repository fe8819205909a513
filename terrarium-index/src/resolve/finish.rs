//! From a solution to a resolution: what it needs, and whether it may use what it uses.

use std::collections::{BTreeMap, BTreeSet};

use pep440_rs::Version;
use pep508_rs::{ExtraName, PackageName};

use super::{
    Resolution, Resolved,
    node::Node,
    request::pins,
    solver::{Found, Solver},
};
use crate::{Error, Requirement, Yanked};

impl Solver<'_, '_> {
    /// Returns the yanked versions of a solution that no requirement of it names exactly.
    pub(super) fn unpinned_yanked(&self, found: &Found) -> Vec<(PackageName, Version)> {
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
    pub(super) fn active(&self, node: &Node, found: &Found) -> Vec<Requirement> {
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

    pub(super) fn root_requirements(&self) -> Vec<&Requirement> {
        self.request.requirements.iter().filter(|requirement| requirement.applies(self.target, &[])).collect()
    }

    /// Turns a solution into a resolution, without what nothing in it requires.
    pub(super) fn finish(&self, found: &Found) -> Result<Resolution, Error> {
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
            resolution.warnings.extend(self.outdated(found, &release)?);
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
