//! The package sources of a pool, as the resolver sees them.

use std::{cell::RefCell, collections::BTreeMap, sync::Arc};

use terrarium_index::{
    Control, Error, Metadata, Misfit, OtherFile, PackageName, Release, Releases, Source, Version, WheelName,
};

use super::{PackageError, WheelTarget, available::Available, lock::PackageType, site::SiteFolder, target::wheel_name};

/// Packages to choose from.
pub(super) struct Choice {
    label: Arc<str>,
    /// The candidates by normalized name, the best one first.
    pub(super) packages: BTreeMap<String, Vec<Arc<Available>>>,
}

impl Choice {
    pub(super) fn new(label: &str, packages: Vec<Arc<Available>>) -> Self {
        let mut by_name = BTreeMap::<String, Vec<_>>::new();
        for package in packages {
            by_name.entry(package.name.clone()).or_default().push(package);
        }
        Self { label: label.into(), packages: by_name }
    }

    /// Returns the package of a release of this source.
    pub(super) fn find(&self, name: &str, version: &Version, target: &WheelTarget) -> Option<&Arc<Available>> {
        self.packages.get(name)?.iter().find(|package| package.version == *version && is_usable(package, target))
    }
}

/// Whether the guest can use a package. A distribution may be incomplete: the linker reports a missing library to the code
/// that calls it.
pub(super) fn is_usable(package: &Available, target: &WheelTarget) -> bool {
    package.kind == PackageType::SharedLibrary || package.fits(target) && package.is_there()
}

/// A [`Choice`] during a resolution.
pub(super) struct ChoiceSource<'p> {
    pub(super) choice: &'p Choice,
    pub(super) target: &'p WheelTarget,
    /// The site folders, whose packages come from nowhere else.
    pub(super) sites: &'p [Arc<SiteFolder>],
    /// The error that ended the resolution.
    pub(super) failure: &'p RefCell<Option<PackageError>>,
}

impl Source for ChoiceSource<'_> {
    fn label(&self) -> &str {
        &self.choice.label
    }

    fn releases(&self, name: &PackageName, _: &mut Control<'_>) -> Result<Option<Arc<Releases>>, Error> {
        let in_site = self.sites.iter().any(|site| site.packages().contains_key(name.as_ref()));
        let candidates = self.choice.packages.get(name.as_ref()).filter(|_| !in_site);
        let Some(candidates) = candidates else { return Ok(None) };
        let (usable, others): (Vec<_>, Vec<_>) = candidates.iter().partition(|package| is_usable(package, self.target));
        let release = |package: &Arc<Available>| {
            Release::new(name.clone(), package.version.clone(), Arc::clone(&self.choice.label))
        };
        let other = |package: &Arc<Available>| {
            let tags =
                wheel_name(&package.path).filter(|_| !package.fits(self.target)).map(|name: WheelName| name.tags());
            let misfit = tags.map_or(Misfit::Absent, Misfit::Platform);
            let file_name = package.path.file_name().unwrap_or_default().to_string_lossy();
            OtherFile::new(Some(package.version.clone()), &file_name, misfit)
        };
        let (releases, others) = (usable.into_iter().map(release).collect(), others.into_iter().map(other).collect());
        Ok(Some(Arc::new(Releases::new(Arc::clone(&self.choice.label), releases, others))))
    }

    fn metadata(&self, release: &Release, _: &mut Control<'_>) -> Result<Arc<Metadata>, Error> {
        let found = self.choice.find(release.name.as_ref(), &release.version, self.target);
        let Some(package) = found else { return Err(Error::Cancelled) };
        // A broken file that the user named is an error, where an index has other versions.
        package.metadata(&release.name, self.target).map(Arc::new).map_err(|error| {
            *self.failure.borrow_mut() = Some(error);
            Error::Cancelled
        })
    }
}

/// The packages of a site folder during a resolution. They are mounted in any case, and require nothing more.
pub(super) struct SiteSource<'p> {
    site: &'p SiteFolder,
    label: Arc<str>,
}

impl<'p> SiteSource<'p> {
    pub(super) fn new(site: &'p SiteFolder) -> Self {
        Self { site, label: site.path().to_string_lossy().into() }
    }
}

impl Source for SiteSource<'_> {
    fn label(&self) -> &str {
        &self.label
    }

    fn releases(&self, name: &PackageName, _: &mut Control<'_>) -> Result<Option<Arc<Releases>>, Error> {
        Ok(self.site.packages().get(name.as_ref()).map(|package| {
            let release = Release::new(name.clone(), package.version.clone(), Arc::clone(&self.label));
            Arc::new(Releases::new(Arc::clone(&self.label), vec![release], Vec::new()))
        }))
    }

    fn metadata(&self, release: &Release, _: &mut Control<'_>) -> Result<Arc<Metadata>, Error> {
        Ok(Arc::new(Metadata::new(release.name.clone(), release.version.clone())))
    }
}
