//! Execution of code in a live interpreter, and collection of its streams, values and files.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use super::{
    calls::{Calls, names},
    guest_path, missing_module,
    packages::{packages, unready},
    setup::{SandboxSetup, writer},
};
use crate::{
    Bytes, CancelHandle, ExecuteOptions, ExecutionResult, HostFunctions, Metrics, Result,
    error::{FileOperation, file_error},
    guest::{FunctionNames, LiveInterpreter, Request, cancelled, conclude, stream, text},
    options::validate,
    provision::{MountedPackages, mount},
    sys::machine_memory,
};
use terrarium_unix::{
    fd::StandardStream,
    vfs::{At, Content, Mark},
};

/// The name of the code in tracebacks, unless the caller names it.
const FILENAME: &str = "main.py";
/// Folders whose files are not part of the result.
const SCRATCH: [&str; 2] = ["/tmp/", "/dev/"];

/// Whether an earlier result was large. The C library keeps most of the memory of a dropped one.
static WAS_LARGE: AtomicBool = AtomicBool::new(false);

/// Runs code, which the caller has checked with its options, and collects the result.
///
/// # Errors
/// As for [`Sandbox::execute`](crate::Sandbox::execute).
pub(crate) fn execute(
    setup: &SandboxSetup,
    live: &mut LiveInterpreter,
    code: &str,
    mut options: ExecuteOptions,
    begun: Instant,
    keep: bool,
) -> Result<ExecutionResult> {
    let started = Instant::now();
    setup.note_code(code);
    let settings = setup.options();
    if options.cancel.as_ref().is_some_and(CancelHandle::is_cancelled) {
        let mut result = cancelled();
        result.metrics = metrics(setup, live, Duration::ZERO, started, keep);
        return Ok(result);
    }
    let cwd = options.cwd.as_deref().map(|cwd| setup.working_directory(Some(cwd))).transpose()?;
    if keep {
        match packages(setup, code, &options, begun, Some(&live.process().supplied))? {
            Ok(found) => found.map_or(Ok(()), |found| add_packages(live, &found.mounted))?,
            Err(end) => return Ok(unready(setup, &options, end, begun)),
        }
    }
    let receivers = live.receivers(&mut options);
    let asked = live.set_input(std::mem::take(&mut options.stdin));
    let process = live.process();
    let writer = writer(&**process.clock());
    setup.write_all(&mut process.vfs, &writer, &options.files)?;
    process.streams.output = stream(settings.stream_bytes, StandardStream::Output, receivers.as_ref());
    process.streams.error = stream(settings.stream_bytes, StandardStream::Error, receivers.as_ref());
    let mark = process.vfs.mark();
    let here = cwd.as_deref().map_or(Ok(process.cwd()), |cwd| {
        let at = At::root(cwd.as_bytes());
        process.vfs.resolve_directory(&writer, at)
    });
    if let (Some(given), Err(errno)) = (&options.cwd, &here) {
        let text = file_error(FileOperation::Read, given, *errno).to_string();
        return Err(validate::invalid("cwd", text));
    }
    let has_files = here.and_then(|here| process.vfs.is_empty_dir(here)).map_or(true, |is_empty| !is_empty);

    let filename = options.filename.as_deref().unwrap_or(FILENAME);
    let file = match &cwd {
        Some(cwd) => program_file(cwd, filename),
        None => program_file(&setup.working_directory(None)?, filename),
    };
    if let Some(file) = &file {
        process.set_program(file.as_bytes(), Content::from(code.as_bytes().to_vec()));
    }
    let functions = settings.functions.with(&options.functions);
    let decide = options.decide.take().or_else(|| settings.decide.clone());
    let calls = (!functions.is_empty()).then(|| {
        let calls = Calls::new(
            functions.clone(),
            (decide, options.context.take(), options.journal.take()),
            receivers.clone(),
            settings,
            live.interrupt(),
        );
        Arc::new(calls.after(live.last_call))
    });
    live.process().host_calls = calls.clone().map(|calls| calls as _);
    let names = function_names(live, &functions, code, keep || has_files);
    let argv = options
        .args
        .as_deref()
        .or((!keep).then_some(&*settings.args))
        .map(|args| std::iter::once(program_name(filename)).chain(args.iter().map(String::as_str)).collect());
    let request = Request {
        code,
        filename,
        argv,
        env: (!options.env.is_empty()).then_some(&options.env),
        cwd: cwd.as_deref(),
        file: file.as_deref(),
        inputs: &options.inputs,
        outputs: &options.outputs,
        has_files,
        keep,
        value_bytes: settings.value_bytes,
        repr_bytes: settings.repr_bytes,
        store_last: options.store_last,
        asks: asked.as_ref().is_some_and(|asked| asked.takes_prompts()),
        functions: names,
    };
    let timeout = options.timeout.or(settings.timeout);
    if WAS_LARGE.load(Ordering::Relaxed) && WAS_LARGE.swap(false, Ordering::Relaxed) {
        // The caller may have dropped that result by now.
        machine_memory::give_back();
    }
    let running = Instant::now();
    // The host's work until here counts.
    let deadline = timeout.and_then(|timeout| begun.checked_add(timeout));
    let answer = live.execute(&request, deadline, options.cancel.as_ref());
    let run = running.elapsed();
    live.process().host_calls = None;
    let report = calls.map(|calls| calls.finish()).unwrap_or_default();
    live.last_call = live.last_call.max(report.last);
    let answer = answer?;
    if answer.is_large {
        WAS_LARGE.store(true, Ordering::Relaxed);
    }
    let abandoned = asked.map_or(0, |asked| asked.close());
    if let Some(receivers) = receivers {
        receivers.finish();
    }

    let lost = answer.outcome.is_end();
    let mut result = conclude(answer, timeout, report.end);
    // The guest can forge names that the run was not asked for.
    result.outputs.retain(|name, _| options.outputs.contains(name));
    result.session_lost = keep && lost;
    if let Some(error) = &mut result.error {
        missing_module::explain(error, setup);
        // The guest can forge the number.
        error.host_call = error.host_call.filter(|id| report.calls.iter().any(|call| call.id == *id));
    }
    (result.host_calls, result.journal) = (report.calls, report.journal);
    collect(setup, live, &mark, &mut result);
    note_installed(live);
    result.metrics = Metrics {
        abandoned: abandoned + report.abandoned,
        host: report.waited,
        host_calls: report.count,
        ..metrics(setup, live, run, started, keep)
    };
    Ok(result)
}

/// Returns the names of the functions that the code needs and that its interpreter does not have yet: all of them, or
/// those that the text names.
fn function_names(
    live: &mut LiveInterpreter,
    functions: &HostFunctions,
    code: &str,
    all: bool,
) -> Option<FunctionNames> {
    if live.functions_known == *functions {
        return None;
    }
    let names = if all { names::all(functions) } else { names::named(functions, code) };
    live.functions_known = functions.clone();
    Some(names)
}

fn metrics(setup: &SandboxSetup, live: &mut LiveInterpreter, run: Duration, started: Instant, keep: bool) -> Metrics {
    let start = std::mem::take(&mut live.start);
    Metrics {
        start,
        run,
        total: start + started.elapsed(),
        peak_memory: live.peak_memory(),
        image: setup.image().info().name.clone(),
        packages: if keep { live.packages.clone() } else { std::mem::take(&mut live.packages) },
        ..Metrics::default()
    }
}

/// Returns the path under which the guest can read the program; none for a text without a file name.
fn program_file(cwd: &str, filename: &str) -> Option<String> {
    match filename {
        "" => None,
        text if text.starts_with('<') => None,
        absolute if absolute.starts_with('/') => Some(absolute.to_owned()),
        relative => Some(format!("{}/{relative}", cwd.trim_end_matches('/'))),
    }
}

/// Returns the first of `sys.argv`, as Python names a program that it does not read from a file.
fn program_name(filename: &str) -> &str {
    match filename {
        "<string>" => "-c",
        "<stdin>" => "-",
        other => other,
    }
}

/// Collects streams and files.
fn collect(setup: &SandboxSetup, live: &mut LiveInterpreter, mark: &Mark, result: &mut ExecutionResult) {
    let process = live.process();
    let (output, error) = (&mut process.streams.output, &mut process.streams.error);
    result.stdout_truncated = output.truncated();
    (result.stdout, result.stdout_bytes) = text(output.take(), result.stdout_truncated);
    result.stderr_truncated = error.truncated();
    (result.stderr, result.stderr_bytes) = text(error.take(), result.stderr_truncated);

    let home = &setup.options().home;
    let changes = process.vfs.changes(mark);
    for changed in changes.created.iter().chain(&changes.modified) {
        let absolute = guest_path::text(changed);
        if is_scratch(home, &absolute) {
            continue;
        }
        // A file that is no longer readable (its folder was replaced meanwhile) does not count.
        if let Ok(content) = process.vfs.host_read(changed)
            && let Ok(content) = bytes(content)
        {
            let shown = guest_path::shown(home, &absolute).to_owned();
            let shown = guest_path::free(shown, |path| result.output_files.contains_key(path));
            result.output_files.insert(shown, content);
        }
    }
    for deleted in &changes.deleted {
        let absolute = guest_path::text(deleted);
        if !is_scratch(home, &absolute) {
            result.deleted_files.push(guest_path::shown(home, &absolute).to_owned());
        }
    }
}

/// Whether a file is no part of the result: it is in a scratch folder, which is neither the home folder nor contains it.
fn is_scratch(home: &str, absolute: &str) -> bool {
    let is_below = |path: &str| SCRATCH.iter().any(|folder| path.starts_with(folder));
    let is_at_home = || is_below(&format!("{home}/")) && guest_path::shown(home, absolute) != absolute;
    is_below(absolute) && !is_at_home()
}

/// Mounts packages into the files of a live interpreter.
fn add_packages(live: &mut LiveInterpreter, found: &MountedPackages) -> Result<()> {
    if found.names.iter().all(|name| live.packages.contains(name)) {
        return Ok(());
    }
    mount(live.files(), &found.files)?;
    live.add_packages(&found.names);
    let supplied = &mut live.process().supplied.items;
    let new: Vec<String> = found.versions.iter().filter(|text| !supplied.contains(text)).cloned().collect();
    supplied.extend(new);
    Ok(())
}

/// Adds the packages that the code has installed to those of the interpreter.
fn note_installed(live: &mut LiveInterpreter) {
    if live.process().supplied.count > 0 {
        let items = &live.process().supplied.items;
        let names: Vec<String> = items.iter().filter_map(|item| Some(item.split_once("==")?.0.to_owned())).collect();
        live.add_packages(&names);
    }
}

/// Returns a file's content, which is shared and not copied if it has a separate allocation.
pub(crate) fn bytes(content: Content) -> Result<Bytes, terrarium_unix::abi::Errno> {
    match content {
        Content::Owned(shared) => Ok(Bytes::from(shared)),
        other => other.into_vec().map(Bytes::from),
    }
}
