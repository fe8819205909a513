//! Mounted packages from the options.

use std::{
    fmt, fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use sha2::{Digest, Sha256};
use terrarium_index::Cancel;

use super::{
    bytecode::{self, CompileSources},
    distribution::{layer, machine, target},
    memo::{Memo, Wait, WaitEnd},
    part::MountedPart,
    ready::{WHEELS, ready_folders},
    store::store_dir,
};
use crate::{
    Error, ExecuteOptions, ImageOptions, Packages, Result, SandboxOptions,
    package::{
        Available, Installed, OpenPackage, PackageError, PackageFiles, PlacedFile, PlacedKind, Pool, SET_LOCKS,
        SiteFolder, import_scan, lay_out,
    },
};
use terrarium_unix::vfs::{Content, Layer, LayerBuilder};

/// The number of pools that stay open: a change of a source makes another.
const POOL_CAPACITY: usize = 8;
/// The number of sets of packages that stay mounted.
const SET_CAPACITY: usize = 32;

/// Packages, together with the files of every sandbox.
pub(crate) struct MountedPackages {
    pub(crate) layer: Arc<Layer>,
    /// The packages' names, including dependencies.
    pub(crate) names: Vec<String>,
    /// The packages with their versions.
    pub(crate) versions: Vec<String>,
    /// The packages' files, including bytecode.
    pub(crate) files: Vec<PlacedFile>,
    /// The key that identifies these packages; empty for no packages.
    pub(crate) key: String,
    /// The packages' wheels. A site folder has none.
    pub(crate) wheels: Vec<MountedWheel>,
    /// The wheels and site folders.
    pub(crate) parts: Vec<MountedPart>,
    /// The site folders.
    pub(crate) sites: Vec<Arc<SiteFolder>>,
}

/// A wheel of mounted packages.
pub(crate) struct MountedWheel {
    pub(crate) path: PathBuf,
    /// In hexadecimal.
    pub(crate) sha256: String,
    /// The file with its bytecode, if it has sources and the file was kept.
    pub(crate) bytecode: Option<PathBuf>,
}

impl MountedPackages {
    /// Returns a value without packages.
    ///
    /// # Errors
    /// [`Error::Artifacts`].
    pub(crate) fn none() -> Result<Self> {
        let (names, versions, files, wheels, parts) = Default::default();
        Ok(Self { layer: layer()?, names, versions, files, key: String::new(), wheels, parts, sites: Vec::new() })
    }
}

/// The packages that the code of a run imports.
pub(crate) struct ImportedPackages {
    pub(crate) mounted: Arc<MountedPackages>,
    /// The packages that it imports itself.
    pub(crate) names: Arc<Vec<String>>,
}

/// Provides a sandbox with its packages.
#[derive(Clone)]
pub(crate) struct PackageProvider {
    /// The pool; `None`, if the options request no packages.
    pool: Option<Arc<Pool>>,
    compile: CompileSources,
}

impl PackageProvider {
    /// Opens the package sources of the options.
    ///
    /// # Errors
    /// [`Error::Package`] for a package source that cannot be used.
    pub(crate) fn new(options: &SandboxOptions, compile: CompileSources) -> Result<Self> {
        if options.packages == Packages::default() && options.packages_from.is_empty() {
            return Ok(Self { pool: None, compile });
        }
        let pool = pool(&options.packages_from, &store_dir(options.cache_dir.as_deref())?)?;
        Ok(Self { pool: Some(pool), compile })
    }

    /// Returns the packages of all package sources, if there are any.
    pub(crate) fn pool(&self) -> Option<&Pool> {
        self.pool.as_deref()
    }

    /// Returns the packages that do not depend on the code: those that the options list, and site folders. Their libraries
    /// are compiled for use without an image if `inlining` tells how.
    ///
    /// # Errors
    /// [`Error::Package`] for a package that is missing or broken.
    pub(crate) fn preloaded(&self, options: &SandboxOptions, inlining: Option<bool>) -> Result<Arc<MountedPackages>> {
        self.listed(options, Stage::Bytecode { libraries: inlining })
    }

    /// Returns the packages that the options list without compiling anything.
    ///
    /// # Errors
    /// As for [`preloaded`](Self::preloaded).
    pub(crate) fn sources(&self, options: &SandboxOptions) -> Result<Arc<MountedPackages>> {
        self.listed(options, Stage::Sources)
    }

    fn listed(&self, options: &SandboxOptions, stage: Stage) -> Result<Arc<MountedPackages>> {
        let (Some(pool), listed) = (&self.pool, listed(options)) else {
            return Ok(Arc::new(MountedPackages::none()?));
        };
        let set = pool.resolve(listed.iter().map(String::as_str))?;
        let made = mounted(pool, &set.packages, options.cache_dir.as_deref(), stage, self.compile, Wait::default())?;
        made.map_err(endless)
    }

    /// Returns the modules that an image with the options' packages imports. `None`, if the options list no packages or
    /// turn off `preload`.
    pub(crate) fn preloaded_modules(&self, options: &SandboxOptions) -> Option<Vec<String>> {
        let pool = self.pool.as_ref().filter(|_| options.preload)?;
        let set = pool.resolve(listed(options).iter().map(String::as_str)).ok()?;
        let modules = set.modules(pool.target());
        (!modules.is_empty()).then_some(modules)
    }

    /// Returns the packages that the code of a run imports, if the options are [`Packages::Auto`]. `installed` are the
    /// packages of an interpreter whose code has installed some.
    ///
    /// Without `inlining`, nothing is compiled. Else packages that are used for the first time are compiled, which takes
    /// part of the run's time, unless the caller says that an image serves them.
    ///
    /// # Errors
    /// [`Error::Package`] for a package that is broken. A missing package is left to Python's own error.
    pub(crate) fn imported(
        &self,
        options: &SandboxOptions,
        inlining: Option<bool>,
        (code, run): (&str, &ExecuteOptions),
        wait: Wait<'_>,
        installed: Option<&Installed>,
        is_served: &dyn Fn(&ImportedPackages) -> Result<bool>,
    ) -> Result<Result<Option<ImportedPackages>, WaitEnd>> {
        let (Some(pool), Packages::Auto) = (&self.pool, &options.packages) else {
            return Ok(Ok(None));
        };
        let mut scan = import_scan(code);
        for (path, content) in options.files.iter().chain(&run.files) {
            if let (true, Ok(text)) = (path.ends_with(".py"), content.as_str()) {
                scan.extend(import_scan(text));
            }
        }
        scan.add_implied();
        let mut wanted = Vec::new();
        for name in scan.modules.iter().filter_map(|module| pool.provider(module)) {
            match pool.resolve([name]) {
                Ok(_) => wanted.push(name),
                Err(
                    error @ (PackageError::Unknown { .. }
                    | PackageError::Absent { .. }
                    | PackageError::Unsatisfiable { .. }),
                ) => {
                    tracing::warn!(%error, "a package that the code imports is left out");
                }
                Err(error) => return Err(error.into()),
            }
        }
        let names: Vec<String> = wanted.iter().map(|name| (*name).to_owned()).collect();
        let packages = match installed {
            None => pool.resolve(wanted)?.packages.clone(),
            Some(installed) => {
                let found = pool.beside(&names, installed, false, &Cancel::default());
                found.map(|found| found.packages).unwrap_or_else(|error| {
                    tracing::warn!(%error, "the packages that the code imports are left out");
                    Vec::new()
                })
            }
        };
        let names = Arc::new(names);
        let mount = |stage| {
            let made = mounted(pool, &packages, options.cache_dir.as_deref(), stage, self.compile, wait)?;
            Ok::<_, Error>(made.map(|mounted| ImportedPackages { mounted, names: Arc::clone(&names) }))
        };
        let found = match mount(Stage::Sources)? {
            Ok(found) => found,
            Err(end) => return Ok(Err(end)),
        };
        match inlining {
            Some(_) if !is_served(&found)? => Ok(mount(Stage::Bytecode { libraries: inlining })?.map(Some)),
            _ => Ok(Ok(Some(found))),
        }
    }

    /// Returns packages by name, with their bytecode, and the modules that an image with them imports.
    ///
    /// # Errors
    /// As for [`preloaded`](Self::preloaded).
    pub(crate) fn named(
        &self,
        options: &SandboxOptions,
        names: &[String],
    ) -> Result<(Arc<MountedPackages>, Vec<String>)> {
        let Some(pool) = &self.pool else { return Ok((Arc::new(MountedPackages::none()?), Vec::new())) };
        let set = pool.resolve(names.iter().map(String::as_str))?;
        let stage = Stage::Bytecode { libraries: None };
        let made = mounted(pool, &set.packages, options.cache_dir.as_deref(), stage, self.compile, Wait::default())?;
        Ok((made.map_err(endless)?, set.modules(pool.target())))
    }
}

/// Returns the packages of an image, and the modules that it imports.
///
/// # Errors
/// [`Error::Package`] for packages that are missing or broken.
pub(crate) fn mount_for_image(
    options: &ImageOptions,
    compile: CompileSources,
) -> Result<(Arc<MountedPackages>, Vec<String>)> {
    if options.packages.is_empty() {
        return Ok((Arc::new(MountedPackages::none()?), Vec::new()));
    }
    let cache_dir = options.cache_dir.as_deref();
    let pool = pool(&options.packages_from, &store_dir(cache_dir)?)?;
    let set = pool.resolve(options.packages.iter().map(String::as_str))?;
    let stage = Stage::Bytecode { libraries: None };
    let mounted = mounted(&pool, &set.packages, cache_dir, stage, compile, Wait::default())?;
    Ok((mounted.map_err(endless)?, set.modules(pool.target())))
}

fn listed(options: &SandboxOptions) -> &[String] {
    match &options.packages {
        Packages::List(names) => names,
        Packages::Auto => &[],
    }
}

/// The end of a wait without an end.
fn endless(end: WaitEnd) -> Error {
    match end {
        WaitEnd::Cancelled => Error::Cancelled,
        WaitEnd::Late => Error::engine("a wait for packages ended"),
    }
}

/// Returns the pool of the package sources, which stays open until a source changes.
fn pool(from: &[String], store: &Path) -> Result<Arc<Pool>> {
    static POOLS: Memo<Pool> = Memo::new(POOL_CAPACITY);
    pool_in(&POOLS, from, store)
}

/// Returns the pool of the package sources, like [`pool`].
pub(super) fn pool_in(pools: &'static Memo<Pool>, from: &[String], store: &Path) -> Result<Arc<Pool>> {
    let stamps: Vec<String> = from.iter().map(Path::new).chain([store]).map(stamp).collect();
    let ready: Vec<PathBuf> = ready_folders().iter().map(|folder| folder.path.join(WHEELS)).collect();
    let key = format!("{from:?} {store:?} {ready:?} {stamps:?}");
    let (from, store) = (from.to_vec(), store.to_owned());
    let make = move || Ok(Arc::new(Pool::open(&from, &store, &ready, target()?)?));
    pools.get(&key, Wait::default(), make)?.map_err(endless)
}

/// Returns a text that changes when a file, or a file in a folder, changes.
fn stamp(path: &Path) -> String {
    let of = |path: &Path| fs::metadata(path).ok().map(|metadata| (metadata.len(), metadata.modified().ok()));
    let listed = fs::read_dir(path).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
    // The versions that were selected are no reason to read the packages again.
    let listed = listed.filter(|path| !path.ends_with(SET_LOCKS));
    let mut inside: Vec<_> = listed.map(|path| (of(&path), path)).collect();
    inside.sort();
    let digest = Sha256::digest(format!("{:?} {inside:?}", of(path)));
    format!("{digest:x}")
}

/// The work that is done before packages are mounted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// None: bytecode is there if an earlier process made it.
    Sources,
    /// Sources are compiled, and libraries with or without inlining. `None`: libraries are not, because an image contains
    /// them.
    Bytecode { libraries: Option<bool> },
}

/// Returns the packages as a layer, made once in a process.
fn mounted(
    pool: &Arc<Pool>,
    packages: &[Arc<Available>],
    cache_dir: Option<&Path>,
    stage: Stage,
    compile: CompileSources,
    wait: Wait<'_>,
) -> Result<Result<Arc<MountedPackages>, WaitEnd>> {
    static SETS: Memo<MountedPackages> = Memo::new(SET_CAPACITY);
    let opened = packages.iter().map(|package| package.open(pool.target())).collect::<Result<Vec<_>, _>>()?;
    let keys: Vec<&str> =
        pool.sites().iter().map(|site| site.key()).chain(opened.iter().map(|opened| &*opened.sha256)).collect();
    if keys.is_empty() {
        return Ok(Ok(Arc::new(MountedPackages::none()?)));
    }
    let key = format!("{keys:?}");
    let (pool, packages, cache_dir) = (Arc::clone(pool), packages.to_vec(), cache_dir.map(Path::to_owned));
    SETS.get(&format!("{cache_dir:?} {stage:?} {key}"), wait, move || {
        let cache_dir = cache_dir.as_deref();
        // The last file at a path wins, so the first source comes last.
        let mut items = opened.iter().map(files_of).collect::<Result<Vec<_>>>()?;
        // A site folder may have many libraries that no code imports; they are compiled when they are loaded.
        if let Stage::Bytecode { libraries: Some(inlining) } = stage {
            prepare_libraries(items.iter().flat_map(|item| &item.files), cache_dir, inlining)?;
        }
        let mut wheels: Vec<MountedWheel> = Vec::new();
        for item in &items {
            let (path, sha256) = (item.origin.clone(), item.key.clone());
            wheels.push(MountedWheel { path, sha256, bytecode: None });
        }
        items.extend(pool.sites().iter().rev().map(|site| of_site(site)));
        let parts = items.iter().map(MountedPart::new).collect();
        let mut names: Vec<String> = packages.iter().map(|package| package.name.clone()).collect();
        names.extend(pool.sites().iter().flat_map(|site| site.packages().keys().cloned()));
        let own = packages.iter().map(|package| (&package.name, &package.version));
        let in_sites = pool.sites().iter().flat_map(|site| site.packages());
        let in_sites = in_sites.map(|(name, package)| (name, &package.version));
        let versions = own.chain(in_sites).map(|(name, version)| format!("{name}=={version}")).collect();
        let compile = (stage != Stage::Sources).then_some(compile);
        let compiled = bytecode::bytecode(&items, cache_dir, compile)?;
        for (wheel, item) in wheels.iter_mut().zip(&items) {
            let name = bytecode::file_name(item)?;
            let own = compiled.iter().find(|compiled| compiled.key == name && compiled.origin.ends_with(&name));
            wheel.bytecode = own.map(|own| own.origin.clone());
        }
        items.extend(compiled);
        let mut layer = LayerBuilder::on(&*layer()?);
        for item in &items {
            lay_out(&mut layer, &item.origin, &item.files)?;
        }
        let files = items.into_iter().flat_map(|item| item.files).collect();
        let (sites, layer) = (pool.sites().to_vec(), Arc::new(layer.build()));
        Ok(Arc::new(MountedPackages { layer, names, versions, files, key, wheels, parts, sites }))
    })
}

/// Returns the files of an open package.
///
/// # Errors
/// [`Error::Package`].
pub(super) fn files_of(opened: &OpenPackage) -> Result<PackageFiles> {
    let files = opened.wheel.files()?;
    Ok(PackageFiles { origin: opened.wheel.path().to_owned(), key: opened.sha256.to_string(), files })
}

/// Compiles the native libraries of packages before the time of a run is counted.
///
/// # Errors
/// As for [`machine`].
pub(crate) fn prepare_libraries<'a>(
    files: impl IntoIterator<Item = &'a PlacedFile>,
    cache_dir: Option<&Path>,
    inlining: bool,
) -> Result<()> {
    let libraries = libraries(files);
    if !libraries.is_empty() {
        machine(cache_dir, inlining)?.prepare_libraries(&libraries);
    }
    Ok(())
}

/// Returns the native libraries among files.
pub(crate) fn libraries<'a>(files: impl IntoIterator<Item = &'a PlacedFile>) -> Vec<(&'a str, &'a Content)> {
    let library = |file: &'a PlacedFile| match &file.kind {
        PlacedKind::File { content, .. } if file.path.ends_with(".so") => Some((file.path.as_str(), content)),
        _ => None,
    };
    files.into_iter().filter_map(library).collect()
}

fn of_site(site: &SiteFolder) -> PackageFiles {
    PackageFiles { origin: site.path().to_owned(), key: site.key().to_owned(), files: site.files().to_vec() }
}

impl fmt::Debug for MountedPackages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MountedPackages").field("names", &self.names).finish_non_exhaustive()
    }
}
