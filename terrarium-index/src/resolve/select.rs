//! The choice of a version among the releases of all sources.

use std::{cell::RefCell, collections::HashSet};

use pep440_rs::Version;
use pep508_rs::PackageName;

use super::{Prereleases, Request, ranges::Set};
use crate::{Control, Error, Release, Source, Yanked};

/// The rules of a choice.
pub(super) struct Rules<'r> {
    pub(super) request: &'r Request,
    /// The packages whose pre-releases are used where no final release fits.
    pub(super) prereleases: &'r RefCell<HashSet<PackageName>>,
    /// Whether yanked versions are used where no other fits, except those in the list.
    pub(super) yanked: Option<&'r HashSet<(PackageName, Version)>>,
}

/// The best release that fits, and whether a yanked one was left out.
pub(super) struct Choice {
    pub(super) release: Option<Release>,
    pub(super) left_out_yanked: bool,
}

impl Rules<'_> {
    /// Chooses the release of a package in a set: first by kind, then by source, then by version.
    ///
    /// The kinds are final releases, pre-releases, and yanked ones.
    pub(super) fn choose(
        &self,
        name: &PackageName,
        set: &Set,
        sources: &[&dyn Source],
        control: &mut Control<'_>,
    ) -> Result<Choice, Error> {
        let mut left_out_yanked = false;
        let mut best: Option<(u8, Release)> = None;
        for source in sources {
            let Some(releases) = source.releases(name, control)? else { continue };
            // The releases are sorted, the newest first.
            for release in releases.fitting.iter().filter(|release| set.contains(&release.version)) {
                let Some(kind) = self.kind(release, &mut left_out_yanked) else { continue };
                if best.as_ref().is_some_and(|(known, _)| *known <= kind) {
                    continue;
                }
                let Some(release) = self.with_hashes(release) else { continue };
                best = Some((kind, release));
                if kind == 0 {
                    return Ok(Choice { release: best.map(|(_, release)| release), left_out_yanked });
                }
            }
        }
        Ok(Choice { release: best.map(|(_, release)| release), left_out_yanked })
    }

    /// Whether a source has a release that needs no look at the next source.
    pub(super) fn is_settled(
        &self,
        name: &PackageName,
        set: &Set,
        source: &dyn Source,
        control: &mut Control<'_>,
    ) -> bool {
        let releases = source.releases(name, control).ok().flatten();
        releases.is_some_and(|releases| {
            let mut fitting = releases.fitting.iter().filter(|release| set.contains(&release.version));
            fitting.any(|release| self.kind(release, &mut false) == Some(0) && self.with_hashes(release).is_some())
        })
    }

    /// Whether a pre-release is left out that another requirement would permit.
    pub(super) fn leaves_out(&self, release: &Release) -> bool {
        release.version.any_prerelease() && release.yanked == Yanked::No && self.kind(release, &mut false).is_none()
    }

    /// Returns the rank of a release, 0 for the best; `None` if it is not used.
    fn kind(&self, release: &Release, left_out_yanked: &mut bool) -> Option<u8> {
        let (name, version) = (&release.name, &release.version);
        if release.yanked != Yanked::No && !self.request.pins(name, version) {
            let is_permitted = self.yanked.is_some_and(|banned| !banned.contains(&(name.clone(), version.clone())));
            *left_out_yanked |= !is_permitted;
            return is_permitted.then_some(2);
        }
        match (version.any_prerelease(), self.request.prereleases) {
            (true, Prereleases::Never) => None,
            (true, Prereleases::IfNecessary) if !self.request.names_prerelease(name) => {
                self.prereleases.borrow().contains(name).then_some(1)
            }
            _ => Some(0),
        }
    }

    /// Returns a release with the wheels that have a permitted hash; `None` if there are none.
    fn with_hashes(&self, release: &Release) -> Option<Release> {
        let Some(permitted) = self.request.hashes.get(&release.name) else {
            return Some(release.clone());
        };
        let has_one = |hashes: &crate::Hashes| {
            hashes.iter().any(|(algorithm, digits)| permitted.iter().any(|other| other.get(algorithm) == Some(digits)))
        };
        let wheels: Vec<_> = release.wheels.iter().filter(|wheel| has_one(&wheel.hashes)).cloned().collect();
        (!wheels.is_empty()).then(|| Release { wheels, ..release.clone() })
    }
}
