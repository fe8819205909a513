//! The quick start: a sandbox whose image is not built yet starts from the bare image. A thread builds the image in the
//! background; until it is there, runs import their packages themselves, and libraries are compiled as they are called.

use std::{
    cell::Cell,
    cmp::Reverse,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use super::setup::SandboxSetup;
use crate::{
    Image, Packages, Result, SandboxOptions,
    image::{self, Recipe},
    package::SITE_PACKAGES,
    provision::{MountedPackages, PackageProvider, libraries, machine},
};

/// The stack of a thread that compiles libraries.
const STACK: usize = 8 << 20;

/// The longest that the build of an image waits for the first run.
const PATIENCE: Duration = Duration::from_secs(10);
/// The time between two looks for its end.
const PAUSE: Duration = Duration::from_millis(20);

/// The setup that replaces an earlier one of a sandbox.
#[derive(Default)]
pub(super) struct NextSetup {
    setup: OnceLock<Arc<SandboxSetup>>,
    /// The code of the first run.
    code: OnceLock<String>,
    /// The number of runs that have ended in interpreters of the earlier setup.
    runs: AtomicU32,
}

impl NextSetup {
    /// Returns the setup, once it is there.
    pub(super) fn get(&self) -> Option<&Arc<SandboxSetup>> {
        self.setup.get()
    }

    fn set(&self, setup: SandboxSetup) {
        self.setup.get_or_init(|| Arc::new(setup));
    }

    /// Records the end of a run, and returns the number of runs.
    pub(super) fn note_run(&self) -> u32 {
        self.runs.fetch_add(1, Ordering::Relaxed).wrapping_add(1)
    }

    /// Sets a setup on an image, if it was built.
    fn set_image(&self, options: SandboxOptions, image: Result<Image>) {
        let assembled = image.and_then(|image| {
            let packages = SandboxSetup::packages_of(&options)?;
            SandboxSetup::assemble(options, image, packages, None)
        });
        if let Ok(setup) = assembled {
            self.set(setup);
        }
    }

    /// Records the code of the first run.
    pub(super) fn note_code(&self, code: &str) {
        self.code.get_or_init(|| code.to_owned());
    }

    /// Whether the code of the first run, if it has begun, names a module.
    fn is_named(&self, module: &str) -> bool {
        self.code.get().is_none_or(|code| code.contains(module))
    }

    /// Waits for the end of the first run, which is to have the processors for itself.
    fn wait_for_run(&self) {
        let until = Instant::now() + PATIENCE;
        while self.runs.load(Ordering::Relaxed) == 0 && Instant::now() < until {
            thread::sleep(PAUSE);
        }
    }
}

/// Returns a setup on the bare image. The build of the recipe's image begins in the background.
///
/// # Errors
/// As for [`Sandbox::new`](crate::Sandbox::new).
pub(super) fn started(options: &SandboxOptions, packages: PackageProvider, recipe: Recipe) -> Result<SandboxSetup> {
    let cache_dir = options.cache_dir.as_deref();
    let Recipe { mounted, modules, .. } = recipe;
    let next = Arc::new(NextSetup::default());
    let setup =
        SandboxSetup::quick(options.clone(), image::bare(cache_dir, options.cache_bytes)?, packages, &mounted, &next)?;
    prefetch(options, mounted, modules.clone(), &next);
    build(options.clone(), modules, next)?;
    Ok(setup)
}

/// Begins to compile what the first import of the modules needs, in a thread: the guest meanwhile runs Python.
fn prefetch(options: &SandboxOptions, mounted: Arc<MountedPackages>, modules: Vec<String>, next: &Arc<NextSetup>) {
    let (cache_dir, next) = (options.cache_dir.clone(), Arc::downgrade(next));
    let work = move || -> Result<()> {
        let mut libraries = libraries(&mounted.files);
        let package = |path: &str| path.strip_prefix(SITE_PACKAGES)?.split('/').nth(1).map(str::to_owned);
        // In the order of the options, so that a package comes after those that it needs. Inner packages are imported first.
        let rank = |path: &str| package(path).and_then(|name| modules.iter().position(|module| *module == name));
        let depth = |path: &str| Reverse(path.matches('/').count());
        libraries.sort_by_key(|(path, _)| (rank(path).unwrap_or(usize::MAX), depth(path)));
        let are_all_named = Cell::new(true);
        let choose = |path: &str| {
            let next = next.upgrade().filter(|next| next.get().is_none())?;
            let Some(module) = rank(path).and_then(|rank| modules.get(rank)) else {
                // Another package, which one of the modules needs.
                return Some(are_all_named.get());
            };
            let is_named = next.is_named(module);
            are_all_named.set(are_all_named.get() && is_named);
            Some(is_named)
        };
        machine(cache_dir.as_deref(), false)?.prefetch_libraries(&libraries, &choose);
        Ok(())
    };
    let report = move || {
        if let Err(error) = work() {
            tracing::debug!(%error, "libraries are not compiled in advance");
        }
    };
    // Without a thread, the guest compiles them.
    drop(thread::Builder::new().name("terrarium-prefetch".to_owned()).stack_size(STACK).spawn(report));
}

/// Begins the build of the image. Its first step is the bytecode of the packages, which then serves the runs.
fn build(options: SandboxOptions, modules: Vec<String>, first: Arc<NextSetup>) -> Result<()> {
    let (cache_dir, for_done) = (options.cache_dir.clone(), options.clone());
    let last = Arc::new(NextSetup::default());
    let of_last = Arc::clone(&last);
    let make = move || {
        first.wait_for_run();
        let packages = SandboxSetup::packages_of(&options)?;
        let mounted = packages.preloaded(&options, None)?;
        let bare = image::bare(options.cache_dir.as_deref(), options.cache_bytes)?;
        let setup = SandboxSetup::quick(options.clone(), bare, packages.clone(), &mounted, &of_last)?;
        first.set(setup);
        recipe(&options, mounted, modules)
    };
    image::build_in_background(cache_dir, false, make, move |image| last.set_image(for_done, image))
}

/// Begins to build an image for a sandbox that has a layer on another one: that starts a little slower.
pub(super) fn replace_layer(setup: &SandboxSetup, next: Arc<NextSetup>) -> Result<()> {
    let info = setup.image().info();
    let (options, modules, versions) = (setup.options().clone(), info.modules.clone(), info.versions.clone());
    let (cache_dir, for_done) = (options.cache_dir.clone(), options.clone());
    let make = move || {
        let packages = SandboxSetup::packages_of(&options)?;
        let mounted = match options.packages {
            Packages::List(_) => packages.preloaded(&options, None)?,
            Packages::Auto => packages.named(&options, &versions)?.0,
        };
        recipe(&options, mounted, modules)
    };
    image::build_in_background(cache_dir, false, make, move |image| next.set_image(for_done, image))
}

/// Returns the recipe of the image with these packages and modules.
///
/// # Errors
/// [`Error::Artifacts`](crate::Error::Artifacts).
pub(super) fn recipe(options: &SandboxOptions, mounted: Arc<MountedPackages>, modules: Vec<String>) -> Result<Recipe> {
    Ok(Recipe { mounted, modules, cache_bytes: options.cache_bytes, ..Recipe::bare()? })
}
