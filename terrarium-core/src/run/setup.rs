//! [`SandboxSetup`]: the checked options of a sandbox, with everything that the start of an interpreter needs.

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

use super::{
    auto::AutoImages,
    guest_path,
    quick::{self, NextSetup},
};
use crate::{
    Bytes, Error, ExecuteOptions, Image, ImageProgress, Result, SandboxOptions,
    engine::{check_process, while_starting},
    guest::GuestConfig,
    image,
    provision::{ImportedPackages, Installer, MountedPackages, PackageProvider, prepare_libraries},
};
use terrarium_unix::{
    abi::Timespec,
    syscall::{Clock, FixedClock, Process, SystemClock},
    vfs::{Context, Layer, Vfs, VfsLimits},
};

/// The start of an interpreter's monotonic clock: later than the clock of any image at its snapshot.
pub(super) const MONOTONIC_START: u64 = 3_600_000_000_000;

/// The bytes of layers that runs compare or copy before a layered image is replaced by a whole one: seconds, as its build.
const LAYER_BYTES: u64 = 4 << 30;

/// The checked options of a sandbox, with everything that the start of an interpreter needs.
pub(crate) struct SandboxSetup {
    pub(super) options: SandboxOptions,
    pub(super) image: Image,
    /// The process from which every interpreter starts.
    process: Process,
    /// The configuration to send to the harness; `None`, if the image has the same.
    config: Option<GuestConfig>,
    packages: PackageProvider,
    /// Serves the code that installs packages.
    pub(super) installer: Arc<Installer>,
    /// The names of the packages in the files.
    names: Vec<String>,
    /// The read-only files of every interpreter.
    pub(super) layer: Arc<Layer>,
    /// The setup of runs that the image does not suit.
    apart: OnceLock<Arc<Self>>,
    /// The setup that replaces this one, for a sandbox that started before its image was built.
    next: Option<Arc<NextSetup>>,
    /// Whether libraries are compiled as they are called.
    is_lazy: bool,
    /// The images of a sandbox that finds packages in code.
    auto: Option<Arc<AutoImages>>,
}

impl SandboxSetup {
    /// Checks the options, gets the image, and lays out the files.
    ///
    /// # Errors
    /// As for [`Sandbox::new`](crate::Sandbox::new).
    pub(crate) fn new(options: SandboxOptions, progress: &dyn Fn(ImageProgress)) -> Result<Self> {
        let options = checked(options)?;
        let cache_dir = options.cache_dir.as_deref();
        if let Some(path) = &options.image {
            let image = Image::open_with(path, cache_dir)?;
            return Self::on_chosen_image(image, options);
        }
        let packages = Self::packages_of(&options)?;
        match packages.preloaded_modules(&options) {
            Some(modules) => Self::preloaded(options, packages, modules, progress),
            None => {
                let mounted = while_starting(|| packages.preloaded(&options, Some(false)))?;
                let image = image::bare(cache_dir, options.cache_bytes)?;
                let auto = AutoImages::of(&options);
                let setup = Self::assemble(options, image, packages, Some(&mounted))?;
                Ok(Self { is_lazy: auto.is_some() && setup.options.quick_start, auto, ..setup })
            }
        }
    }

    /// Returns the setup on an image with packages that code imports, if there is one.
    ///
    /// # Errors
    /// As for [`AutoImages::setup`].
    pub(super) fn with_packages(&self, found: &ImportedPackages) -> Result<Option<Arc<Self>>> {
        self.auto.as_ref().map_or(Ok(None), |auto| auto.setup(self, &found.mounted))
    }

    /// Makes an image with packages that code imports.
    ///
    /// # Errors
    /// As for [`AutoImages::prepare`].
    pub(super) fn prepare_image(&self, found: &ImportedPackages) -> Result<()> {
        self.auto.as_ref().map_or(Ok(()), |auto| auto.prepare(self, found))
    }

    /// Begins to make an image with packages that code has imported.
    ///
    /// # Errors
    /// [`Error::Engine`], if no thread can start.
    pub(super) fn make_image(&self, found: &ImportedPackages) -> Result<()> {
        match &self.auto {
            Some(auto) if self.options.quick_start => auto.make(self, found),
            _ => Ok(()),
        }
    }

    /// Creates a setup on an image that the user chose.
    ///
    /// # Errors
    /// As for [`Sandbox::on_image`](crate::Sandbox::on_image).
    pub(crate) fn on_image(image: Image, options: SandboxOptions) -> Result<Self> {
        Self::on_chosen_image(image, checked(options)?)
    }

    fn on_chosen_image(image: Image, options: SandboxOptions) -> Result<Self> {
        let packages = Self::packages_of(&options)?;
        let mounted = packages.preloaded(&options, Some(image.info().inline))?;
        Self::assemble(options, image, packages, Some(&mounted))
    }

    /// Opens the package sources of the options.
    ///
    /// # Errors
    /// As for [`Sandbox::new`](crate::Sandbox::new).
    pub(super) fn packages_of(options: &SandboxOptions) -> Result<PackageProvider> {
        PackageProvider::new(options, image::compile_sources)
    }

    /// Creates a setup for the time until `next` is set.
    ///
    /// # Errors
    /// As for [`Sandbox::new`](crate::Sandbox::new).
    pub(super) fn quick(
        options: SandboxOptions,
        bare: Image,
        packages: PackageProvider,
        mounted: &MountedPackages,
        next: &Arc<NextSetup>,
    ) -> Result<Self> {
        let setup = Self::assemble(options, bare, packages, Some(mounted))?;
        Ok(Self { next: Some(Arc::clone(next)), is_lazy: true, ..setup })
    }

    /// Returns the setup for the next run.
    pub(crate) fn current(self: &Arc<Self>) -> &Arc<Self> {
        let mut current = self;
        while let Some(next) = current.next.as_ref().and_then(|next| next.get()) {
            current = next;
        }
        current
    }

    /// Creates a setup on an image with packages. One that is a layer is replaced after many runs.
    pub(super) fn on_packages(options: SandboxOptions, image: Image, packages: PackageProvider) -> Result<Self> {
        let next = (options.quick_start && image.inner().is_layer()).then(Arc::default);
        Ok(Self { next, ..Self::assemble(options, image, packages, None)? })
    }

    /// Records the code of a run that is about to begin.
    pub(super) fn note_code(&self, code: &str) {
        if let Some(next) = self.next.as_ref().filter(|_| self.is_lazy) {
            next.note_code(code);
        }
    }

    /// Records the end of a run.
    pub(super) fn note_run(&self) {
        let Some(next) = &self.next else { return };
        let runs = LAYER_BYTES / self.image.info().size.max(1) + 1;
        if u64::from(next.note_run()) == runs
            && !self.is_lazy
            && let Err(error) = quick::replace_layer(self, Arc::clone(next))
        {
            tracing::warn!(%error, "an image stays a layer");
        }
    }

    /// Whether libraries are compiled as they are called.
    pub(super) fn is_lazy(&self) -> bool {
        self.is_lazy
    }

    pub(super) fn assemble(
        options: SandboxOptions,
        image: Image,
        packages: PackageProvider,
        mounted: Option<&MountedPackages>,
    ) -> Result<Self> {
        let open = image.inner();
        let needed = open.info.memory;
        if options.memory < needed {
            let reason = format!("{} bytes are less than the {needed} that the image starts with", options.memory);
            return Err(Error::option("memory", reason));
        }
        let config = GuestConfig::new(&options, working_directory(&options, None)?);
        let config = Some(config).filter(|config| *config != open.config);
        let mut names = open.info.packages.clone();
        let added = mounted.map(|mounted| mounted.names.as_slice()).unwrap_or_default();
        names.extend(added.iter().filter(|name| !open.info.packages.contains(name)).cloned());
        let installer =
            Installer::new(&options, open.info.inline, image::compile_sources, versions(&names, &image, mounted));
        let installer = Arc::new(installer);
        let process = Process::new(Vfs::new(Arc::clone(&open.layer), VfsLimits::default()));
        let (layer, apart) = (Arc::clone(&open.layer), OnceLock::new());
        let mut setup = Self {
            options,
            image,
            process,
            config,
            packages,
            installer,
            names,
            layer,
            apart,
            next: None,
            is_lazy: false,
            auto: None,
        };
        let files = setup.lay_out(mounted)?;
        setup.process = setup.process_on(files)?;
        match setup.is_suited(&BTreeMap::new(), &BTreeMap::new(), setup.options.cwd.as_deref()) {
            true => Ok(setup),
            false => setup.on_bare_image(),
        }
    }

    /// Returns the setup for a run, if the image does not suit the run's environment: its packages read variables and
    /// files when they are imported.
    ///
    /// # Errors
    /// As for [`Sandbox::new`](crate::Sandbox::new).
    pub(super) fn apart(&self, run: &ExecuteOptions) -> Result<Option<Arc<Self>>> {
        if self.suits(run) {
            return Ok(None);
        }
        if let Some(apart) = self.apart.get() {
            return Ok(Some(Arc::clone(apart)));
        }
        let made = Arc::new(match &run.cancel {
            Some(cancel) => cancel.guard(|| self.on_bare_image())?,
            None => self.on_bare_image()?,
        });
        Ok(Some(Arc::clone(self.apart.get_or_init(|| made))))
    }

    /// Whether a run can start from the image.
    pub(super) fn suits(&self, run: &ExecuteOptions) -> bool {
        self.is_suited(&run.env, &run.files, run.cwd.as_deref().or(self.options.cwd.as_deref()))
    }

    /// Whether a run with these variables and files, besides those of the options, can start from the image.
    fn is_suited(&self, env: &BTreeMap<String, String>, files: &BTreeMap<String, Bytes>, cwd: Option<&str>) -> bool {
        let open = self.image.inner();
        let is_here = |path: &str| {
            let folder = self.working_directory(cwd).unwrap_or_default();
            let path = guest_path::below(&self.options.home, path).unwrap_or_default();
            path.strip_prefix(&folder).and_then(|rest| rest.strip_prefix('/')).map(str::to_owned)
        };
        let names = || self.options.files.keys().chain(files.keys());
        !open.depends_on_environment()
            || (open.suits_variables(self.options.env.iter().chain(env)) && open.suits_files(names(), is_here))
    }

    /// Returns a setup with the same files on the bare image: programs import packages themselves.
    fn on_bare_image(&self) -> Result<Self> {
        let cache_dir = self.options.cache_dir.as_deref();
        let image = image::bare(cache_dir, self.options.cache_bytes)?;
        prepare_libraries(self.image.packaged(), cache_dir, false)?;
        let config = GuestConfig::new(&self.options, working_directory(&self.options, None)?);
        let config = Some(config).filter(|config| *config != image.inner().config);
        let mut setup = Self {
            options: self.options.clone(),
            process: self.process.clone(),
            config,
            packages: self.packages.clone(),
            installer: Arc::new(self.installer.on_bare_image()),
            names: self.names.clone(),
            layer: Arc::clone(&self.layer),
            apart: OnceLock::new(),
            next: self.next.clone(),
            is_lazy: self.is_lazy,
            auto: None,
            image,
        };
        setup.process = setup.process_on(self.process.vfs.clone())?;
        Ok(setup)
    }

    /// Whether code on top of the image must be compiled with inlining, as the image was.
    pub(crate) fn is_inlined(&self) -> bool {
        self.image.info().inline
    }

    /// Returns the provider of the sandbox's packages.
    pub(crate) fn packages(&self) -> &PackageProvider {
        &self.packages
    }

    /// Returns the part that serves the code which installs packages.
    pub(super) fn installer(&self) -> &Installer {
        &self.installer
    }

    pub(crate) fn options(&self) -> &SandboxOptions {
        &self.options
    }

    pub(super) fn image(&self) -> &Image {
        &self.image
    }

    /// Returns the configuration to send to the harness; `None`, if the image has the same.
    pub(super) fn config(&self) -> Option<&GuestConfig> {
        self.config.as_ref()
    }

    /// Returns the names of the packages that every interpreter has.
    pub(super) fn package_names(&self) -> &[String] {
        &self.names
    }

    /// Returns a copy of the process from which every interpreter starts.
    pub(super) fn process(&self) -> Process {
        self.process.clone()
    }

    /// Returns the credentials and the time for files that the user writes.
    pub(crate) fn writer(&self) -> Context {
        match self.options.deterministic {
            Some(fixed) => writer(&FixedClock::new(nanoseconds(fixed.time), MONOTONIC_START)),
            None => writer(&SystemClock::new()),
        }
    }
}

/// Checks the options of a new sandbox, and opens its mounts.
fn checked(mut options: SandboxOptions) -> Result<SandboxOptions> {
    options.validate()?;
    check_process()?;
    for mount in options.mounts.values_mut() {
        mount.hold()?;
    }
    Ok(options)
}

/// Returns the packages of every interpreter with their versions; only the name where the version is not known.
fn versions(names: &[String], image: &Image, mounted: Option<&MountedPackages>) -> Vec<String> {
    let known = image.info().versions.iter().chain(mounted.map(|mounted| &mounted.versions).into_iter().flatten());
    let known: BTreeMap<&str, &String> =
        known.filter_map(|text| Some((text.split_once("==")?.0, text))).rev().collect();
    names.iter().map(|name| known.get(name.as_str()).map_or(name, |text| text).clone()).collect()
}

/// Returns the absolute working directory; a relative path starts at home.
pub(super) fn working_directory(options: &SandboxOptions, cwd: Option<&str>) -> Result<String> {
    match cwd.or(options.cwd.as_deref()) {
        Some(cwd) if cwd != "." => guest_path::existing(&options.home, cwd.trim_end_matches('/')),
        _ => Ok(options.home.clone()),
    }
}

/// Converts seconds since 1970 to nanoseconds; the options' checks keep them positive and below the year 10,000.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the options' bounds keep it in range")]
pub(super) fn nanoseconds(seconds: f64) -> u64 {
    (seconds * 1e9) as u64
}

/// Returns the credentials and the time for files that the user writes.
pub(super) fn writer(clock: &dyn Clock) -> Context {
    Context::guest(Timespec::from_nanos(clock.realtime_ns().into()))
}
