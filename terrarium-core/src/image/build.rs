//! The build of an image.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    ImageOptions, ImageProgress, OpenImage, compile_sources, file,
    find::late,
    header::{FORMAT, ImageHeader},
};
use crate::{
    Error, ExecutionResult, Result, SandboxOptions, Value, cache,
    cancel::scope,
    engine::{Build, CodeKind, Machine, compatibility},
    error::ErrorContext,
    guest::{GuestConfig, InterpreterOptions, LiveInterpreter, Request, conclude, stream},
    options::{REPR_BYTES, VALUE_BYTES},
    provision::{BARE, MountedPackages, guest_key, libraries, mount_for_image, start_environment},
};
use terrarium_unix::{
    abi::Timespec,
    fd::StandardStream,
    syscall::Process,
    vfs::{Content, Context, Layer, Vfs, VfsLimits},
};

/// The memory limit of the interpreter that becomes an image.
const MEMORY: u64 = 2 << 30;
/// The limit of each stream of that interpreter.
const STREAM_BYTES: u64 = 1 << 20;
/// Programs that use features that every program uses.
const EXERCISE: [&str; 4] =
    ["1 + 1", "print(1 + 1)", "x = [1, 'a', 2.5]\nprint(x)\nx", "import sys\nsys.stdout.write('')"];
/// The number of repetitions; bytecode settles after a few dozen.
const EXERCISES: usize = 40;
/// The name of preparation code in tracebacks.
const FILENAME: &str = "<prepare>";

/// The inputs of an image.
#[derive(Clone)]
pub(crate) struct Recipe {
    pub(crate) mounted: Arc<MountedPackages>,
    /// The modules that are imported. A module that fails to import is left out.
    pub(crate) modules: Vec<String>,
    /// The preparation code, which runs after the imports.
    pub(crate) prepare: String,
    pub(crate) warm: bool,
    pub(crate) kind: CodeKind,
    /// The time limit of each import and of the preparation code.
    pub(crate) timeout: Duration,
    /// The bound of the cache folder: see [`SandboxOptions::cache_bytes`].
    pub(crate) cache_bytes: u64,
    /// The end of the time of the whole build.
    pub(crate) deadline: Option<Instant>,
}

impl Recipe {
    /// Returns the recipe of the bare image.
    ///
    /// # Errors
    /// [`Error::Artifacts`].
    pub(crate) fn bare() -> Result<Self> {
        Ok(Self {
            mounted: Arc::new(MountedPackages::none()?),
            modules: Vec::new(),
            prepare: String::new(),
            warm: true,
            kind: CodeKind::default(),
            timeout: Duration::from_secs(300),
            cache_bytes: SandboxOptions::default().cache_bytes,
            deadline: None,
        })
    }

    /// Returns the recipe of an image with these options, which is to be built until the deadline.
    ///
    /// # Errors
    /// As for [`Image::build`](crate::Image::build).
    pub(crate) fn new(options: &ImageOptions, deadline: Option<Instant>) -> Result<Self> {
        let (mounted, modules) = mount_for_image(options, compile_sources)?;
        Ok(Self {
            mounted,
            modules,
            prepare: options.prepare.clone(),
            warm: options.warm,
            kind: options.kind(),
            timeout: options.timeout,
            cache_bytes: options.cache_bytes,
            deadline,
        })
    }

    /// Returns the error of a build that takes too long.
    pub(super) fn late(&self) -> Error {
        late(self.timeout)
    }

    /// Returns the time for the next import or program.
    ///
    /// # Errors
    /// [`Error::Image`], when there is none left.
    fn time(&self) -> Result<Duration> {
        let rest = self.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        let time = rest.map_or(self.timeout, |rest| rest.min(self.timeout));
        if time.is_zero() { Err(self.late()) } else { Ok(time) }
    }

    pub(super) fn is_bare(&self) -> bool {
        self.modules.is_empty() && self.prepare.is_empty()
    }

    /// Returns the image's name.
    pub(super) fn name(&self) -> String {
        let mut names: Vec<&str> = self.modules.iter().map(String::as_str).collect();
        if !self.prepare.is_empty() {
            names.push("prepared");
        }
        if names.is_empty() { BARE.to_owned() } else { names.join("+") }
    }

    /// Returns the file's name in the cache folder, derived from everything that the image depends on.
    pub(super) fn file_name(&self) -> Result<String> {
        let format = FORMAT.to_string();
        let guest = guest_key()?;
        let compatibility = compatibility(self.kind)?;
        let settings = format!("{:?} {} {:?}", self.modules, self.warm, self.kind);
        let warm_ups = warm_ups(&self.mounted.names, self.warm).flat_map(|(name, text)| [name, text]);
        let parts =
            [&format, env!("CARGO_PKG_VERSION"), &guest, &compatibility, &self.mounted.key, &settings, &self.prepare];
        let digest = cache::digest(parts.into_iter().chain(warm_ups).map(str::as_bytes));
        Ok(cache::name(&digest) + ".timg")
    }

    /// Returns the name of the file with this image as a layer on another one.
    pub(super) fn layered_name(&self) -> Result<String> {
        Ok(cache::name(&cache::digest([b"layer".as_slice(), self.file_name()?.as_bytes()])) + ".timg")
    }

    /// Boots, imports, prepares, links and compiles; returns the bytes of the image's file.
    ///
    /// # Errors
    /// [`Error::Image`] when the code of the preparation fails; faults of the host.
    pub(super) fn build(&self, machine: &Arc<Machine>, progress: &dyn Fn(ImageProgress)) -> Result<Vec<u8>> {
        let progress = |step| {
            progress(step);
            scope::check()
        };
        progress(ImageProgress::Packages)?;
        machine.prepare_libraries(&libraries(&self.mounted.files));
        progress(ImageProgress::Boot)?;
        let functions = Build::begin(machine.cache())?;
        let started = Instant::now();
        let defaults = SandboxOptions::default();
        let config = GuestConfig::new(&defaults, defaults.home.clone());
        let mut interpreter = self.boot(machine, &config)?;
        self.exercise(&mut interpreter)?;
        let mark = interpreter.process().vfs.mark();
        let mut warnings = match self.is_bare() {
            true => Vec::new(),
            false => self.import(&mut interpreter, self.modules.iter(), &progress)?,
        };
        progress(ImageProgress::Prepare)?;
        for (name, code) in warm_ups(&self.mounted.names, self.warm) {
            let result = self.run(&mut interpreter, code)?;
            if let Some(error) = result.error {
                // This costs speed only: the packages themselves can be imported.
                tracing::warn!(name, error = error.message, "a package cannot be warmed");
                warnings.push(format!("a first use of {name} failed: {}", error.message));
            }
        }
        if !self.prepare.is_empty() {
            let result = self.run(&mut interpreter, &self.prepare)?;
            if let Some(error) = result.error {
                return Err(self.fault(format!("the preparation code failed: {}", error.traceback.trim_end())));
            }
        }
        progress(ImageProgress::Link)?;
        interpreter.settle_mappings();
        let (taken, noted) = interpreter.take_snapshot()?;
        let booted = started.elapsed();
        let written = written(&interpreter.process().vfs, &mark);
        progress(ImageProgress::Compile)?;
        let code = taken.compile(self.kind)?;
        functions.keep();
        tracing::info!(name = self.name(), ?booted, total = ?started.elapsed(), bytes = code.len(), "built an image");
        let header = self.header(&mut interpreter, (self.kind, config), &code, taken.record, noted)?;
        progress(ImageProgress::Write)?;
        file::bytes(code, &ImageHeader { warnings, ..header }, &taken.loader, &written)
    }

    /// Imports modules; returns the shortcomings.
    ///
    /// # Errors
    /// Faults of the host, and those of `progress`.
    pub(super) fn import<'m>(
        &self,
        interpreter: &mut LiveInterpreter,
        modules: impl Iterator<Item = &'m String>,
        progress: &dyn Fn(ImageProgress) -> Result<()>,
    ) -> Result<Vec<String>> {
        let of_sites = self.mounted.sites.iter().flat_map(|site| site.warnings());
        let mut warnings: Vec<String> = of_sites.map(|warning| format!("the site folder's {}", warning.text)).collect();
        // From here on, the searches of packages are recorded.
        interpreter.prepare(&[], self.time()?)?;
        for module in modules {
            progress(ImageProgress::Import(module.clone()))?;
            let failed = interpreter.prepare(std::slice::from_ref(module), self.time()?)?;
            self.time()?;
            if let Some(reason) = failed.get(module) {
                tracing::warn!(module, reason, "a module cannot be imported into an image");
                warnings.push(format!("the module {module} could not be imported: {reason}"));
            }
        }
        Ok(warnings)
    }

    /// Boots and runs programs; returns for each the content of the memory that the interpreter's module exports as
    /// `counters`, which is cleared before it.
    ///
    /// # Errors
    /// [`Error::Image`] when a program fails; faults of the host.
    pub(crate) fn train(&self, machine: &Arc<Machine>, counters: &str, programs: &[String]) -> Result<Vec<Vec<u8>>> {
        let mut interpreter = self.booted(machine)?;
        let mut counted = Vec::new();
        for program in programs {
            interpreter.take_memory(counters)?;
            self.run_program(&mut interpreter, program)?;
            counted.push(interpreter.take_memory(counters)?);
        }
        Ok(counted)
    }

    /// Returns a booted interpreter, set up as for a sandbox without options.
    ///
    /// # Errors
    /// Faults of the host.
    pub(crate) fn booted(&self, machine: &Arc<Machine>) -> Result<LiveInterpreter> {
        let defaults = SandboxOptions::default();
        self.boot(machine, &GuestConfig::new(&defaults, defaults.home.clone()))
    }

    /// Runs a program and returns its standard output.
    ///
    /// # Errors
    /// [`Error::Image`] when the program fails; faults of the host.
    pub(crate) fn run_program(&self, interpreter: &mut LiveInterpreter, program: &str) -> Result<String> {
        let result = self.run(interpreter, program)?;
        if let Some(error) = result.error {
            return Err(self.fault(format!("a program failed: {}", error.traceback.trim_end())));
        }
        let streams = &mut interpreter.process().streams;
        let printed = streams.output.take();
        Ok(String::from_utf8_lossy(&printed).into_owned())
    }

    /// Runs a few programs until the bytecode has its specialized form: every interpreter has to copy the pages that
    /// change after the snapshot.
    fn exercise(&self, interpreter: &mut LiveInterpreter) -> Result<()> {
        for _ in 0..EXERCISES {
            for code in EXERCISE {
                // As a sandbox asks for a fresh run: another path through the harness would settle other bytecode.
                let asked = Request {
                    filename: "main.py",
                    file: Some("/home/earth/main.py"),
                    value_bytes: VALUE_BYTES,
                    repr_bytes: REPR_BYTES,
                    ..request(code, false)
                };
                let answer = interpreter.execute(&asked, Instant::now().checked_add(self.time()?), None)?;
                if let Some(error) = answer.error {
                    return Err(self.fault(format!("the interpreter does not work: {}", error.traceback.trim_end())));
                }
            }
        }
        let streams = &mut interpreter.process().streams;
        drop((streams.output.take(), streams.error.take()));
        Ok(())
    }

    fn boot(&self, machine: &Arc<Machine>, config: &GuestConfig) -> Result<LiveInterpreter> {
        let process = self.process(Arc::clone(&self.mounted.layer), &config.home)?;
        let options = InterpreterOptions::trusted(MEMORY);
        LiveInterpreter::boot(machine, process, options, start_environment(&config.home), config)
    }

    /// Resumes an interpreter of an image on these files.
    ///
    /// # Errors
    /// Faults of the host.
    pub(super) fn resume(&self, open: &OpenImage, files: Arc<Layer>) -> Result<LiveInterpreter> {
        let mut process = self.process(files, &open.config.home)?;
        process.reopen(&open.open_files);
        process.remap(&open.mapped_files);
        process.change_directory(open.config.home.as_bytes()).or_image(self.name().as_ref(), "")?;
        LiveInterpreter::resume(&open.snapshot, process, InterpreterOptions::trusted(MEMORY), None)
    }

    fn process(&self, files: Arc<Layer>, home: &str) -> Result<Process> {
        let limits = VfsLimits { bytes: MEMORY, inodes: 1_000_000, ..VfsLimits::default() };
        let mut vfs = Vfs::new(files, limits);
        let writer = Context::guest(Timespec::PROVIDED);
        vfs.host_mkdir(&writer, home.as_bytes()).or_image(self.name().as_ref(), "")?;
        let mut process = Process::new(vfs);
        process.streams.output = stream(STREAM_BYTES, StandardStream::Output, None);
        process.streams.error = stream(STREAM_BYTES, StandardStream::Error, None);
        Ok(process)
    }

    /// Runs code; the names that it binds are not kept.
    fn run(&self, interpreter: &mut LiveInterpreter, code: &str) -> Result<ExecutionResult> {
        let deadline = Instant::now().checked_add(self.time()?);
        let answer = interpreter.execute(&request(code, true), deadline, scope::current().as_ref())?;
        scope::check()?;
        if interpreter.has_ended() {
            return Err(self.fault("the preparation ended the interpreter"));
        }
        interpreter.reset_globals()?;
        Ok(conclude(answer, Some(self.timeout), None))
    }

    /// Returns an error of this image without a source.
    pub(super) fn fault(&self, reason: impl Into<String>) -> Error {
        Error::image(self.name(), reason)
    }
}

fn request(code: &str, keep: bool) -> Request<'_> {
    static NONE: BTreeMap<String, Value> = BTreeMap::new();
    Request {
        code,
        filename: FILENAME,
        argv: None,
        env: None,
        cwd: None,
        file: None,
        inputs: &NONE,
        outputs: &[],
        has_files: false,
        keep,
        value_bytes: 1 << 20,
        repr_bytes: 1 << 10,
        store_last: false,
        asks: false,
        functions: None,
    }
}

/// Returns the warm-up programs of the packages that are present.
fn warm_ups(packages: &[String], warm: bool) -> impl Iterator<Item = (&'static str, &'static str)> {
    const WARM_UPS: [(&str, &str); 3] = [
        ("numpy", include_str!("../../python/warm/numpy.py")),
        ("pandas", include_str!("../../python/warm/pandas.py")),
        ("matplotlib", include_str!("../../python/warm/matplotlib.py")),
    ];
    WARM_UPS.into_iter().filter(move |(name, _)| warm && packages.iter().any(|package| package == name))
}

/// Returns the files that the interpreter wrote.
pub(super) fn written(vfs: &Vfs, mark: &terrarium_unix::vfs::Mark) -> Vec<(String, Content)> {
    let changes = vfs.changes(mark);
    let paths = changes.created.into_iter().chain(changes.modified);
    let paths = paths.filter_map(|path| String::from_utf8(path).ok());
    paths.filter_map(|path| vfs.host_read(path.as_bytes()).ok().map(|content| (path, content))).collect()
}

/// Returns the kind of machine that compiled code is for.
pub(super) fn target() -> String {
    format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS)
}
