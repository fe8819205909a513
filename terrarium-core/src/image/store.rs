//! Images in the cache folder: found, or built once whoever asks first.

use std::{
    collections::{BTreeMap, VecDeque},
    fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, OnceLock, PoisonError, Weak},
    time::{Duration, SystemTime},
};

use rustix::fs::{FlockOperation, flock};

use super::{
    Image, ImageInfo, ImageOptions, ImageProgress, Opened, Recipe,
    about::{About, FORMAT},
    build, fault,
    file::{self, Contents},
    verify,
};
use crate::{
    Error, Result, base,
    engine::{
        Cache, CodeKind, FUNCTIONS_ENDING, Machine, Snapshot, check_process, compatibility, functions_file, give_back,
        untrusted,
    },
    error::ErrorContext,
    package::lay_out,
    packages::{self, Mounted},
    vfs::LayerBuilder,
};

/// The image of the bare interpreter.
///
/// # Errors
/// As for [`Image::build`].
pub(crate) fn base(cache_dir: Option<&Path>) -> Result<Image> {
    check_process()?;
    let recipe = Recipe::base()?;
    if let Some(path) = SHIPPED.get() {
        match shipped(cache_dir, path, &recipe) {
            Ok(image) => return Ok(image),
            Err(error) => tracing::warn!(%error, ?path, "the image that is shipped cannot be used here"),
        }
    }
    found_or_built(cache_dir, &recipe, &|_| ())
}

/// An image of the bare interpreter that the program brings.
static SHIPPED: OnceLock<PathBuf> = OnceLock::new();

/// Start from the image at `path` where the bare interpreter is wanted.
///
/// # Errors
/// [`Error::BareImageAlreadySet`] for another path than the one that is set.
pub(super) fn ship(path: PathBuf) -> Result<()> {
    let set = SHIPPED.get_or_init(|| path.clone());
    if *set == path { Ok(()) } else { Err(Error::BareImageAlreadySet { path: set.clone() }) }
}

/// The image that the program brings. It is trusted as the program is.
fn shipped(cache_dir: Option<&Path>, path: &Path, recipe: &Recipe) -> Result<Image> {
    // An image is tied to a cache folder, for what is loaded on top of it.
    let key = Key { path: path.to_owned(), cache_dir: cache_dir.map(Path::to_owned), file: None };
    if let Some(image) = opened(|opened| opened.find(&key)) {
        return Ok(image);
    }
    let image = open(cache_dir, path, Some(&recipe.mounted))?;
    if image.info().name != base::IMAGE {
        return Err(fault(path, "it is not one of the bare interpreter"));
    }
    Ok(opened(|opened| opened.keep(key, image)))
}

/// The image of a recipe.
///
/// # Errors
/// As for [`Image::build`].
pub(crate) fn found_or_built(
    cache_dir: Option<&Path>,
    recipe: &Recipe,
    progress: &dyn Fn(ImageProgress),
) -> Result<Image> {
    let machine = base::machine(cache_dir, recipe.kind.inline)?;
    let name = recipe.file_name()?;
    let key = Key { path: machine.cache().path(&name), cache_dir: None, file: None };
    if let Some(image) = opened(|opened| opened.find(&key)) {
        return Ok(image);
    }
    // Nothing is held while one is built: other images can be found meanwhile.
    let path = find_or_build(&machine, cache_dir, &name, recipe, progress)?;
    let image = match open(cache_dir, &path, Some(&recipe.mounted)) {
        Ok(image) => image,
        Err(error) => {
            // Written by a machine that failed, or half lost: made again.
            tracing::warn!(%error, ?path, "an image is damaged and is made again");
            machine.cache().forget(&name);
            let path = find_or_build(&machine, cache_dir, &name, recipe, progress)?;
            open(cache_dir, &path, Some(&recipe.mounted))?
        }
    };
    Ok(opened(|opened| opened.keep(key, image)))
}

/// What tells open images apart: the path, which in the cache folder names the content.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    path: PathBuf,
    /// The cache folder that goes with a file that is elsewhere.
    cache_dir: Option<PathBuf>,
    /// Of a file of the user's, which another one may replace: device, inode, size and time.
    file: Option<(u64, u64, u64, i64, i64)>,
}

/// The images that are open in this process: those that somebody uses, and the last few.
#[derive(Default)]
struct OpenImages {
    used: BTreeMap<Key, Weak<Opened>>,
    recent: VecDeque<Image>,
}

/// How many images stay open that nobody uses.
const RECENT: usize = 4;

/// Work on the open images.
fn opened<T>(work: impl FnOnce(&mut OpenImages) -> T) -> T {
    static OPENED: Mutex<OpenImages> = Mutex::new(OpenImages { used: BTreeMap::new(), recent: VecDeque::new() });
    work(&mut OPENED.lock().unwrap_or_else(PoisonError::into_inner))
}

impl OpenImages {
    fn find(&mut self, key: &Key) -> Option<Image> {
        let image = Image { inner: self.used.get(key)?.upgrade()? };
        self.touch(&image);
        Some(image)
    }

    /// Keep an image that was opened now, unless somebody else was faster.
    fn keep(&mut self, key: Key, image: Image) -> Image {
        if let Some(known) = self.find(&key) {
            return known;
        }
        self.used.retain(|_, image| image.strong_count() > 0);
        self.used.insert(key, Arc::downgrade(&image.inner));
        self.touch(&image);
        image
    }

    fn touch(&mut self, image: &Image) {
        self.recent.retain(|other| !Arc::ptr_eq(&other.inner, &image.inner));
        self.recent.push_back(image.clone());
        while self.recent.len() > RECENT {
            self.recent.pop_front();
        }
    }
}

fn find_or_build(
    machine: &Machine,
    cache_dir: Option<&Path>,
    name: &str,
    recipe: &Recipe,
    progress: &dyn Fn(ImageProgress),
) -> Result<PathBuf> {
    let cache = machine.cache();
    if let Some(path) = cache.find(name)? {
        touch(&path);
        return Ok(path);
    }
    // One process builds, and in it one thread: each opens the file for itself.
    let lock_path = cache.path(&format!("{name}.lock"));
    let lock = fs::File::create(&lock_path).or_image(&lock_path, "")?;
    if flock(&lock, FlockOperation::NonBlockingLockExclusive).is_err() {
        progress(ImageProgress::Wait);
        flock(&lock, FlockOperation::LockExclusive).or_image(&lock_path, "")?;
    }
    let made = match cache.find(name)? {
        Some(path) => Ok(path),
        None => {
            // What it is linked from runs for a moment only.
            let builder = base::machine(cache_dir, false)?;
            let made = recipe.build(&builder, progress).and_then(|bytes| cache.store(name, &bytes));
            give_back();
            made
        }
    };
    // Whoever waits for it has it open; others make their own, and find the image.
    let _ = fs::remove_file(&lock_path);
    made
}

/// The image that options ask for.
///
/// # Errors
/// As for [`Image::build`].
pub(super) fn of_options(options: &ImageOptions, progress: &dyn Fn(ImageProgress)) -> Result<Image> {
    check_process()?;
    progress(ImageProgress::Packages);
    let recipe = packages::recipe(options)?;
    found_or_built(options.cache_dir.as_deref(), &recipe, progress)
}

/// An image file from anywhere.
///
/// # Errors
/// As for [`Image::open`].
pub(super) fn open_file(path: &Path, cache_dir: Option<&Path>) -> Result<Image> {
    check_process()?;
    let metadata = fs::metadata(path).or_image(path, "")?;
    if let Some(reason) = untrusted(&metadata) {
        return Err(fault(path, format!("{reason}; it holds code that runs unchecked")));
    }
    let file = (metadata.dev(), metadata.ino(), metadata.len(), metadata.mtime(), metadata.mtime_nsec());
    let key = Key { path: path.to_owned(), cache_dir: cache_dir.map(Path::to_owned), file: Some(file) };
    if let Some(image) = opened(|opened| opened.find(&key)) {
        return Ok(image);
    }
    let image = open(cache_dir, path, None)?;
    Ok(opened(|opened| opened.keep(key, image)))
}

/// What is in the image file at `path`.
///
/// # Errors
/// [`Error::Image`].
pub(super) fn inspect(path: &Path) -> Result<ImageInfo> {
    let about = file::read(path)?.about;
    info(path, &about)
}

/// The images in a cache folder.
///
/// # Errors
/// [`Error::Cache`].
pub(super) fn list(cache_dir: Option<&Path>) -> Result<Vec<ImageInfo>> {
    let mut images: Vec<ImageInfo> = files(cache_dir)?.iter().filter_map(|path| inspect(path).ok()).collect();
    images.sort_by(|a, b| (&a.name, &a.path).cmp(&(&b.name, &b.path)));
    Ok(images)
}

/// Remove images that are of no use.
///
/// # Errors
/// [`Error::Cache`].
pub(super) fn prune(cache_dir: Option<&Path>, unused_for: Option<Duration>) -> Result<Vec<PathBuf>> {
    check_process()?;
    // Asked first: without an engine nothing can be said of any image.
    let functions = functions_file()?;
    let mut removed = Vec::new();
    for path in files(cache_dir)? {
        let usable = match file::read(&path).and_then(|contents| check(&path, &contents.about)) {
            Ok(()) => true,
            Err(Error::Image { .. }) => false,
            Err(error) => return Err(error),
        };
        // Opening an image sets its time: see `touch`.
        let used = fs::metadata(&path).and_then(|metadata| metadata.modified()).ok();
        let age = used.and_then(|used| used.elapsed().ok());
        let old = unused_for.zip(age).is_some_and(|(limit, age)| age >= limit);
        if (!usable || old) && fs::remove_file(&path).is_ok() {
            removed.push(path);
        }
    }
    // Compiled functions that no build of this version looks for.
    for path in named(cache_dir, FUNCTIONS_ENDING)? {
        let is_current = path.file_name().is_some_and(|name| *name == *functions);
        if !is_current && fs::remove_file(&path).is_ok() {
            removed.push(path);
        }
    }
    for path in named(cache_dir, verify::MARK)? {
        // Files that come and go leave them behind. One that is missed costs its image another check.
        let _ = fs::remove_file(path);
    }
    Ok(removed)
}

fn files(cache_dir: Option<&Path>) -> Result<Vec<PathBuf>> {
    named(cache_dir, "timg")
}

/// The files of a cache folder whose names end so.
fn named(cache_dir: Option<&Path>, ending: &str) -> Result<Vec<PathBuf>> {
    let folder = Cache::open(cache_dir)?.path("");
    let entries = fs::read_dir(&folder).or_cache(&folder)?;
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    Ok(paths.filter(|path| path.extension().is_some_and(|extension| extension == ending)).collect())
}

/// Note that an image in the cache was used, at most once a day.
fn touch(path: &Path) {
    let day = Duration::from_secs(24 * 3600);
    let modified = fs::metadata(path).and_then(|metadata| metadata.modified());
    if modified.is_ok_and(|modified| modified.elapsed().is_ok_and(|age| age > day))
        && let Ok(file) = fs::File::open(path)
    {
        // Only `prune` misses it.
        let _ = file.set_modified(SystemTime::now());
    }
}

fn info(path: &Path, about: &About) -> Result<ImageInfo> {
    let size = fs::metadata(path).or_image(path, "")?.len();
    Ok(ImageInfo {
        path: path.to_owned(),
        name: about.name.clone(),
        python: about.python.clone(),
        version: about.version.clone(),
        target: about.target.clone(),
        packages: about.packages.clone(),
        modules: about.modules.clone(),
        size,
        memory: about.snapshot.memory,
        inline: about.inline,
        portable: about.portable,
        is_complete: about.is_complete,
    })
}

/// Whether an image was made for this computer by this version.
///
/// # Errors
/// [`Error::Image`] with the reason.
fn check(path: &Path, about: &About) -> Result<()> {
    let again = |what: &str| Err(fault(path, format!("it was made {what}: build it again")));
    let here = build::target();
    if about.format != FORMAT || about.version != env!("CARGO_PKG_VERSION") {
        return again(&format!("by version {}", about.version));
    }
    if about.target != here {
        return Err(fault(path, format!("it was made for {}, this machine is {here}", about.target)));
    }
    if about.guest != base::guest()? {
        return again("for another interpreter");
    }
    if about.compatibility != compatibility(CodeKind { inline: about.inline, portable: about.portable })? {
        return again("by another version of the engine, or for another processor");
    }
    Ok(())
}

/// Open the image at `path`; `mounted` has the files of its packages, or the image has them itself.
fn open(cache_dir: Option<&Path>, path: &Path, mounted: Option<&Mounted>) -> Result<Image> {
    let Contents { about, loader, packaged, written } = file::read(path)?;
    check(path, &about)?;
    let machine = base::machine(cache_dir, about.inline)?;
    let layer = match mounted {
        Some(mounted) => Arc::clone(&mounted.layer),
        None if !about.is_complete => {
            return Err(fault(path, "it is part of a cache and cannot be moved: save the image to a file of its own"));
        }
        None => {
            verify::verify(path, &about, machine.cache())?;
            let mut layer = LayerBuilder::on(&*base::layer()?);
            lay_out(&mut layer, path, &packaged)?;
            Arc::new(layer.build())
        }
    };
    let layer = if written.is_empty() {
        layer
    } else {
        let mut on = LayerBuilder::on(&layer);
        file::lay_out_written(&mut on, path, &written)?;
        Arc::new(on.build())
    };
    let info = info(path, &about)?;
    let read = move || loader.clone().into_vec().or_engine("the image's file");
    let snapshot = Snapshot::open(&machine, path, about.snapshot, read)?;
    Ok(Image::of(Opened {
        machine,
        snapshot: Arc::new(snapshot),
        layer,
        files: mounted.map_or(packaged, |mounted| mounted.files.clone()),
        open_files: about.open_files,
        boot: about.boot,
        info,
    }))
}
