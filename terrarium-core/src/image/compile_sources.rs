//! Compilation of Python sources to bytecode, in a guest on the bare image.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use super::find;
use crate::{
    Bytes, Result, SandboxOptions,
    cancel::scope,
    error::ErrorContext,
    guest::{InterpreterOptions, LiveInterpreter, Request, conclude, stream},
    provision::SOURCES,
};
use terrarium_unix::{
    abi::Timespec,
    fd::StandardStream,
    syscall::Process,
    vfs::{Content, Context, Layer, Vfs, VfsLimits},
};

/// The compiling program, which runs in the guest.
const PROGRAM: &str = include_str!("../../python/tools/compile_package.py");
/// The name of the program in tracebacks, and its `sys.argv[0]`.
const FILENAME: &str = "compile_package.py";
/// The time limit of one package. Bytecode that was written before it is kept.
const TIMEOUT: Duration = Duration::from_secs(300);
/// The memory of the guest in bytes.
const MEMORY: u64 = 1 << 30;
/// The limits on the bytecode of one package: bytes and files.
const LIMITS: VfsLimits = VfsLimits { bytes: 1 << 30, inodes: 1_000_000, file_bytes: None };
/// The limit of each stream of the program.
const STREAM_BYTES: u64 = 1 << 20;

/// Compiles the sources in the folder [`SOURCES`] of a layer: see `CompileSources`.
///
/// # Errors
/// Faults of the host. A source that cannot be compiled is left out.
pub(crate) fn compile_sources(layer: Layer, cache_dir: Option<&Path>) -> Result<BTreeMap<String, Bytes>> {
    let image = find::bare_for_tools(cache_dir)?;
    let open = image.inner();
    let home = SandboxOptions::default().home;
    let doing = "compiling sources";
    let mut vfs = Vfs::new(Arc::new(layer), LIMITS);
    vfs.host_mkdir(&Context::guest(Timespec::PROVIDED), home.as_bytes()).or_engine(doing)?;
    let mut process = Process::new(vfs);
    process.reopen(&open.open_files);
    process.remap(&open.mapped_files);
    process.change_directory(home.as_bytes()).or_engine(doing)?;
    process.streams.output = stream(STREAM_BYTES, StandardStream::Output, None);
    process.streams.error = stream(STREAM_BYTES, StandardStream::Error, None);
    let options = InterpreterOptions::trusted(MEMORY);
    let mut interpreter = LiveInterpreter::resume(&open.snapshot, process, options, None)?;
    let mark = interpreter.files().mark();
    let inputs = BTreeMap::new();
    let request = Request {
        code: PROGRAM,
        filename: FILENAME,
        argv: Some(vec![FILENAME, SOURCES]),
        env: None,
        cwd: None,
        file: None,
        inputs: &inputs,
        outputs: &[],
        has_files: false,
        keep: false,
        value_bytes: 1 << 20,
        repr_bytes: 1 << 10,
        store_last: false,
        asks: false,
        functions: None,
    };
    let answer = interpreter.execute(&request, Instant::now().checked_add(TIMEOUT), scope::current().as_ref())?;
    // Otherwise the rest of the sources would be missing for ever.
    scope::check()?;
    if let Some(error) = conclude(answer, Some(TIMEOUT), None).error {
        tracing::warn!(error = %error.message, "a package is only partly compiled");
    }
    let files = interpreter.files();
    let changes = files.changes(&mark);
    let mut compiled = BTreeMap::new();
    for path in changes.created.iter().chain(&changes.modified) {
        let Ok(relative) = std::str::from_utf8(path.strip_prefix(home.as_bytes()).unwrap_or_default()) else {
            continue;
        };
        let relative = relative.trim_start_matches('/');
        if !relative.starts_with("lib/") || !relative.ends_with(".pyc") {
            continue;
        }
        let content = match files.host_read(path).or_engine(doing)? {
            Content::Owned(shared) => Bytes::from(shared),
            other => Bytes::from(other.into_vec().or_engine(doing)?),
        };
        compiled.insert(relative.to_owned(), content);
    }
    interpreter.finish();
    Ok(compiled)
}
