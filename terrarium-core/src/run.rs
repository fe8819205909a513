//! Running code in a live interpreter, and collecting what it leaves behind.

use std::time::{Duration, Instant};

use crate::{
    Bytes, Completeness, Completion, ExecuteOptions, ExecutionResult, Metrics, Result,
    conclude::{conclude, stream, text},
    error::{FileOperation, file_error},
    fd::Input,
    guest::{Interpreter, Request},
    hint,
    package::{Placed, SITE_PACKAGES, What},
    packages::Mounted,
    path,
    plan::{self, Plan},
    vfs::{At, Content, Mark, Vfs},
};

/// The name of the code in tracebacks, unless the caller gives one.
const FILENAME: &str = "main.py";
/// Folders whose files are nobody's output.
const SCRATCH: [&str; 2] = ["/tmp/", "/dev/"];

/// A live interpreter.
pub(crate) struct Live {
    interpreter: Interpreter,
    /// How long it took to start, until the first run has reported it.
    start: Duration,
    /// The packages that are mounted.
    pub(crate) packages: Vec<String>,
}

impl Live {
    pub(crate) fn new(interpreter: Interpreter, start: Duration, packages: Vec<String>) -> Self {
        Self { interpreter, start, packages }
    }

    /// Run code, which the caller has checked with its options, and collect what it leaves behind.
    ///
    /// # Errors
    /// As for [`Sandbox::execute`](crate::Sandbox::execute).
    pub(crate) fn execute(
        &mut self,
        plan: &Plan,
        code: &str,
        mut options: ExecuteOptions,
        keep: bool,
    ) -> Result<ExecutionResult> {
        let begun = Instant::now();
        let settings = plan.options();
        let cwd = options.cwd.as_deref().map(|cwd| plan.working_directory(Some(cwd))).transpose()?;
        if keep && let Some(found) = plan.packages().imported(settings, plan.is_inlined(), code, &options)? {
            self.add_packages(&found)?;
        }
        let process = self.interpreter.process();
        let writer = plan::writer(&**process.clock());
        plan.write_all(&mut process.vfs, &writer, &options.files)?;
        process.streams.input = Input::new(std::mem::take(&mut options.stdin).into_vec());
        process.streams.output = stream(settings.stream_bytes, options.on_stdout.clone());
        process.streams.error = stream(settings.stream_bytes, options.on_stderr.clone());
        let mark = process.vfs.mark();
        let here = cwd.as_deref().map_or(Ok(process.cwd()), |cwd| {
            let at = At::root(cwd.as_bytes());
            process.vfs.resolve_directory(&writer, at)
        });
        let has_files = here.and_then(|here| process.vfs.is_empty_dir(here)).map_or(true, |is_empty| !is_empty);

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
            has_files,
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
        if let Some(error) = &mut result.error {
            hint::missing_module(error, plan.packages());
        }
        self.collect(plan, &mark, &mut result);
        let start = std::mem::take(&mut self.start);
        result.metrics = Metrics {
            start,
            run,
            total: start + begun.elapsed(),
            peak_memory: self.interpreter.peak_memory(),
            image: plan.image().to_owned(),
            packages: self.packages.clone(),
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

    /// Put packages into the files of a live interpreter.
    fn add_packages(&mut self, found: &Mounted) -> Result<()> {
        let fault = |path: &str, errno| file_error(FileOperation::Mount, path, errno);
        let vfs = &mut self.interpreter.process().vfs;
        if found.names.iter().all(|name| self.packages.contains(name)) {
            return Ok(());
        }
        for Placed { path, what } in &found.files {
            let mounted = match what {
                What::File { content, executable } => {
                    vfs.host_mount(path.as_bytes(), content.clone(), if *executable { 0o555 } else { 0o444 })
                }
                What::Link(target) => vfs.host_mount_link(path.as_bytes(), target.as_bytes()),
            };
            mounted.map_err(|errno| fault(path, errno))?;
        }
        vfs.host_renew(SITE_PACKAGES.as_bytes()).map_err(|errno| fault(SITE_PACKAGES, errno))?;
        self.packages.clone_from(&found.names);
        Ok(())
    }

    /// Nobody needs it any more.
    pub(crate) fn finish(self) {
        self.interpreter.finish();
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
        process.close_all();
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
