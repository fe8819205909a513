//! The image of a sandbox that lists packages: a ready one, one of the cache folder, one that is made, or for the time
//! being the bare image.

use super::{quick, setup::SandboxSetup};
use crate::{
    Error, ImageProgress, Result, SandboxOptions,
    engine::while_starting,
    image,
    provision::{PackageProvider, has_ready_images, machine},
};

impl SandboxSetup {
    /// Creates a setup whose interpreters have imported these modules of the listed packages.
    ///
    /// # Errors
    /// As for [`Sandbox::new`](crate::Sandbox::new).
    pub(super) fn preloaded(
        options: SandboxOptions,
        packages: PackageProvider,
        modules: Vec<String>,
        progress: &dyn Fn(ImageProgress),
    ) -> Result<Self> {
        let cache_dir = options.cache_dir.as_deref();
        // Without a wait for bytecode that is not there yet.
        let sources = while_starting(|| packages.sources(&options))?;
        if sources.files.is_empty() {
            let image = image::bare(cache_dir, options.cache_bytes)?;
            return Self::assemble(options, image, packages, Some(&sources));
        }
        if has_ready_images()
            && let Some(image) = image::ready(&options, &sources, &modules)?
        {
            return Self::assemble(options, image, packages, None);
        }
        let recipe = quick::recipe(&options, sources, modules)?;
        let complete = || {
            let mounted = while_starting(|| packages.preloaded(&options, None))?;
            quick::recipe(&options, mounted, recipe.modules.clone())
        };
        // Results that are to repeat come from the same image, whatever else the cache folder has.
        if options.deterministic.is_none() && !image::is_built(machine(cache_dir, false)?.cache(), &recipe)? {
            let layered = match while_starting(|| image::layered(cache_dir, &recipe, complete)) {
                Err(error) if !matches!(error, Error::Cancelled) => {
                    tracing::warn!(%error, "a whole image is built in place of a layer");
                    None
                }
                made => made?.filter(|image| image.info().memory <= options.memory),
            };
            if let Some(image) = layered {
                return Self::on_packages(options, image, packages);
            }
            if options.quick_start {
                return while_starting(|| quick::started(&options, packages, recipe));
            }
        }
        let image = image::found_or_built(cache_dir, &complete()?, progress)?;
        Self::assemble(options, image, packages, None)
    }
}
