//! Builds of images in the background, one at a time in a process.

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    thread,
};

use super::{Image, Recipe, found_or_built, layered};
use crate::{Error, Result, cache::Cache, engine, error::ErrorContext, provision, sys::priority};

/// The stack of the thread, as of each thread that builds an image.
const STACK: usize = 8 << 20;

/// Whether an image is in the cache folder. It may be damaged.
///
/// # Errors
/// As for [`Image::build`].
pub(crate) fn is_built(cache: &Cache, recipe: &Recipe) -> Result<bool> {
    Ok(cache.path(&recipe.file_name()?).exists())
}

/// Returns the image of a recipe: as a layer on another one, if that is possible and the image is not built yet.
///
/// # Errors
/// As for [`Image::build`].
pub(crate) fn found_or_made(cache_dir: Option<&Path>, recipe: &Recipe) -> Result<Image> {
    if !is_built(provision::machine(cache_dir, recipe.kind.inline)?.cache(), recipe)?
        && let Some(image) = layered(cache_dir, recipe, || Ok(recipe.clone()))?
    {
        return Ok(image);
    }
    found_or_built(cache_dir, recipe, &|_| ())
}

/// Builds an image in a thread of low priority, perhaps as a layer on another one, and passes it to `done`. The recipe is
/// made in the thread. The end of the process ends the build too; a later process begins again with the compiled
/// libraries that are in the cache folder by then.
///
/// # Errors
/// [`Error::Engine`], if no thread can start.
pub(crate) fn build_in_background(
    cache_dir: Option<PathBuf>,
    as_layer: bool,
    recipe: impl FnOnce() -> Result<Recipe> + Send + 'static,
    done: impl FnOnce(Result<Image>) + Send + 'static,
) -> Result<()> {
    static TURN: Mutex<()> = Mutex::new(());
    let work = move || {
        let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        priority::lower();
        let built = engine::in_background(|| {
            let recipe = recipe()?;
            let cache_dir = cache_dir.as_deref();
            let image = match as_layer {
                true => found_or_made(cache_dir, &recipe)?,
                false => found_or_built(cache_dir, &recipe, &|_| ())?,
            };
            // Code that was compiled in a hurry serves the guests that have it.
            provision::machine(cache_dir, recipe.kind.inline)?.forget_lazy_libraries();
            Ok::<_, Error>(image)
        });
        if let Err(error) = &built {
            tracing::warn!(%error, "an image cannot be built in the background: runs import their packages");
        }
        done(built);
    };
    let thread = thread::Builder::new().name("terrarium-image".to_owned()).stack_size(STACK);
    thread.spawn(work).map(drop).or_engine("a thread for the build of an image")
}
