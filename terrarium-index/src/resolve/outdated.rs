//! The reason why a version of a resolution is not the newest of its source: without it, a version that is years old
//! would be taken in silence.

use std::collections::{HashSet, VecDeque};

use pep440_rs::Version;
use pep508_rs::PackageName;

use super::{
    ranges::of_specifiers,
    solver::{Found, Solver},
};
use crate::{Error, Misfit, Release, Requirement, Yanked};

impl Solver<'_, '_> {
    /// Returns a sentence about the newest version that the requirements of a solution permit, if it was not chosen.
    pub(super) fn outdated(&self, found: &Found, release: &Release) -> Result<Option<String>, Error> {
        let name = &release.name;
        let source = self.sources.iter().find(|source| source.label() == &*release.source);
        let Some(source) = source else { return Ok(None) };
        let Some(releases) = self.with_control(|control| source.releases(name, control))? else { return Ok(None) };
        let mut requirements: Vec<Requirement> = found.keys().flat_map(|node| self.active(node, found)).collect();
        requirements.extend(self.request.constraints.iter().filter(|c| c.applies(self.target, &[])).cloned());
        requirements.retain(|requirement| requirement.name() == name);
        let is_newer = |version: &Version| {
            *version > release.version
                && requirements.iter().all(|requirement| of_specifiers(requirement.specifiers()).contains(version))
        };
        // The releases are sorted, the newest first.
        let usable = releases
            .fitting
            .iter()
            .find(|other| is_newer(&other.version) && other.yanked == Yanked::No && !other.version.any_prerelease());
        let is_built_for_others =
            |misfit: &Misfit| matches!(misfit, Misfit::Source | Misfit::Platform(_) | Misfit::Python(_));
        let unusable = releases.others.iter().filter(|other| is_built_for_others(&other.misfit));
        let unusable = unusable.filter_map(|other| other.version.as_ref());
        let unusable = unusable.filter(|version| is_newer(version) && !version.any_prerelease()).max();
        let start = format!("{name} {} is not the newest version", release.version);
        Ok(match (usable, unusable) {
            (None, None) => None,
            (Some(usable), unusable) if unusable.is_none_or(|version| *version <= usable.version) => {
                Some(format!("{start}: {name} {} {}", usable.version, self.obstacle(name, &usable.version)?))
            }
            (_, Some(version)) => Some(format!("{start}: {name} {version} has no wheel that fits this Python")),
            (_, None) => None,
        })
    }

    /// Returns what stands against a version: the first requirement that nothing fulfils, of the version or of what it
    /// requires.
    fn obstacle(&self, name: &PackageName, version: &Version) -> Result<String, Error> {
        // Each step has the text that leads to it.
        let mut open = VecDeque::from([(name.clone(), version.clone(), Vec::new(), String::new())]);
        let mut seen = HashSet::new();
        while let Some((name, version, extras, way)) = open.pop_front() {
            // Only what the resolution has looked at: nothing is fetched for an explanation.
            let metadata = match self.known.borrow().get(&(name.clone(), version.clone())).cloned() {
                Some(Ok(metadata)) => metadata,
                Some(Err(reason)) if way.is_empty() => return Ok(format!("cannot be used: {reason}")),
                _ => continue,
            };
            for requirement in metadata.requires.iter().filter(|requirement| requirement.applies(self.target, &extras))
            {
                let set = of_specifiers(requirement.specifiers());
                let choose = |control: &mut _| self.rules.choose(requirement.name(), &set, self.sources, control);
                match self.with_control(choose)?.release {
                    None => return Ok(format!("{way}requires {requirement}, of which no version fits this Python")),
                    Some(release) if seen.insert(release.name.clone()) => {
                        let way = format!("{way}requires {requirement}, which ");
                        open.push_back((release.name, release.version, requirement.extras().to_vec(), way));
                    }
                    Some(_) => {}
                }
            }
        }
        Ok("does not go together with the other packages".to_owned())
    }
}
