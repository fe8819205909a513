//! [`Index`]: the client of one or more indexes.

mod fetch;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use pep440_rs::Version;
use pep508_rs::PackageName;

use crate::{
    Control, Error, IndexOptions, Metadata, Release, Releases, Source, Target,
    error::redacted,
    http::{Job, in_parallel},
};
pub(crate) use fetch::{Fetcher, address_of, file_url};

/// The client of one or more indexes. Results are kept as long as the client.
///
/// ```no_run
/// use terrarium_index::{Control, Index, IndexOptions, Request, Surroundings, Target, resolve};
///
/// let target = Target::new("3.14.2", "pyemscripten_2026_0_wasm32")?;
/// let options = IndexOptions::from_user("cache", &Surroundings::of_process())?;
/// let index = Index::new(&options, target.clone())?;
/// let mut control = Control::default();
/// let found = resolve(&Request::new(["openpyxl"])?, &[&index], &target, &mut control)?;
/// index.download(&found.wheels(), "wheels".as_ref(), &mut control)?;
/// # Ok::<(), terrarium_index::Error>(())
/// ```
#[derive(Debug)]
pub struct Index {
    pub(crate) fetcher: Arc<Fetcher>,
    label: String,
    parallel: usize,
    pub(crate) keep_wheels: bool,
    releases: Mutex<HashMap<PackageName, Option<Arc<Releases>>>>,
    metadata: Mutex<HashMap<(PackageName, Version), Arc<Metadata>>>,
}

impl Index {
    /// Returns a client. Nothing is fetched yet.
    ///
    /// # Errors
    /// [`Error::Setting`] for an address, a proxy or certificates that cannot be used.
    pub fn new(options: &IndexOptions, target: Target) -> Result<Self, Error> {
        let fetcher = Fetcher::new(options, target)?;
        let places: Vec<String> = fetcher.indexes.iter().map(redacted).collect();
        Ok(Self {
            fetcher: Arc::new(fetcher),
            label: places.join(", "),
            parallel: options.parallel,
            keep_wheels: options.keep_wheels,
            releases: Mutex::default(),
            metadata: Mutex::default(),
        })
    }

    /// Runs jobs that use the fetcher. After a failure or a cancellation no thread waits for a server any more.
    pub(crate) fn run<T: Send + 'static>(
        &self,
        jobs: Vec<Job<T>>,
        control: &mut Control<'_>,
        report: impl FnMut(&mut Control<'_>, usize, u64, Option<u64>) -> Result<(), Error>,
    ) -> Result<Vec<T>, Error> {
        let done = in_parallel(jobs, self.parallel, control, report);
        if done.is_err() {
            self.fetcher.transport.hang_up();
        }
        done
    }

    fn known(&self) -> MutexGuard<'_, HashMap<PackageName, Option<Arc<Releases>>>> {
        self.releases.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self) -> MutexGuard<'_, HashMap<(PackageName, Version), Arc<Metadata>>> {
        self.metadata.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Source for Index {
    fn label(&self) -> &str {
        &self.label
    }

    fn releases(&self, name: &PackageName, control: &mut Control<'_>) -> Result<Option<Arc<Releases>>, Error> {
        let found = self.known().get(name).cloned();
        match found {
            Some(found) => Ok(found),
            None => {
                self.prepare(std::slice::from_ref(name), control)?;
                Ok(self.known().get(name).cloned().flatten())
            }
        }
    }

    fn metadata(&self, release: &Release, control: &mut Control<'_>) -> Result<Arc<Metadata>, Error> {
        let key = (release.name.clone(), release.version.clone());
        let found = self.read().get(&key).cloned();
        if let Some(found) = found {
            return Ok(found);
        }
        let (fetcher, wheels) = (Arc::clone(&self.fetcher), release.wheels.clone());
        let what = format!("{} {}", release.name, release.version);
        let wheel = wheels.into_iter().next().ok_or_else(|| Error::format(what, "it has no wheel"))?;
        let job: Job<Metadata> = Box::new(move |stop, tick| fetcher.metadata(&wheel, true, stop, tick));
        let found = self.run(vec![job], control, |_, _, _, _| Ok(()))?;
        let found = found.into_iter().next().map(Arc::new).ok_or(Error::Cancelled)?;
        self.read().insert(key, Arc::clone(&found));
        Ok(found)
    }

    fn prepare(&self, names: &[PackageName], control: &mut Control<'_>) -> Result<(), Error> {
        let wanted: Vec<PackageName> = {
            let known = self.known();
            names.iter().filter(|name| !known.contains_key(*name)).cloned().collect()
        };
        let job = |name: PackageName| -> Job<Prepared> {
            let fetcher = Arc::clone(&self.fetcher);
            Box::new(move |stop, tick| {
                let found = fetcher.releases(&name, stop)?;
                // The newest version is the likely choice, so its metadata is fetched along. The choice reports failures.
                let newest =
                    found.as_ref().and_then(|found| found.fitting.iter().find(|r| !r.version.any_prerelease()));
                let metadata = newest.and_then(|release| {
                    let wheel = release.wheels.first()?;
                    let metadata = fetcher.metadata(wheel, false, stop, tick).ok()?;
                    Some((release.version.clone(), metadata))
                });
                Ok((name, found, metadata))
            })
        };
        let jobs = wanted.into_iter().map(job).collect();
        for (name, found, metadata) in self.run(jobs, control, |_, _, _, _| Ok(()))? {
            if let Some((version, metadata)) = metadata {
                self.read().insert((name.clone(), version), Arc::new(metadata));
            }
            self.known().insert(name, found.map(Arc::new));
        }
        Ok(())
    }
}

/// The releases of a package, and the metadata of the newest one.
type Prepared = (PackageName, Option<Releases>, Option<(Version, Metadata)>);
