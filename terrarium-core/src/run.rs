//! Running code: from options to a result. Shared by sandboxes and sessions.

use std::{
    collections::BTreeMap,
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{
    Bytes, Completeness, Completion, Error, ExecuteOptions, ExecutionResult, Metrics, Result, SandboxOptions, Status,
    StreamCallback,
    abi::Timespec,
    base,
    engine::{Machine, Reason, Source},
    fd::{Entropy, FdTable, Input, Output, StreamSink},
    guest::{Answer, Interpreter, InterpreterOptions, Outcome, Request, fault},
    limits, path,
    syscall::{Clock, FixedClock, Process, SystemClock},
    vfs::{Content, Context, Mark, Vfs, VfsLimits},
};

/// The name of the code in tracebacks, unless the caller gives one.
const FILENAME: &str = "main.py";
/// `sys.argv[0]` of a session before its first run.
const UNNAMED: &str = "";
/// Folders whose files are nobody's output.
const SCRATCH: [&str; 2] = ["/tmp/", "/dev/"];

/// A sandbox's options, checked, with all that starting an interpreter needs.
pub(crate) struct Plan {
    options: SandboxOptions,
    machine: Arc<Machine>,
    /// A file system that every interpreter starts from.
    files: Vfs,
}

impl Plan {
    /// Check the options, get the machine, and lay out the files.
    ///
    /// # Errors
    /// As for [`Sandbox::new`](crate::Sandbox::new).
    pub(crate) fn new(options: SandboxOptions) -> Result<Self> {
        options.validate()?;
        let runtime = base::runtime()?;
        let wasm = || runtime.python_wasm().map_err(|error| Error::Artifacts(error.to_string()));
        let source = Source { key: runtime.key(), wasm: &wasm };
        let machine = Machine::shared(options.cache_dir.as_deref(), &source)?;
        let limits = VfsLimits { bytes: options.file_bytes, inodes: options.file_count, ..VfsLimits::default() };
        let files = Vfs::new(base::layer()?, limits);
        let mut plan = Self { options, machine, files };
        plan.lay_out()?;
        Ok(plan)
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

    /// The home folder, the working directory and the options' files.
    fn lay_out(&mut self) -> Result<()> {
        let writer = self.writer();
        let mut files = self.files.clone();
        for folder in [self.options.home.clone(), self.working_directory(None)?] {
            files.host_mkdir(&writer, folder.as_bytes()).map_err(|errno| file_error(&folder, &errno))?;
        }
        self.write_all(&mut files, &writer, &self.options.files)?;
        self.files = files;
        Ok(())
    }

    fn working_directory(&self, cwd: Option<&str>) -> Result<String> {
        match cwd.or(self.options.cwd.as_deref()) {
            Some(cwd) if cwd != "." => path::existing(&self.options.home, cwd.trim_end_matches('/')),
            _ => Ok(self.options.home.clone()),
        }
    }

    fn write_all(&self, files: &mut Vfs, writer: &Context, contents: &BTreeMap<String, Bytes>) -> Result<()> {
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
                memory: options.memory,
                value_bytes: options.value_bytes,
                grace: options.grace,
            },
        )?;
        Ok(Live { interpreter, start: started.elapsed() })
    }

    /// Run code in an interpreter of its own.
    ///
    /// # Errors
    /// As for [`Sandbox::execute`](crate::Sandbox::execute).
    pub(crate) fn execute_fresh(&self, code: &str, options: ExecuteOptions) -> Result<ExecutionResult> {
        let begun = Instant::now();
        self.check(code, &options)?;
        let mut result = self.start(None)?.execute(self, code, options, false)?;
        result.metrics.total = begun.elapsed();
        Ok(result)
    }

    /// Check what a run is given.
    fn check(&self, code: &str, options: &ExecuteOptions) -> Result<()> {
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

/// A live interpreter.
pub(crate) struct Live {
    interpreter: Interpreter,
    /// How long it took to start, until the first run has reported it.
    start: Duration,
}

impl Live {
    /// Run code and collect what it leaves behind.
    ///
    /// # Errors
    /// As for [`Sandbox::execute`](crate::Sandbox::execute).
    pub(crate) fn execute(
        &mut self,
        plan: &Plan,
        code: &str,
        options: ExecuteOptions,
        keep: bool,
    ) -> Result<ExecutionResult> {
        let begun = Instant::now();
        plan.check(code, &options)?;
        let settings = plan.options();
        let cwd = options.cwd.as_deref().map(|cwd| plan.working_directory(Some(cwd))).transpose()?;
        let process = self.interpreter.process();
        let writer = writer(&*process.clock);
        plan.write_all(&mut process.vfs, &writer, &options.files)?;
        process.streams.input = Input::new(options.stdin.clone().into_vec());
        process.streams.output = stream(settings.output, options.on_stdout.clone());
        process.streams.error = stream(settings.output, options.on_stderr.clone());
        let mark = process.vfs.mark();

        let filename = options.filename.as_deref().unwrap_or(FILENAME);
        let argv = options
            .args
            .as_deref()
            .or((!keep).then_some(&*settings.args))
            .map(|args| std::iter::once(filename).chain(args.iter().map(String::as_str)).collect());
        let request = Request {
            code,
            filename,
            argv,
            env: (!options.env.is_empty()).then_some(&options.env),
            cwd: cwd.as_deref(),
            inputs: &options.inputs,
            outputs: &options.outputs,
            keep,
            value_bytes: settings.value_bytes,
            repr_bytes: settings.repr_bytes,
            store_last: options.store_last,
        };
        let timeout = options.timeout.or(settings.timeout);
        let running = Instant::now();
        let answer = self.interpreter.execute(&request, timeout, options.cancel.as_ref())?;
        let run = running.elapsed();

        let lost = answer.outcome.is_end();
        let mut result = conclude(answer, timeout);
        result.session_lost = keep && lost;
        self.collect(plan, &mark, &mut result);
        let start = std::mem::take(&mut self.start);
        result.metrics = Metrics {
            start,
            run,
            total: start + begun.elapsed(),
            peak_memory: self.interpreter.peak_memory(),
            image: base::IMAGE.to_owned(),
            packages: Vec::new(),
        };
        Ok(result)
    }

    /// Streams and files.
    fn collect(&mut self, plan: &Plan, mark: &Mark, result: &mut ExecutionResult) {
        let process = self.interpreter.process();
        let (output, error) = (&mut process.streams.output, &mut process.streams.error);
        result.stdout_truncated = output.truncated();
        (result.stdout, result.stdout_bytes) = text(output.take(), result.stdout_truncated);
        result.stderr_truncated = error.truncated();
        (result.stderr, result.stderr_bytes) = text(error.take(), result.stderr_truncated);

        let home = &plan.options().home;
        let changes = process.vfs.changes(mark);
        for changed in changes.created.iter().chain(&changes.modified) {
            let absolute = String::from_utf8_lossy(changed);
            if SCRATCH.iter().any(|folder| absolute.starts_with(folder)) {
                continue;
            }
            // A file that cannot be read any more (its folder was replaced meanwhile) is none.
            if let Ok(content) = process.vfs.host_read(changed)
                && let Ok(content) = bytes(content)
            {
                result.output_files.insert(path::shown(home, &absolute).to_owned(), content);
            }
        }
        for deleted in &changes.deleted {
            let absolute = String::from_utf8_lossy(deleted);
            if !SCRATCH.iter().any(|folder| absolute.starts_with(folder)) {
                result.deleted_files.push(path::shown(home, &absolute).to_owned());
            }
        }
    }

    /// Whether the interpreter is gone.
    pub(crate) fn has_ended(&self) -> bool {
        self.interpreter.has_ended()
    }

    /// The files.
    pub(crate) fn files(&mut self) -> &mut Vfs {
        &mut self.interpreter.process().vfs
    }

    /// The files of an interpreter that is gone, with its descriptors closed.
    pub(crate) fn take_files(&mut self) -> Vfs {
        let process = self.interpreter.process();
        // What is open is only held by its descriptor, and that nobody can use any more.
        let open: Vec<i32> = process.fds.descriptors().collect();
        for descriptor in open {
            let _ = process.close(descriptor);
        }
        process.vfs.clone()
    }

    /// See [`Session::reset_globals`](crate::Session::reset_globals).
    pub(crate) fn reset_globals(&mut self) -> Result<()> {
        self.interpreter.reset_globals()
    }

    /// See [`Session::check`](crate::Session::check).
    pub(crate) fn check(&mut self, code: &str) -> Result<Completeness> {
        self.interpreter.check(code)
    }

    /// See [`Session::complete`](crate::Session::complete).
    pub(crate) fn complete(&mut self, code: &str, cursor: usize) -> Result<Completion> {
        self.interpreter.complete(code, cursor)
    }
}

/// A file's content; shared, not copied, where it lies in memory of its own.
pub(crate) fn bytes(content: Content) -> Result<Bytes, crate::abi::Errno> {
    match content {
        Content::Owned(shared) => Ok(Bytes::from(shared)),
        other => other.into_vec().map(Bytes::from),
    }
}

/// The result's fields that follow from the interpreter's answer.
fn conclude(answer: Answer, timeout: Option<Duration>) -> ExecutionResult {
    let status = match answer.outcome {
        Outcome::Success => Status::Success,
        Outcome::Interrupted(Reason::Timeout) | Outcome::Stopped(Reason::Timeout) => Status::Timeout,
        Outcome::Interrupted(Reason::Cancelled) | Outcome::Stopped(Reason::Cancelled) => Status::Cancelled,
        Outcome::Exited if answer.exit_code == Some(0) => Status::Success,
        Outcome::Crashed if answer.memory_denied => Status::MemoryExceeded,
        Outcome::Crashed => Status::Crashed,
        _ if answer.error.as_ref().is_some_and(|error| error.kind == "MemoryError") => Status::MemoryExceeded,
        Outcome::Error | Outcome::Exited => Status::Error,
    };
    let error = match (status, answer.error) {
        (Status::Success, _) => None,
        (Status::Timeout, error) => {
            let limit = timeout.unwrap_or_default().as_secs_f64();
            Some(stopped(error, "TimeoutError", format!("the run was stopped after {limit} s")))
        }
        (Status::Cancelled, error) => Some(stopped(error, "CancelledError", "the run was cancelled".to_owned())),
        (Status::Error, None) => {
            Some(fault("SystemExit", answer.exit_code.map_or_else(String::new, |code| code.to_string())))
        }
        (_, error) => error,
    };
    ExecutionResult {
        status,
        final_expression: answer.final_expression,
        final_repr: answer.repr,
        final_repr_truncated: answer.repr_truncated,
        outputs: answer.outputs,
        displays: answer.displays,
        error,
        exit_code: answer.exit_code,
        ..ExecutionResult::default()
    }
}

/// The error of a run that was stopped: where it was, if it could still say so.
fn stopped(error: Option<crate::PythonError>, kind: &str, message: String) -> crate::PythonError {
    let mut error = error.unwrap_or_default();
    let last = format!("{kind}: {message}\n");
    let before = error.traceback.rfind("KeyboardInterrupt").unwrap_or(error.traceback.len());
    error.traceback.truncate(before);
    error.traceback.push_str(&last);
    error.kind = kind.to_owned();
    error.module = "builtins".to_owned();
    error.message = message;
    error
}

fn stream(limit: u64, callback: Option<StreamCallback>) -> Output {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let output = Output::new(limit);
    match callback {
        Some(callback) => output.with_sink(Arc::new(Callback(callback))),
        None => output,
    }
}

struct Callback(StreamCallback);

impl StreamSink for Callback {
    fn chunk(&self, bytes: &[u8]) {
        (self.0)(bytes);
    }
}

impl fmt::Debug for Callback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Callback")
    }
}

/// A stream's bytes as text, and themselves where they are not UTF-8. A character that the limit cut is dropped.
fn text(mut bytes: Vec<u8>, truncated: bool) -> (String, Option<Bytes>) {
    if truncated
        && let Err(error) = std::str::from_utf8(&bytes)
        && error.error_len().is_none()
    {
        bytes.truncate(error.valid_up_to());
    }
    match String::from_utf8(bytes) {
        Ok(text) => (text, None),
        Err(error) => {
            let bytes = error.into_bytes();
            (String::from_utf8_lossy(&bytes).into_owned(), Some(bytes.into()))
        }
    }
}

fn file_error(path: &str, reason: &impl ToString) -> Error {
    Error::File { path: path.to_owned(), reason: reason.to_string() }
}

/// Seconds since 1970, checked by the options to be positive and below the year 10,000.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the options' bounds keep it in range")]
fn nanoseconds(seconds: f64) -> u64 {
    (seconds * 1e9) as u64
}

fn writer(clock: &dyn Clock) -> Context {
    Context::guest(Timespec::from_nanos(clock.realtime_ns().into()))
}
