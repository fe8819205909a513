//! A sandbox's options, checked, and how an interpreter starts from them.

use std::{collections::BTreeMap, sync::Arc, time::Instant};

use crate::{
    Bytes, Error, ExecuteOptions, ExecutionResult, Image, Result, SandboxOptions,
    abi::Timespec,
    base,
    engine::{check_process, while_starting},
    error::{FileOperation, file_error},
    fd::{Entropy, FdTable},
    guest::{Interpreter, InterpreterOptions},
    image::{self, BootConfig},
    limits,
    package::lay_out,
    packages::{Mounted, Provider},
    path,
    run::Live,
    syscall::{Clock, FixedClock, Process, SystemClock},
    vfs::{Content, Context, Layer, LayerBuilder, Vfs, VfsLimits},
};

/// Where the monotonic clock of an interpreter starts: later than any image's stood when it was taken.
const MONOTONIC_START: u64 = 3_600_000_000_000;

/// A sandbox's options, checked, with all that starting an interpreter needs.
pub(crate) struct Plan {
    options: SandboxOptions,
    image: Image,
    /// A process that every interpreter starts from.
    process: Process,
    /// What the harness must be told; nothing, if the image was set up the same way.
    boot: Option<BootConfig>,
    packages: Provider,
    /// The names of the packages that are there.
    names: Vec<String>,
}

impl Plan {
    /// Check the options, get the image, and lay out the files.
    ///
    /// # Errors
    /// As for [`Sandbox::new`](crate::Sandbox::new).
    pub(crate) fn new(options: SandboxOptions) -> Result<Self> {
        options.validate()?;
        check_process()?;
        let cache_dir = options.cache_dir.as_deref();
        if let Some(path) = &options.image {
            let image = Image::open_with(path, cache_dir)?;
            return Self::on_image(image, options);
        }
        let packages = Provider::new(&options)?;
        let mounted = while_starting(|| packages.preloaded(&options, false))?;
        match packages.recipe(&options, &mounted)? {
            Some(recipe) => {
                let image = image::found_or_built(cache_dir, &recipe, &|_| ())?;
                Self::assemble(options, image, packages, None)
            }
            None => {
                let image = image::base(cache_dir)?;
                Self::assemble(options, image, packages, Some(&mounted))
            }
        }
    }

    /// The same on an image that the user chose.
    ///
    /// # Errors
    /// As for [`Sandbox::on_image`](crate::Sandbox::on_image).
    pub(crate) fn on_image(image: Image, options: SandboxOptions) -> Result<Self> {
        options.validate()?;
        check_process()?;
        let packages = Provider::new(&options)?;
        let mounted = packages.preloaded(&options, image.info().inline)?;
        Self::assemble(options, image, packages, Some(&mounted))
    }

    /// The same on the bare interpreter, with packages that were mounted already.
    ///
    /// # Errors
    /// As for [`new`](Self::new).
    pub(crate) fn on(options: SandboxOptions, packages: Provider, mounted: &Mounted) -> Result<Self> {
        let image = image::base(options.cache_dir.as_deref())?;
        Self::assemble(options, image, packages, Some(mounted))
    }

    fn assemble(options: SandboxOptions, image: Image, packages: Provider, mounted: Option<&Mounted>) -> Result<Self> {
        let opened = image.opened();
        let needed = opened.info.memory;
        if options.memory < needed {
            let reason = format!("{} bytes are less than the {needed} that the image starts with", options.memory);
            return Err(Error::option("memory", reason));
        }
        let boot = BootConfig::of(&options, working_directory(&options, None)?);
        let boot = Some(boot).filter(|boot| *boot != opened.boot);
        let mut names = opened.info.packages.clone();
        let added = mounted.map(|mounted| mounted.names.as_slice()).unwrap_or_default();
        names.extend(added.iter().filter(|name| !opened.info.packages.contains(name)).cloned());
        let process = Process::new(Vfs::new(Arc::clone(&opened.layer), VfsLimits::default()));
        let mut plan = Self { options, image, process, boot, packages, names };
        let files = plan.lay_out(mounted)?;
        plan.process = plan.process_on(files)?;
        Ok(plan)
    }

    /// Whether what is loaded on top of the image must be compiled with inlining, as it was.
    pub(crate) fn is_inlined(&self) -> bool {
        self.image.info().inline
    }

    /// What the sandbox's packages are taken from.
    pub(crate) fn packages(&self) -> &Provider {
        &self.packages
    }

    pub(crate) fn options(&self) -> &SandboxOptions {
        &self.options
    }

    /// The name of the image, for metrics.
    pub(crate) fn image(&self) -> &str {
        &self.image.info().name
    }

    /// Who writes files for the user, and when.
    pub(crate) fn writer(&self) -> Context {
        match self.options.deterministic {
            Some(fixed) => writer(&FixedClock::new(nanoseconds(fixed.time), MONOTONIC_START)),
            None => writer(&SystemClock::new()),
        }
    }

    /// The home folder, the working directory and the options' files, on top of packages.
    fn lay_out(&self, mounted: Option<&Mounted>) -> Result<Vfs> {
        let writer = self.writer();
        let bytes = self.options.file_bytes;
        let limits = VfsLimits { bytes, inodes: self.options.file_count, ..VfsLimits::default() };
        let mut files = Vfs::new(self.layer(mounted)?, limits);
        for folder in [self.options.home.clone(), self.working_directory(None)?] {
            let made = files.host_mkdir(&writer, folder.as_bytes());
            made.map_err(|errno| file_error(FileOperation::CreateFolder, &folder, errno))?;
        }
        self.write_all(&mut files, &writer, &self.options.files)?;
        Ok(files)
    }

    /// The image's files and those of packages.
    fn layer(&self, mounted: Option<&Mounted>) -> Result<Arc<Layer>> {
        let own = &self.image.opened().layer;
        match mounted {
            // The bare interpreter's files are below those of packages already.
            Some(mounted) if Arc::ptr_eq(own, &base::layer()?) => Ok(Arc::clone(&mounted.layer)),
            Some(mounted) if !mounted.files.is_empty() => {
                let mut layer = LayerBuilder::on(own);
                lay_out(&mut layer, &self.image.info().path, &mounted.files)?;
                Ok(Arc::new(layer.build()))
            }
            _ => Ok(Arc::clone(own)),
        }
    }

    /// A process on these files, in its working directory, with what the image left open.
    fn process_on(&self, files: Vfs) -> Result<Process> {
        let mut process = Process::new(files);
        process.fds = FdTable::with_standard_streams(self.options.open_files);
        process.reopen(&self.image.opened().open_files);
        let cwd = self.working_directory(None)?;
        let entered = process.change_directory(cwd.as_bytes());
        entered.map_err(|errno| file_error(FileOperation::EnterFolder, &cwd, errno))?;
        Ok(process)
    }

    pub(crate) fn working_directory(&self, cwd: Option<&str>) -> Result<String> {
        working_directory(&self.options, cwd)
    }

    pub(crate) fn write_all(
        &self,
        files: &mut Vfs,
        writer: &Context,
        contents: &BTreeMap<String, Bytes>,
    ) -> Result<()> {
        let used = contents.values().map(|content| content.len() as u64).sum();
        if used > self.options.file_bytes {
            let limit = self.options.file_bytes;
            return Err(Error::TooLarge { what: "the files", option: "file_bytes", limit, used });
        }
        for (path, content) in contents {
            let absolute = path::below(&self.options.home, path)?;
            self.write(files, writer, path, &absolute, content.clone())?;
        }
        Ok(())
    }

    /// Write one file for the user, who calls it `path`.
    ///
    /// # Errors
    /// [`Error::File`] with the file system's reason.
    pub(crate) fn write(
        &self,
        files: &mut Vfs,
        writer: &Context,
        path: &str,
        absolute: &str,
        content: Bytes,
    ) -> Result<()> {
        let content = Content::Owned(content.into_shared());
        let written = files.host_write(writer, absolute.as_bytes(), content);
        written.map(drop).map_err(|errno| file_error(FileOperation::Write, path, errno))
    }

    /// Start an interpreter, on the files of an earlier one if they are given.
    ///
    /// # Errors
    /// [`Error::Start`].
    pub(crate) fn start(&self, files: Option<Vfs>) -> Result<Live> {
        let started = Instant::now();
        check_process()?;
        let options = &self.options;
        let mut process = match files {
            Some(files) => self.process_on(files)?,
            None => self.process.clone(),
        };
        match options.deterministic {
            Some(fixed) => {
                process.entropy = Entropy::seeded(fixed.seed);
                let clock = FixedClock::new(nanoseconds(fixed.time), MONOTONIC_START);
                process.set_clock(Arc::new(clock.clone()));
                process.sleeper = Arc::new(clock);
            }
            None => process.set_clock(Arc::new(SystemClock::starting_at(MONOTONIC_START))),
        }
        let opened = self.image.opened();
        let interpreter = Interpreter::resume(
            &opened.machine,
            &opened.snapshot,
            process,
            InterpreterOptions {
                memory: options.memory,
                value_bytes: options.value_bytes,
                grace: options.grace,
                untrusted_libraries: options.untrusted_libraries,
                real_sleep: options.deterministic.is_none(),
            },
            self.boot.as_ref().map(BootConfig::message).as_ref(),
        )?;
        Ok(Live::new(interpreter, started.elapsed(), self.names.clone()))
    }

    /// Run code in an interpreter of its own.
    ///
    /// # Errors
    /// As for [`Sandbox::execute`](crate::Sandbox::execute).
    pub(crate) fn execute_fresh(&self, code: &str, options: ExecuteOptions) -> Result<ExecutionResult> {
        let begun = Instant::now();
        check_process()?;
        self.check(code, &options)?;
        let found = self.packages.imported(&self.options, self.is_inlined(), code, &options)?;
        let files = found.as_ref().map(|found| self.lay_out(Some(found))).transpose()?;
        let mut live = self.start(files)?;
        if let Some(found) = found {
            live.packages.clone_from(&found.names);
        }
        let mut result = live.execute(self, code, options, false)?;
        live.finish();
        result.metrics.total = begun.elapsed();
        Ok(result)
    }

    /// Check what a run is given.
    pub(crate) fn check(&self, code: &str, options: &ExecuteOptions) -> Result<()> {
        limits::timeout(options.timeout)?;
        limits::environment(options.env.iter())?;
        limits::arguments(options.args.as_deref().unwrap_or_default())?;
        let sizes = [
            ("the code", "code_bytes", self.options.code_bytes, code.len()),
            ("the standard input", "file_bytes", self.options.file_bytes, options.stdin.len()),
        ];
        for (what, option, limit, used) in sizes {
            if used as u64 > limit {
                return Err(Error::TooLarge { what, option, limit, used: used as u64 });
            }
        }
        Ok(())
    }
}

/// The absolute working directory; relative ones start at home.
fn working_directory(options: &SandboxOptions, cwd: Option<&str>) -> Result<String> {
    match cwd.or(options.cwd.as_deref()) {
        Some(cwd) if cwd != "." => path::existing(&options.home, cwd.trim_end_matches('/')),
        _ => Ok(options.home.clone()),
    }
}

/// Seconds since 1970, checked by the options to be positive and below the year 10,000.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the options' bounds keep it in range")]
fn nanoseconds(seconds: f64) -> u64 {
    (seconds * 1e9) as u64
}

/// Who writes files for the user, and when.
pub(crate) fn writer(clock: &dyn Clock) -> Context {
    Context::guest(Timespec::from_nanos(clock.realtime_ns().into()))
}
