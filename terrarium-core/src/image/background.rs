//! Builds of images in the background, one at a time in a process.

use std::{
    sync::{Mutex, PoisonError},
    thread,
};

use super::{Image, Recipe, found_or_built};
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

/// Builds an image in a thread of low priority, and passes it to `done`. The recipe is made in the thread. The end of
/// the process ends the build too; a later process begins again with the compiled libraries that are in the cache
/// folder by then.
///
/// # Errors
/// [`Error::Engine`], if no thread can start.
pub(crate) fn build_in_background(
    cache_dir: Option<std::path::PathBuf>,
    recipe: impl FnOnce() -> Result<Recipe> + Send + 'static,
    done: impl FnOnce(Image) -> Result<()> + Send + 'static,
) -> Result<()> {
    static TURN: Mutex<()> = Mutex::new(());
    let work = move || {
        let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        priority::lower();
        let built = engine::in_background(|| {
            let recipe = recipe()?;
            let image = found_or_built(cache_dir.as_deref(), &recipe, &|_| ())?;
            // Code that was compiled in a hurry serves the guests that have it.
            provision::machine(cache_dir.as_deref(), recipe.kind.inline)?.forget_lazy_libraries();
            Ok::<_, Error>(image)
        });
        if let Err(error) = built.and_then(done) {
            tracing::warn!(%error, "an image cannot be built in the background: runs import their packages");
        }
    };
    let thread = thread::Builder::new().name("terrarium-image".to_owned()).stack_size(STACK);
    thread.spawn(work).map(drop).or_engine("a thread for the build of an image")
}
