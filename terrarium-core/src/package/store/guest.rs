//! Downloads that code asks for while it runs. They go into a store of their own, which is bounded, so that no other
//! sandbox selects another version because of them.

use std::{
    cell::Cell,
    fs,
    ops::ControlFlow,
    path::Path,
    sync::Arc,
    time::{Duration, SystemTime},
};

use terrarium_index::{Cancel, Control, Progress, Request, Source, tidy_cache};

use super::{
    PackageRequest, PackageStore,
    plan::{Planned, catalogue_of, lacks_extras},
};
use crate::package::{Installed, Lock, PackageError, Pool, lock::LockedPackage, normalize};

/// The most bytes and packages of the store. The oldest go, unless they were in use within a day.
const MOST_BYTES: u64 = 1 << 30;
const MOST_PACKAGES: usize = 1_000;
/// The time for which a package stays after its last use: a session may read its files.
const IN_USE: Duration = Duration::from_secs(24 * 3600);
/// The most bytes of pages and metadata of an index that are kept.
const MOST_PAGES: u64 = 256 << 20;

/// The packages that a run asks for.
pub(crate) struct GuestRequest<'a> {
    pub(crate) requirements: &'a [String],
    /// The packages that the interpreter has.
    pub(crate) installed: &'a Installed,
    /// The most bytes to download.
    pub(crate) bytes: u64,
    pub(crate) prereleases: bool,
}

impl PackageStore {
    /// Downloads what requirements need besides the packages of a pool, which has this store as one of its sources.
    ///
    /// # Errors
    /// As for [`add`](Self::add), and [`PackageError::Download`] for more bytes than the request may have.
    pub(crate) fn fetch_beside(
        &self,
        pool: &Pool,
        asked: &GuestRequest<'_>,
        cancel: &Cancel,
        tell: &dyn Fn(Progress<'_>),
    ) -> Result<(), PackageError> {
        let (is_too_much, limit) = (Cell::new(false), asked.bytes);
        let report = |progress: Progress<'_>| {
            tell(progress);
            if let Progress::Downloading { all_done, all_total, .. } = progress {
                is_too_much.set(all_done.max(all_total.unwrap_or_default()) > limit);
            }
            if is_too_much.get() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let mut control = Control::new(cancel.clone(), report);
        let _guard = self.guard_within(&mut control)?;
        let mut lock = self.lock()?;
        self.make_room(&mut lock)?;
        let fetched = self.fetch_all(pool, asked, &mut lock, &mut control);
        // Code chooses the names, and those that do not exist have pages, too.
        tidy_cache(&self.index_cache, MOST_PAGES);
        match fetched {
            Err(PackageError::Cancelled { .. }) if is_too_much.get() => Err(PackageError::Download {
                url: "the index".to_owned(),
                reason: format!("the packages have more than the {limit} bytes that the run may still install"),
                source: None,
            }),
            fetched => fetched,
        }
    }

    fn fetch_all(
        &self,
        pool: &Pool,
        asked: &GuestRequest<'_>,
        lock: &mut Lock,
        control: &mut Control<'_>,
    ) -> Result<(), PackageError> {
        let request = PackageRequest::new(asked.requirements.iter().cloned()).prereleases(asked.prereleases);
        let index = self.index(&request)?;
        let mut from = self.distribution(None, &index, control)?;
        let mut is_retried = false;
        loop {
            let wanted = Request::new(asked.requirements.iter().map(String::as_str))?;
            let wanted = Self::by_package(wanted.requirements, [&from.lock, lock]);
            let of_distribution = catalogue_of(&from, |package| !lacks_extras(package, &wanted))?;
            let more: [&dyn Source; 2] = [&of_distribution, &index];
            let found = pool.solve(wanted, asked.installed, &more, asked.prereleases, control)?;
            let mut planned = Vec::new();
            for package in found.packages() {
                let (name, label) = (package.name.as_ref(), &*package.release.source);
                if label == from.place {
                    let is_it = |one: &&LockedPackage| normalize(&one.name) == name && one.version() == package.version;
                    if let Some(entry) = from.lock.packages.iter().find(is_it) {
                        planned.push(self.of_distribution(entry.clone(), &from)?);
                    }
                } else if label == index.label()
                    && let Some(wheel) = package.release.wheels.first()
                {
                    planned.push(Planned::Downloaded(Arc::clone(wheel), None, label.to_owned()));
                }
            }
            match self.fetch(planned, &[], Vec::new(), &request, lock, &index, control) {
                // Where only the index can be reached, it may have what the distribution has.
                Err(PackageError::Download { .. }) if !is_retried && !from.lock.packages.is_empty() => {
                    (from.lock, is_retried) = (Lock::empty(&self.target), true);
                }
                fetched => return fetched.map(drop),
            }
        }
    }

    /// Removes the packages that were not used for the longest time, until the store is within its bounds.
    ///
    /// # Errors
    /// [`PackageError::Store`], when all of them were in use within a day.
    fn make_room(&self, lock: &mut Lock) -> Result<(), PackageError> {
        self.make_room_within(lock, MOST_BYTES, MOST_PACKAGES, IN_USE)
    }

    pub(super) fn make_room_within(
        &self,
        lock: &mut Lock,
        bytes: u64,
        packages: usize,
        in_use: Duration,
    ) -> Result<(), PackageError> {
        let facts = |package: &LockedPackage| {
            let metadata = fs::metadata(self.dir.join(&package.file_name)).ok();
            let used = metadata.as_ref().and_then(|metadata| metadata.modified().ok());
            (used.unwrap_or(SystemTime::UNIX_EPOCH), metadata.map_or(0, |metadata| metadata.len()))
        };
        let mut all: Vec<_> = lock.packages.iter().map(|package| (facts(package), package.file_name.clone())).collect();
        all.sort();
        let (mut sum, mut count) = (all.iter().map(|((_, size), _)| size).sum::<u64>(), all.len());
        let mut gone = Vec::new();
        for ((used, size), file_name) in all {
            if sum < bytes && count < packages {
                break;
            }
            if used.elapsed().is_ok_and(|age| age > in_use) {
                (sum, count) = (sum - size, count - 1);
                gone.push(file_name);
            }
        }
        if !gone.is_empty() {
            lock.packages.retain(|package| !gone.contains(&package.file_name));
            self.write(lock)?;
            for file_name in &gone {
                self.discard(file_name)?;
            }
        }
        match sum < bytes && count < packages {
            true => Ok(()),
            false => {
                let reason = format!(
                    "it has {count} packages with {sum} bytes, the limit is {packages} with {bytes}, and all were in \
                     use within a day"
                );
                Err(PackageError::Store { path: self.dir.clone(), reason, source: None })
            }
        }
    }
}

/// Records the use of a package's file, at most once an hour.
pub(crate) fn touch(path: &Path) {
    let modified = fs::metadata(path).and_then(|metadata| metadata.modified());
    if modified.is_ok_and(|modified| modified.elapsed().is_ok_and(|age| age > IN_USE / 24))
        && let Ok(file) = fs::File::open(path)
    {
        let _ = file.set_modified(SystemTime::now());
    }
}
