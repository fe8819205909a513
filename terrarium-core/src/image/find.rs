//! Images in the cache folder: found, or built once by the first process that needs them.

use std::{
    fs::{self, TryLockError},
    path::{Path, PathBuf},
    sync::OnceLock,
};

use super::{
    Image, ImageOptions, ImageProgress, Recipe, fault,
    housekeeping::touch,
    open::open,
    open_images::{Key, open_images},
};
use crate::{
    Error, Result,
    engine::{Machine, check_process},
    error::ErrorContext,
    options::validate,
    provision::{self, BARE},
    sys::{file_stamp::FileStamp, machine_memory::give_back, private_files},
};

/// The bare image that the program ships.
static SHIPPED: OnceLock<PathBuf> = OnceLock::new();

/// Sets the image at `path` as the bare image.
///
/// # Errors
/// [`Error::BareImageAlreadySet`] if another path is set.
pub(super) fn ship(path: PathBuf) -> Result<()> {
    let set = SHIPPED.get_or_init(|| path.clone());
    if *set == path { Ok(()) } else { Err(Error::BareImageAlreadySet { path: set.clone() }) }
}

/// Opens the bare image that the program ships. It is trusted like the program.
fn shipped(cache_dir: Option<&Path>, path: &Path, recipe: &Recipe) -> Result<Image> {
    // An open image is tied to a cache folder, where libraries that are loaded on top of it are compiled.
    let key = Key { path: path.to_owned(), cache_dir: cache_dir.map(Path::to_owned), file: None };
    if let Some(image) = open_images(|images| images.find(&key)) {
        return Ok(image);
    }
    let image = open(cache_dir, path, Some(&recipe.mounted))?;
    if image.info().name != BARE {
        return Err(fault(path, "it is not one of the bare interpreter"));
    }
    Ok(open_images(|images| images.keep(key, image)))
}

/// Returns the bare image.
///
/// # Errors
/// As for [`Image::build`].
pub(crate) fn bare(cache_dir: Option<&Path>) -> Result<Image> {
    check_process()?;
    let recipe = Recipe::bare()?;
    if let Some(path) = SHIPPED.get() {
        match shipped(cache_dir, path, &recipe) {
            Ok(image) => return Ok(image),
            Err(error) => tracing::warn!(%error, ?path, "the shipped image cannot be used here"),
        }
    }
    found_or_built(cache_dir, &recipe, &|_| ())
}

/// Returns the image of a recipe.
///
/// # Errors
/// As for [`Image::build`].
pub(crate) fn found_or_built(
    cache_dir: Option<&Path>,
    recipe: &Recipe,
    progress: &dyn Fn(ImageProgress),
) -> Result<Image> {
    let machine = provision::machine(cache_dir, recipe.kind.inline)?;
    let name = recipe.file_name()?;
    let key = Key { path: machine.cache().path(&name), cache_dir: None, file: None };
    if let Some(image) = open_images(|images| images.find(&key)) {
        return Ok(image);
    }
    // No lock is held during a build: other images can be found meanwhile.
    let path = find_or_build(&machine, cache_dir, &name, recipe, progress)?;
    let image = match open(cache_dir, &path, Some(&recipe.mounted)) {
        Ok(image) => image,
        Err(error) => {
            // Written before a crash of the machine, or partly lost: built again.
            tracing::warn!(%error, ?path, "an image is damaged and is built again");
            machine.cache().forget(&name);
            let path = find_or_build(&machine, cache_dir, &name, recipe, progress)?;
            open(cache_dir, &path, Some(&recipe.mounted))?
        }
    };
    Ok(open_images(|images| images.keep(key, image)))
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
    // One process builds, and in it one thread: each thread opens the lock file separately.
    let lock_path = cache.path(&format!("{name}.lock"));
    let lock = fs::File::create(&lock_path).or_image(&lock_path, "")?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            progress(ImageProgress::Wait);
            lock.lock().or_image(&lock_path, "")?;
        }
        Err(TryLockError::Error(error)) => return Err(error).or_image(&lock_path, ""),
    }
    let made = match cache.find(name)? {
        Some(path) => Ok(path),
        None => {
            // The interpreter of a build runs for a moment only, so its code is not inlined.
            let builder = provision::machine(cache_dir, false)?;
            let made = recipe.build(&builder, progress).and_then(|bytes| cache.store(name, &bytes));
            give_back();
            made
        }
    };
    // Waiting processes have the file open; later ones create a new one, and find the image.
    let _ = fs::remove_file(&lock_path);
    made
}

/// Returns the image for the given options.
///
/// # Errors
/// As for [`Image::build`].
pub(super) fn of_options(options: &ImageOptions, progress: &dyn Fn(ImageProgress)) -> Result<Image> {
    check_process()?;
    validate::timeout(Some(options.timeout))?;
    progress(ImageProgress::Packages);
    let recipe = Recipe::new(options)?;
    found_or_built(options.cache_dir.as_deref(), &recipe, progress)
}

/// Opens an image file at any path.
///
/// # Errors
/// As for [`Image::open`].
pub(super) fn open_file(path: &Path, cache_dir: Option<&Path>) -> Result<Image> {
    check_process()?;
    let metadata = fs::metadata(path).or_image(path, "")?;
    if let Some(reason) = private_files::distrust(&metadata) {
        return Err(fault(path, format!("{reason}; it holds code that runs unchecked")));
    }
    let key =
        Key { path: path.to_owned(), cache_dir: cache_dir.map(Path::to_owned), file: Some(FileStamp::new(&metadata)) };
    if let Some(image) = open_images(|images| images.find(&key)) {
        return Ok(image);
    }
    let image = open(cache_dir, path, None)?;
    Ok(open_images(|images| images.keep(key, image)))
}
