//! Images in the cache folder: found, or built once by the first process that needs them.

use std::{
    fs,
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::OnceLock,
    time::{Duration, Instant},
};

use super::{
    Image, ImageOptions, ImageProgress, Recipe,
    background::is_built,
    fault,
    housekeeping::keep_within,
    open::open,
    open_images::{Key, open_images},
    ready::ready_bare,
    waiting::in_background,
};
use crate::{
    Error, Result,
    cache::{Cache, CachedFile},
    engine::{Machine, check_process},
    error::ErrorContext,
    options::validate,
    provision::{self, BARE, BuiltInImage},
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

/// Returns the bare image, for runs.
///
/// # Errors
/// As for [`Image::build`].
pub(crate) fn bare(cache_dir: Option<&Path>, cache_bytes: u64) -> Result<Image> {
    let image = bare_with(cache_dir, &Recipe { cache_bytes, ..Recipe::bare()? })?;
    Cache::claim(&image.info().path);
    Ok(image)
}

/// Returns the bare image, for programs of this library. An image that is built for them alone does not stay.
///
/// # Errors
/// As for [`Image::build`].
pub(super) fn bare_for_tools(cache_dir: Option<&Path>) -> Result<Image> {
    bare_with(cache_dir, &Recipe::bare()?)
}

fn bare_with(cache_dir: Option<&Path>, recipe: &Recipe) -> Result<Image> {
    check_process()?;
    if let Some(path) = SHIPPED.get() {
        match shipped(cache_dir, path, recipe) {
            Ok(image) => return Ok(image),
            Err(error) => tracing::warn!(%error, ?path, "the shipped image cannot be used here"),
        }
    }
    ready_or_built(cache_dir, recipe, provision::built_in_image())
}

/// Returns the bare image that was built for this processor, or else a ready one, or else builds it.
pub(super) fn ready_or_built(
    cache_dir: Option<&Path>,
    recipe: &Recipe,
    built_in: Option<&BuiltInImage>,
) -> Result<Image> {
    let machine = provision::machine(cache_dir, recipe.kind.inline)?;
    if !is_built(machine.cache(), recipe)?
        && let Some(image) = ready_bare(cache_dir, recipe, built_in)?
    {
        return Ok(image);
    }
    found_or_built(cache_dir, recipe, &|_| ())
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
    let image = match intact(machine.cache(), &name)? {
        Ok(path) => open(cache_dir, &path, Some(&recipe.mounted)).or_else(|error| match path.exists() {
            // An intact file is not built again: it cannot be opened for another reason, such as too little memory.
            true => Err(error),
            false => build(&machine, cache_dir, &name, recipe, progress),
        }),
        Err(None) => build(&machine, cache_dir, &name, recipe, progress),
        Err(Some(reason)) => {
            progress(ImageProgress::Repair(reason.clone()));
            build(&machine, cache_dir, &name, recipe, progress).map(|mut image| {
                image.warn(format!("the file was damaged and was built again: {reason}"));
                image
            })
        }
    }?;
    Ok(open_images(|images| images.keep(key, image)))
}

/// Returns the path of an image in the cache folder if it is as it was written, else the damage if there is any.
pub(super) fn intact(cache: &Cache, name: &str) -> Result<std::result::Result<PathBuf, Option<String>>> {
    Ok(match cache.check(name)? {
        CachedFile::Intact(path) => Ok(path),
        CachedFile::Damaged(reason) => Err(Some(reason)),
        CachedFile::Absent => Err(None),
    })
}

fn build(
    machine: &Machine,
    cache_dir: Option<&Path>,
    name: &str,
    recipe: &Recipe,
    progress: &dyn Fn(ImageProgress),
) -> Result<Image> {
    let cache = machine.cache();
    // One process builds, and in it one thread.
    let waits = || progress(ImageProgress::Wait);
    let lock = cache.lock(&format!("{name}.lock"), recipe.deadline, &waits)?.ok_or_else(|| recipe.late())?;
    let path = match intact(cache, name)? {
        Ok(path) => path,
        Err(_) => {
            // The interpreter of a build runs for a moment only, so its code is not inlined.
            let builder = provision::machine(cache_dir, false)?;
            let made = recipe.build(&builder, progress).and_then(|bytes| cache.store(name, &bytes));
            give_back();
            let path = made?;
            // The image contains all of it.
            builder.remove_made(&provision::libraries(&recipe.mounted.files));
            if !recipe.is_bare() {
                cache.remove_made(&Recipe::bare()?.file_name()?);
            }
            path
        }
    };
    drop(lock);
    let image = open(cache_dir, &path, Some(&recipe.mounted))?;
    keep_within(cache, recipe.cache_bytes);
    Ok(image)
}

/// Returns the image for the given options.
///
/// # Errors
/// As for [`Image::build`].
pub(super) fn of_options(options: &ImageOptions, progress: &dyn Fn(ImageProgress) -> ControlFlow<()>) -> Result<Image> {
    check_process()?;
    validate::timeout("timeout", Some(options.timeout))?;
    let timeout = options.timeout;
    let options = options.clone();
    let deadline = Instant::now().checked_add(options.timeout);
    in_background(deadline, progress, move |progress| {
        progress(ImageProgress::Packages);
        let recipe = Recipe::new(&options, deadline)?;
        let cache_dir = options.cache_dir.as_deref();
        let image = found_or_built(cache_dir, &recipe, progress)?;
        let path = &image.info().path;
        Cache::claim(path);
        if path.exists() {
            return Ok(image);
        }
        // An open image without a file runs, but cannot be saved or opened by other processes.
        open_images(|images| images.forget(path));
        found_or_built(cache_dir, &recipe, progress).inspect(|image| Cache::claim(&image.info().path))
    })
    .unwrap_or_else(|| Err(late(timeout)))
}

/// Returns the error of a build that takes too long.
pub(super) fn late(timeout: Duration) -> Error {
    let reason = format!(
        "it was not built within {} s (`timeout`); compilation that has begun continues, and its result is kept for \
         the next attempt",
        timeout.as_secs_f64()
    );
    Error::image("", reason)
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
