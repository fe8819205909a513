//! A sandbox's options, checked, and how an interpreter starts from them.

use std::{collections::BTreeMap, sync::Arc, time::Instant};

use crate::{
    Bytes, Error, ExecuteOptions, ExecutionResult, Result, SandboxOptions,
    abi::Timespec,
    base,
    engine::Machine,
    fd::{Entropy, FdTable},
    guest::{Interpreter, InterpreterOptions},
    limits,
    packages::{Mounted, Provider},
    path,
    run::Live,
    syscall::{Clock, FixedClock, Process, SystemClock},
    vfs::{Content, Context, Vfs, VfsLimits},
};

/// `sys.argv[0]` of a session before its first run.
const UNNAMED: &str = "";

/// A sandbox's options, checked, with all that starting an interpreter needs.
pub(crate) struct Plan {
    options: SandboxOptions,
    machine: Arc<Machine>,
    /// A file system that every interpreter starts from.
    files: Vfs,
    packages: Provider,
    /// The packages in it.
    mounted: Arc<Mounted>,
}

impl Plan {
    /// Check the options, get the machine, and lay out the files.
    ///
    /// # Errors
    /// As for [`Sandbox::new`](crate::Sandbox::new).
    pub(crate) fn new(options: SandboxOptions) -> Result<Self> {
        options.validate()?;
        let packages = Provider::new(&options)?;
        let mounted = packages.preloaded(&options)?;
        Self::on(options, packages, mounted)
    }

    /// The same with packages that were mounted already.
    ///
    /// # Errors
    /// As for [`new`](Self::new).
    pub(crate) fn on(options: SandboxOptions, packages: Provider, mounted: Arc<Mounted>) -> Result<Self> {
        let machine = base::machine(options.cache_dir.as_deref())?;
        let files = Vfs::new(Arc::clone(&mounted.layer), VfsLimits::default());
        let mut plan = Self { options, machine, files, packages, mounted };
        plan.files = plan.lay_out(&plan.mounted)?;
        Ok(plan)
    }

    /// What the sandbox's packages are taken from.
    pub(crate) fn packages(&self) -> &Provider {
        &self.packages
    }

    pub(crate) fn options(&self) -> &SandboxOptions {
        &self.options
    }

    /// Who writes files for the user, and when.
    pub(crate) fn writer(&self) -> Context {
        writer(&*self.clock())
    }

    fn clock(&self) -> Arc<dyn Clock> {
        match self.options.deterministic {
            Some(fixed) => Arc::new(FixedClock::new(nanoseconds(fixed.time))),
            None => Arc::new(SystemClock::new()),
        }
    }

    /// The home folder, the working directory and the options' files, on top of packages.
    fn lay_out(&self, mounted: &Mounted) -> Result<Vfs> {
        let writer = self.writer();
        let bytes = self.options.file_bytes;
        let limits = VfsLimits { bytes, inodes: self.options.file_count, ..VfsLimits::default() };
        let mut files = Vfs::new(Arc::clone(&mounted.layer), limits);
        for folder in [self.options.home.clone(), self.working_directory(None)?] {
            files.host_mkdir(&writer, folder.as_bytes()).map_err(|errno| file_error(&folder, &errno))?;
        }
        self.write_all(&mut files, &writer, &self.options.files)?;
        Ok(files)
    }

    pub(crate) fn working_directory(&self, cwd: Option<&str>) -> Result<String> {
        match cwd.or(self.options.cwd.as_deref()) {
            Some(cwd) if cwd != "." => path::existing(&self.options.home, cwd.trim_end_matches('/')),
            _ => Ok(self.options.home.clone()),
        }
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
            return Err(Error::TooLarge { what: "the files".to_owned(), option: "file_bytes", limit, used });
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
        files.host_write(writer, absolute.as_bytes(), content).map(drop).map_err(|errno| file_error(path, &errno))
    }

    /// Start an interpreter, on the files of an earlier one if they are given.
    ///
    /// # Errors
    /// [`Error::Start`].
    pub(crate) fn start(&self, files: Option<Vfs>) -> Result<Live> {
        let started = Instant::now();
        let options = &self.options;
        let mut process = Process::new(files.unwrap_or_else(|| self.files.clone()));
        process.clock = self.clock();
        process.fds = FdTable::with_standard_streams(options.open_files);
        if let Some(fixed) = options.deterministic {
            process.entropy = Entropy::seeded(fixed.seed);
            let clock = FixedClock::new(nanoseconds(fixed.time));
            process.clock = Arc::new(clock.clone());
            process.sleeper = Arc::new(clock);
        }
        let cwd = self.working_directory(None)?;
        let argv: Vec<String> = std::iter::once(UNNAMED.to_owned()).chain(options.args.iter().cloned()).collect();
        let interpreter = Interpreter::start(
            &self.machine,
            process,
            InterpreterOptions {
                home: &options.home,
                cwd: &cwd,
                argv: &argv,
                env: &environment(options),
                start_env: base::start_environment(&options.home),
                seed: options.deterministic.map(|fixed| fixed.seed),
                threads: options.threads,
                memory: options.memory,
                value_bytes: options.value_bytes,
                grace: options.grace,
                untrusted_libraries: options.untrusted_libraries,
            },
        )?;
        Ok(Live::new(interpreter, started.elapsed(), self.mounted.names.clone()))
    }

    /// Run code in an interpreter of its own.
    ///
    /// # Errors
    /// As for [`Sandbox::execute`](crate::Sandbox::execute).
    pub(crate) fn execute_fresh(&self, code: &str, options: ExecuteOptions) -> Result<ExecutionResult> {
        let begun = Instant::now();
        self.check(code, &options)?;
        let found = self.packages.imported(&self.options, code, &options)?;
        let files = found.as_ref().map(|found| self.lay_out(found)).transpose()?;
        let mut live = self.start(files)?;
        if let Some(found) = found {
            live.packages.clone_from(&found.names);
        }
        let mut result = live.execute(self, code, options, false)?;
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
                return Err(Error::TooLarge { what: what.to_owned(), option, limit, used: used as u64 });
            }
        }
        Ok(())
    }
}

/// What the code finds in `os.environ`.
fn environment(options: &SandboxOptions) -> BTreeMap<String, String> {
    let mut env = BTreeMap::from(
        [("HOME", options.home.as_str()), ("USER", "earth"), ("LANG", "C.UTF-8"), ("PATH", "/bin")]
            .map(|(name, value)| (name.to_owned(), value.to_owned())),
    );
    env.extend(options.env.clone());
    env
}

fn file_error(path: &str, reason: &impl ToString) -> Error {
    Error::File { path: path.to_owned(), reason: reason.to_string() }
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
