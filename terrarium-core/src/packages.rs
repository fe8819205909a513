//! From the options to mounted packages.

use std::{
    collections::BTreeMap,
    fmt, fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use sha2::{Digest, Sha256};

use crate::{
    Error, ExecuteOptions, ImageOptions, Packages, Result, SandboxOptions, base, bytecode,
    engine::{Cache, default_cache_dir},
    error::ErrorContext,
    image::Recipe,
    package::{Available, Distribution, PackageError, PackageStore, Placed, Pool, Site, What, imports, lay_out},
    vfs::{Content, Layer, LayerBuilder},
};

/// The folder of downloads below the cache folder.
const STORE: &str = "packages";
/// Where the guest's own distribution publishes its packages, by version.
const DISTRIBUTION: &str = "https://cdn.jsdelivr.net/pyodide";
/// How many sets of packages, and of sources, are remembered.
const REMEMBERED: usize = 32;

/// Packages with the files that every sandbox has.
pub(crate) struct Mounted {
    pub(crate) layer: Arc<Layer>,
    /// The packages' names, with those that others need.
    pub(crate) names: Vec<String>,
    /// Their files, bytecode included.
    pub(crate) files: Vec<Placed>,
    /// Tells them from any others; empty for none.
    pub(crate) key: String,
}

impl Mounted {
    /// No packages.
    ///
    /// # Errors
    /// [`Error::Artifacts`].
    pub(crate) fn none() -> Result<Self> {
        Ok(Self { layer: base::layer()?, names: Vec::new(), files: Vec::new(), key: String::new() })
    }
}

/// Gives a sandbox its packages.
pub(crate) struct Provider {
    /// None, if the options ask for no packages.
    pool: Option<Arc<Pool>>,
}

/// A package, or a site folder, with all that mounting it takes.
pub(crate) struct Item {
    /// What it is called in errors.
    pub(crate) origin: PathBuf,
    /// Tells its content from any other.
    pub(crate) key: String,
    pub(crate) files: Vec<Placed>,
}

impl Provider {
    /// Open the sources of the options.
    ///
    /// # Errors
    /// [`Error::Package`] for one that cannot be used.
    pub(crate) fn new(options: &SandboxOptions) -> Result<Self> {
        if options.packages == Packages::default() && options.packages_from.is_empty() {
            return Ok(Self { pool: None });
        }
        Ok(Self { pool: Some(pool(&options.packages_from, &store(options.cache_dir.as_deref())?)?) })
    }

    /// Without packages.
    pub(crate) fn none() -> Self {
        Self { pool: None }
    }

    /// The packages of all sources, if there are any.
    pub(crate) fn pool(&self) -> Option<&Pool> {
        self.pool.as_deref()
    }

    /// What is there whatever the code is: the packages that the options list, and site folders.
    ///
    /// # Errors
    /// [`Error::Package`] for a package that is not there or broken.
    pub(crate) fn preloaded(&self, options: &SandboxOptions, inlining: bool) -> Result<Arc<Mounted>> {
        let (Some(pool), listed) = (&self.pool, listed(options)) else {
            return Ok(Arc::new(Mounted::none()?));
        };
        let packages = pool.resolve(listed.iter().map(String::as_str))?;
        mounted(pool, &packages, options.cache_dir.as_deref(), inlining)
    }

    /// What the image is made from that has the packages which the options list; none, if they list none, or name a
    /// site folder, which may change.
    pub(crate) fn recipe(&self, options: &SandboxOptions, mounted: &Arc<Mounted>) -> Result<Option<Recipe>> {
        let Some(pool) = self.pool.as_ref().filter(|pool| pool.sites().is_empty() && options.preload) else {
            return Ok(None);
        };
        if mounted.files.is_empty() {
            return Ok(None);
        }
        let modules = pool.modules(listed(options).iter().map(String::as_str));
        Ok(Some(Recipe { mounted: Arc::clone(mounted), modules, ..Recipe::base()? }))
    }

    /// The packages that the code of a run imports, if the options ask to find them.
    ///
    /// # Errors
    /// [`Error::Package`] for a package that is broken. One that is missing is left to Python's own error.
    pub(crate) fn imported(
        &self,
        options: &SandboxOptions,
        inlining: bool,
        code: &str,
        run: &ExecuteOptions,
    ) -> Result<Option<Arc<Mounted>>> {
        let (Some(pool), Packages::Auto) = (&self.pool, &options.packages) else {
            return Ok(None);
        };
        let mut modules = imports(code);
        for (path, content) in options.files.iter().chain(&run.files) {
            if let (true, Ok(text)) = (path.ends_with(".py"), content.as_str()) {
                modules.extend(imports(text));
            }
        }
        let mut wanted = Vec::new();
        for name in modules.iter().filter_map(|module| pool.provider(module)) {
            match pool.resolve([name]) {
                Ok(_) => wanted.push(name),
                Err(error @ (PackageError::Unknown { .. } | PackageError::Absent { .. })) => {
                    tracing::warn!(%error, "a package that the code imports is left out");
                }
                Err(error) => return Err(error.into()),
            }
        }
        mounted(pool, &pool.resolve(wanted)?, options.cache_dir.as_deref(), inlining).map(Some)
    }
}

/// What an image of options is made from.
///
/// # Errors
/// [`Error::Package`] for packages that are not there or broken, [`Error::InvalidOption`] for a site folder.
pub(crate) fn recipe(options: &ImageOptions) -> Result<Recipe> {
    let cache_dir = options.cache_dir.as_deref();
    let mut recipe =
        Recipe { prepare: options.prepare.clone(), warm: options.warm, kind: options.kind(), ..Recipe::base()? };
    recipe.timeout = options.timeout;
    if !options.packages.is_empty() {
        let pool = pool(&options.packages_from, &store(cache_dir)?)?;
        if !pool.sites().is_empty() {
            let reason = "a site folder cannot be part of an image: name wheels or a distribution".to_owned();
            return Err(Error::option("packages_from", reason));
        }
        let names = || options.packages.iter().map(String::as_str);
        recipe.mounted = mounted(&pool, &pool.resolve(names())?, cache_dir, false)?;
        recipe.modules = pool.modules(names());
    }
    Ok(recipe)
}

fn listed(options: &SandboxOptions) -> &[String] {
    match &options.packages {
        Packages::List(names) => names,
        Packages::Auto => &[],
    }
}

/// The folder of downloaded packages.
///
/// # Errors
/// [`Error::Cache`], when there is no cache folder.
pub(crate) fn store(cache_dir: Option<&Path>) -> Result<PathBuf> {
    let dir = cache_dir.map(Path::to_owned).or_else(default_cache_dir);
    dir.map(|dir| dir.join(STORE)).ok_or_else(|| {
        let reason = "neither HOME nor XDG_CACHE_HOME is set: set TERRARIUM_CACHE_DIR or the option `cache_dir`";
        Error::cache(PathBuf::new(), reason)
    })
}

impl PackageStore {
    /// The store in a cache folder: [`SandboxOptions::cache_dir`], or the default one. It is made if it is not there.
    ///
    /// # Errors
    /// [`Error::Cache`], when it cannot be made or others may write to it.
    pub fn open(cache_dir: Option<&Path>) -> Result<Self> {
        let dir = store(cache_dir)?;
        Cache::open(cache_dir)?;
        // The same rules as for compiled code: what lies in it is run without asking again.
        Cache::open(Some(&dir))?;
        let runtime = base::runtime()?;
        let lock = runtime.package_lock().or_artifacts()?;
        let url = format!("{DISTRIBUTION}/v{}/full", runtime.manifest().guest.version);
        Ok(Self::at(dir, base::target()?, Distribution { url, lock }))
    }
}

/// The sources, opened once for as long as they do not change.
fn pool(from: &[String], store: &Path) -> Result<Arc<Pool>> {
    static POOLS: Mutex<BTreeMap<String, Arc<Pool>>> = Mutex::new(BTreeMap::new());
    let stamps: Vec<String> = from.iter().map(Path::new).chain([store]).map(stamp).collect();
    let key = format!("{from:?} {store:?} {stamps:?}");
    let make = || Ok(Arc::new(Pool::open(from, store, base::target()?)?));
    remembered(&POOLS, key, make)
}

/// Changes when a file, or one that lies in a folder, changes.
fn stamp(path: &Path) -> String {
    let of = |path: &Path| fs::metadata(path).ok().map(|metadata| (metadata.len(), metadata.modified().ok()));
    let listed = fs::read_dir(path).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
    let mut inside: Vec<_> = listed.map(|path| (of(&path), path)).collect();
    inside.sort();
    let digest = Sha256::digest(format!("{:?} {inside:?}", of(path)));
    format!("{digest:x}")
}

/// The packages as a layer, made once in a process; their libraries are compiled with `inlining` or without.
fn mounted(pool: &Pool, packages: &[Arc<Available>], cache_dir: Option<&Path>, inlining: bool) -> Result<Arc<Mounted>> {
    static SETS: Mutex<BTreeMap<String, Arc<Mounted>>> = Mutex::new(BTreeMap::new());
    let opened = packages.iter().map(|package| package.open(pool.target())).collect::<Result<Vec<_>, _>>()?;
    let keys: Vec<&str> =
        pool.sites().iter().map(|site| site.key()).chain(opened.iter().map(|opened| &*opened.sha256)).collect();
    if keys.is_empty() {
        return Ok(Arc::new(Mounted::none()?));
    }
    remembered(&SETS, format!("{cache_dir:?} {inlining} {keys:?}"), || {
        // What is installed last replaces what was there: the first source comes last, and so wins.
        let mut items = Vec::new();
        for opened in &opened {
            let files = opened.wheel.files()?;
            items.push(Item { origin: opened.wheel.path().to_owned(), key: opened.sha256.to_string(), files });
        }
        // A site folder may hold much that no code imports; its libraries are compiled when they are loaded.
        prepare_libraries(&items, cache_dir, inlining)?;
        items.extend(pool.sites().iter().rev().map(|site| of_site(site)));
        let mut names: Vec<String> = packages.iter().map(|package| package.name.clone()).collect();
        names.extend(pool.sites().iter().flat_map(|site| site.packages().iter().cloned()));
        for item in bytecode::of(&items, cache_dir)? {
            items.push(item);
        }
        let mut layer = LayerBuilder::on(&*base::layer()?);
        for item in &items {
            lay_out(&mut layer, &item.origin, &item.files)?;
        }
        let files = items.into_iter().flat_map(|item| item.files).collect();
        Ok(Arc::new(Mounted { layer: Arc::new(layer.build()), names, files, key: format!("{keys:?}") }))
    })
}

/// Have the native libraries of packages compiled, before the time of a run is counted.
fn prepare_libraries(items: &[Item], cache_dir: Option<&Path>, inlining: bool) -> Result<()> {
    let files = items.iter().flat_map(|item| &item.files);
    let libraries: Vec<(&str, &Content)> = files
        .filter_map(|file| match &file.what {
            What::File { content, .. } if file.path.ends_with(".so") => Some((file.path.as_str(), content)),
            _ => None,
        })
        .collect();
    if !libraries.is_empty() {
        base::machine(cache_dir, inlining)?.prepare_libraries(&libraries);
    }
    Ok(())
}

fn of_site(site: &Site) -> Item {
    Item { origin: site.path().to_owned(), key: site.key().to_owned(), files: site.files().to_vec() }
}

/// What `make` gave for a key before, or gives now. Others who ask wait for it, since it may take long.
fn remembered<T>(
    all: &Mutex<BTreeMap<String, Arc<T>>>,
    key: String,
    make: impl FnOnce() -> Result<Arc<T>>,
) -> Result<Arc<T>> {
    let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = all.get(&key) {
        return Ok(Arc::clone(known));
    }
    let made = make()?;
    if all.len() >= REMEMBERED {
        all.clear();
    }
    all.insert(key, Arc::clone(&made));
    Ok(made)
}

impl fmt::Debug for Mounted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mounted").field("names", &self.names).finish_non_exhaustive()
    }
}
