//! Images for packages that the host finds in code: `packages="auto"`.
//!
//! Such a sandbox starts from the bare image, and runs import their packages. After a run, an image with its packages is
//! made in the background, for the next runs. An image with more packages serves too: the code may import all of them.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::{quick, setup::SandboxSetup};
use crate::{
    Image, Packages, Result, SandboxOptions,
    engine::while_starting,
    image::{self, Recipe},
    provision::{ImportedPackages, MountedPackages, machine},
};

/// The most images that are made for one sandbox, and the most packages by name in one.
const MOST_IMAGES: u32 = 8;
const MOST_NAMES: usize = 24;
/// The most sets of packages whose image was looked for.
const MOST_SETS: usize = 256;

/// The images of one sandbox.
#[derive(Default)]
pub(super) struct AutoImages {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The setups on images, with the keys of the packages in them.
    setups: Vec<(BTreeSet<String>, Arc<SandboxSetup>)>,
    /// The setups that served sets of packages, by the key of the set.
    known: BTreeMap<String, Arc<SandboxSetup>>,
    /// The sets of packages whose image was looked for in the cache folder.
    sought: BTreeSet<String>,
    /// The packages that images are to have.
    names: BTreeSet<String>,
    is_making: bool,
    made: u32,
}

impl AutoImages {
    /// Returns the images for a sandbox with these options, if there can be any.
    pub(super) fn of(options: &SandboxOptions) -> Option<Arc<Self>> {
        let is_suited = options.preload && options.image.is_none() && options.deterministic.is_none();
        (options.packages == Packages::Auto && is_suited).then(Arc::default)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the setup on the smallest image with these packages. `None`, if there is none yet.
    ///
    /// # Errors
    /// [`Error::Cache`](crate::Error::Cache) for a cache folder that cannot be read.
    pub(super) fn setup(&self, bare: &SandboxSetup, found: &MountedPackages) -> Result<Option<Arc<SandboxSetup>>> {
        if found.parts.is_empty() {
            return Ok(None);
        }
        if let Some(setup) = self.state().known.get(&found.key) {
            return Ok(Some(Arc::clone(setup.current())));
        }
        let keys: BTreeSet<String> = found.parts.iter().map(|part| part.key.clone()).collect();
        {
            let mut state = self.state();
            if let Some(setup) = state.find(&keys) {
                if state.known.len() >= MOST_SETS {
                    state.known.clear();
                }
                state.known.insert(found.key.clone(), Arc::clone(&setup));
                return Ok(Some(setup));
            }
            if state.sought.len() >= MOST_SETS {
                state.sought.clear();
            }
            if !state.sought.insert(found.key.clone()) {
                return Ok(None);
            }
        }
        let Some((has, setup)) = in_cache(bare, &keys)? else { return Ok(None) };
        let mut state = self.state();
        state.add(has, Arc::new(setup));
        Ok(state.find(&keys))
    }

    /// Makes an image with these packages.
    ///
    /// # Errors
    /// As for [`Image::build`].
    pub(super) fn prepare(&self, bare: &SandboxSetup, found: &ImportedPackages) -> Result<()> {
        let (options, packages) = (bare.options(), bare.packages());
        if found.names.is_empty() {
            return Ok(());
        }
        let image = while_starting(|| {
            let (mounted, modules) = packages.named(options, &found.names)?;
            image::found_or_made(options.cache_dir.as_deref(), &quick::recipe(options, mounted, modules)?)
        })?;
        let keys = image.inner().parts.clone();
        let setup = SandboxSetup::on_packages(options.clone(), image, packages.clone())?;
        self.state().add(keys, Arc::new(setup));
        Ok(())
    }

    /// Begins to make an image with these packages and those that code has imported before.
    ///
    /// # Errors
    /// [`Error::Engine`](crate::Error::Engine), if no thread can start.
    pub(super) fn make(self: &Arc<Self>, bare: &SandboxSetup, found: &ImportedPackages) -> Result<()> {
        if found.names.is_empty() {
            return Ok(());
        }
        let names: Vec<String> = {
            let mut state = self.state();
            if state.is_making || state.made >= MOST_IMAGES || state.names.len() + found.names.len() > MOST_NAMES {
                return Ok(());
            }
            let before = state.names.len();
            state.names.extend(found.names.iter().cloned());
            if state.names.len() == before {
                // Made already, and not of use.
                return Ok(());
            }
            (state.is_making, state.made) = (true, state.made + 1);
            state.names.iter().cloned().collect()
        };
        let (options, packages) = (bare.options().clone(), bare.packages().clone());
        let (of_recipe, of_images) = ((options.clone(), packages.clone()), Arc::clone(self));
        let recipe = move || -> Result<Recipe> {
            let (options, packages) = of_recipe;
            let (mounted, modules) = packages.named(&options, &names)?;
            quick::recipe(&options, mounted, modules)
        };
        let done = move |image: Result<Image>| {
            let setup = image.and_then(|image| {
                let keys = image.inner().parts.clone();
                Ok((keys, SandboxSetup::on_packages(options, image, packages)?))
            });
            let mut state = of_images.state();
            state.is_making = false;
            match setup {
                Ok((keys, setup)) => state.add(keys, Arc::new(setup)),
                // Perhaps they do not go together.
                Err(_) => state.names.clear(),
            }
        };
        image::build_in_background(bare.options().cache_dir.clone(), true, recipe, done)
    }
}

impl State {
    fn find(&self, keys: &BTreeSet<String>) -> Option<Arc<SandboxSetup>> {
        let fitting = self.setups.iter().filter(|(has, _)| keys.is_subset(has));
        fitting.min_by_key(|(has, _)| has.len()).map(|(_, setup)| Arc::clone(setup))
    }

    fn add(&mut self, keys: BTreeSet<String>, setup: Arc<SandboxSetup>) {
        // A guest needs memory of its own besides that of the image.
        if setup.image().info().memory <= setup.options().memory / 2 {
            self.setups.push((keys, setup));
            self.known.clear();
        }
    }
}

/// Returns a setup on the smallest image of the cache folder that has these packages, and the keys of all its packages.
fn in_cache(bare: &SandboxSetup, keys: &BTreeSet<String>) -> Result<Option<(BTreeSet<String>, SandboxSetup)>> {
    let options = bare.options();
    let cache_dir = options.cache_dir.as_deref();
    let machine = machine(cache_dir, false)?;
    for held in image::holding(machine.cache(), keys)? {
        // The versions are those of the image, or the packages are not there.
        let Ok((mounted, _)) = bare.packages().named(options, &held.versions) else { continue };
        if !mounted.parts.iter().all(|part| held.parts.contains(&part.key)) || mounted.parts.len() != held.parts.len() {
            continue;
        }
        if let Some(image) = image::open_held(cache_dir, machine.cache(), &held, &mounted)? {
            let setup = SandboxSetup::on_packages(options.clone(), image, bare.packages().clone())?;
            return Ok(Some((held.parts, setup)));
        }
    }
    Ok(None)
}
