//! Compilation of WebAssembly to machine code, once per module, with the result kept in the cache folder.

use std::{
    hash::{Hash, Hasher},
    path::{Path, PathBuf},
    sync::Arc,
};

use object::{Endianness, Object as _, ObjectSection as _};
use sha2::{Digest, Sha256};
use wasmtime::{Engine, Module};

use super::{
    config::{self, CodeKind},
    lazy::LazyLibrary,
    memory, slow, stopping,
};
use crate::{
    Error, Result,
    cache::{self, Cache, CachedFile},
    error::ErrorContext,
};
use terrarium_wasm::link::ModuleInfo;

/// The version of the form of the files; a change raises it.
const FORMAT: u32 = 2;

/// A module as machine code.
pub(in crate::engine) struct CompiledModule {
    pub(in crate::engine) module: Module,
    /// The information for linking.
    pub(in crate::engine) info: Arc<ModuleInfo>,
    /// The parts of a library that is compiled as it is called; the module is their root.
    pub(in crate::engine) lazy: Option<Arc<LazyLibrary>>,
}

/// Returns the module whose source has the identity `source`, and compiles it unless it is in the cache folder.
///
/// # Errors
/// [`Error::Cache`] when the cache folder is not to be trusted or a file in it cannot be read, [`Error::Engine`] when
/// the module does not compile, and the errors of `make`.
pub(in crate::engine) fn cached<E: From<Error>>(
    engine: &Engine,
    cache: &Cache,
    source: &str,
    make: &Make<'_, E>,
) -> Result<CompiledModule, E> {
    let names = Names::new(engine, source);
    if let CachedFile::Intact(path) = cache.check(&names.code)?
        && let Some(module) = open_present(engine, &path)?
    {
        let info = match read_info(cache, &names.info)? {
            Some(info) => info,
            None => {
                let (_, info) = make()?;
                keep(cache, &names.info, &to_json(&info)?);
                info
            }
        };
        return Ok(CompiledModule { module, info: Arc::new(info), lazy: None });
    }
    let (code, info) = store(engine, cache, &names, source, make)?;
    let module = match code {
        Code::File(path) => open(engine, &path),
        Code::Memory(code) => from_memory(engine, &code),
    };
    Ok(CompiledModule { module: module.map_err(engine_error)?, info: Arc::new(info), lazy: None })
}

/// Returns the module whose source has the identity `source` if it is in the cache folder.
///
/// # Errors
/// As for [`cached`].
pub(in crate::engine) fn find(engine: &Engine, cache: &Cache, source: &str) -> Result<Option<CompiledModule>> {
    let names = Names::new(engine, source);
    let CachedFile::Intact(path) = cache.check(&names.code)? else { return Ok(None) };
    let Some(info) = read_info(cache, &names.info)? else { return Ok(None) };
    let module = open(engine, &path).map_err(engine_error)?;
    Ok(Some(CompiledModule { module, info: Arc::new(info), lazy: None }))
}

/// Returns a module's bytes, ready for the engine, and its information for linking.
pub(in crate::engine) type Make<'a, E> = dyn Fn() -> Result<(Vec<u8>, ModuleInfo), E> + 'a;

/// Compiles the module whose source has the identity `source` for later use, unless it is in the cache folder.
///
/// # Errors
/// As for [`cached`].
pub(in crate::engine) fn prepare<E: From<Error>>(
    engine: &Engine,
    cache: &Cache,
    source: &str,
    make: &Make<'_, E>,
) -> Result<(), E> {
    let names = Names::new(engine, source);
    match cache.check(&names.code)? {
        CachedFile::Intact(_) => Ok(()),
        _ => store(engine, cache, &names, source, make).map(drop),
    }
}

/// Removes the machine code of the module whose source has the identity `source`, if this process made it.
pub(in crate::engine) fn remove_made(engine: &Engine, cache: &Cache, source: &str) {
    cache.remove_made(&Names::new(engine, source).code);
}

/// Opens a file of machine code; `None` if another process has removed it since it was checked.
fn open_present<E: From<Error>>(engine: &Engine, path: &Path) -> Result<Option<Module>, E> {
    match open(engine, path) {
        Ok(module) => Ok(Some(module)),
        Err(_) if !path.exists() => Ok(None),
        Err(error) => Err(engine_error(error).into()),
    }
}

/// The names of a module's files in the cache folder.
struct Names {
    code: String,
    info: String,
}

impl Names {
    fn new(engine: &Engine, source: &str) -> Self {
        let key = key(engine, source);
        Self { code: format!("{key}.cwasm"), info: format!("{key}.link") }
    }
}

/// Machine code that was just made.
enum Code {
    File(PathBuf),
    /// The file could not be written.
    Memory(Vec<u8>),
}

/// Compiles and stores a module.
fn store<E: From<Error>>(
    engine: &Engine,
    cache: &Cache,
    names: &Names,
    source: &str,
    make: &Make<'_, E>,
) -> Result<(Code, ModuleInfo), E> {
    let (wasm, info) = make()?;
    let code = machine_code(engine, source, &wasm)?;
    // The code last: if it exists, so does the other file.
    keep(cache, &names.info, &to_json(&info)?);
    Ok(match keep(cache, &names.code, &code) {
        Some(path) => (Code::File(path), info),
        None => (Code::Memory(code), info),
    })
}

/// Stores a file. A folder that is full or cannot be written costs time in the next process and nothing else.
fn keep(cache: &Cache, name: &str, content: &[u8]) -> Option<PathBuf> {
    cache.store(name, content).inspect_err(|error| tracing::warn!(%error, "compiled code is not kept")).ok()
}

fn read_info(cache: &Cache, name: &str) -> Result<Option<ModuleInfo>> {
    Ok(cache.read(name)?.and_then(|text| serde_json::from_slice(&text).ok()))
}

/// Returns the information for linking of the module whose source has the identity `source`: from the cache folder,
/// where it is beside the machine code, else from `read`.
///
/// # Errors
/// [`Error::Cache`] when the cache folder is not to be trusted, and the errors of `read`.
pub(in crate::engine) fn info(
    engine: &Engine,
    cache: &Cache,
    source: &str,
    read: impl FnOnce() -> Result<ModuleInfo>,
) -> Result<ModuleInfo> {
    let name = Names::new(engine, source).info;
    if let Some(info) = read_info(cache, &name)? {
        return Ok(info);
    }
    let info = read()?;
    keep(cache, &name, &to_json(&info)?);
    Ok(info)
}

fn to_json(info: &ModuleInfo) -> Result<Vec<u8>> {
    serde_json::to_vec(info).or_engine("link information")
}

/// Compiles a module for one guest, without keeping it.
///
/// # Errors
/// [`Error::Engine`], when it does not compile.
pub(in crate::engine) fn uncached(engine: &Engine, wasm: &[u8], info: ModuleInfo) -> Result<CompiledModule> {
    let module = module(engine, "a library of the guest's own", wasm)?;
    Ok(CompiledModule { module, info: Arc::new(info), lazy: None })
}

/// Compiles a module without keeping it; `source` describes it in the log.
///
/// # Errors
/// [`Error::Engine`], when it does not compile.
pub(in crate::engine) fn module(engine: &Engine, source: &str, wasm: &[u8]) -> Result<Module> {
    from_memory(engine, &machine_code(engine, source, wasm)?).map_err(engine_error)
}

fn from_memory(engine: &Engine, code: &[u8]) -> wasmtime::Result<Module> {
    #[expect(unsafe_code, reason = "opening compiled code is unsafe by nature")]
    // SAFETY: this engine, or one with the same settings, has just made it; only names of functions were cleared in it.
    unsafe {
        Module::deserialize(engine, code)
    }
}

/// Compiles a module for one process, in a fraction of the usual time: the code is slower.
///
/// # Errors
/// [`Error::Engine`], when it does not compile.
pub(in crate::engine) fn quickly(engine: &Engine, wasm: &[u8]) -> Result<Module> {
    slow::warn(wasm);
    let code = config::quick()?.precompile_module(wasm).map_err(engine_error)?;
    from_memory(engine, &code).map_err(engine_error)
}

/// Returns the machine code of a module; `source` describes it in the log.
///
/// # Errors
/// [`Error::Engine`], when it does not compile, or there is too little memory for it.
pub(in crate::engine) fn machine_code(engine: &Engine, source: &str, wasm: &[u8]) -> Result<Vec<u8>> {
    slow::warn(wasm);
    let started = std::time::Instant::now();
    let compiled = match config::for_one_module(engine)? {
        Some(own) => memory::inlining(wasm, move || {
            let compiled = stopping::stoppable(|| own.precompile_module(wasm));
            drop(own);
            compiled
        })??,
        None => {
            memory::check(wasm)?;
            let sequential = config::without_threads(engine)?;
            stopping::stoppable(|| sequential.as_ref().unwrap_or(engine).precompile_module(wasm))?
        }
    };
    let mut code = compiled.map_err(engine_error)?;
    clear_symbols(&mut code);
    tracing::info!(bytes = code.len(), seconds = started.elapsed().as_secs_f64(), "compiled {source}");
    Ok(code)
}

/// Clears the names of all functions in machine code. They are for tools that examine the file: this library does not
/// read them, and without them files that users send get smaller.
fn clear_symbols(code: &mut [u8]) {
    let Ok(file) = object::read::elf::ElfFile64::<Endianness>::parse(&*code) else { return };
    let named = [".symtab", ".strtab"].into_iter().filter_map(|name| file.section_by_name(name));
    let ranges: Vec<_> = named.filter_map(|section| section.file_range()).collect();
    for (start, length) in ranges {
        let start = usize::try_from(start).ok();
        let range = start.and_then(|start| Some(start..start.checked_add(usize::try_from(length).ok()?)?));
        if let Some(names) = range.and_then(|range| code.get_mut(range)) {
            names.fill(0);
        }
    }
}

/// Returns the name of the files, derived from everything that the machine code depends on.
fn key(engine: &Engine, source: &str) -> String {
    hash(engine, &format!("{FORMAT} {source}"))
}

/// Returns the identity of such code: the engine's version, its settings and, unless it is portable, the processor.
///
/// # Errors
/// [`Error::Engine`], when there is no engine for it.
pub(crate) fn compatibility(kind: CodeKind) -> Result<String> {
    Ok(hash(config::compiler(kind)?, ""))
}

fn hash(engine: &Engine, source: &str) -> String {
    let mut hasher = ContentHasher(Sha256::new());
    source.hash(&mut hasher);
    engine.precompile_compatibility_hash().hash(&mut hasher);
    let digest = hasher.0.finalize();
    cache::name(&digest)
}

/// Maps a file of compiled code. Anything after the code is ignored.
#[expect(unsafe_code, reason = "opening compiled code is unsafe by nature; the cache's rules are what makes it sound")]
pub(in crate::engine) fn open(engine: &Engine, path: &Path) -> wasmtime::Result<Module> {
    // SAFETY: the file was written by this library, completely (renamed into place after a sync), into a folder that
    // only this user can write to, which `Cache` checked, as it checked the file's own owner and mode, and its digest.
    // Its name is the hash of its source and of the engine's version and configuration, and wasmtime checks the latter
    // again.
    unsafe { Module::deserialize_file(engine, path) }
}

pub(in crate::engine) fn engine_error(error: wasmtime::Error) -> Error {
    Error::Engine { reason: format!("{error:#}"), source: Some(error.into()) }
}

/// A cryptographic hash with std's interface, so that two sources never share a name.
struct ContentHasher(Sha256);

impl Hasher for ContentHasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        // Only `write` is used; the complete digest is taken afterwards.
        0
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::Cell, fs, os::unix::fs::FileExt as _};

    use super::*;

    #[test]
    fn damaged_files_are_made_again_and_a_folder_that_cannot_be_written_is_not_needed() {
        let dir = tempfile::tempdir().unwrap();
        let (engine, cache) = (Engine::default(), Cache::new(Some(dir.path())));
        let wasm = wat::parse_str("(module (func (export \"f\") (result i32) i32.const 42))").unwrap();
        let calls = Cell::new(0);
        let opened = |cache: &Cache| {
            let make = || {
                calls.set(calls.get() + 1);
                Ok::<_, Error>((wasm.clone(), ModuleInfo { memory_size: 7, ..ModuleInfo::default() }))
            };
            let compiled = cached(&engine, cache, "x", &make).unwrap();
            assert_eq!((compiled.module.exports().count(), compiled.info.memory_size), (1, 7));
            calls.take()
        };
        assert_eq!([opened(&cache), opened(&cache)], [1, 0]);
        let names = Names::new(&engine, "x");
        for (name, cuts) in [(&names.code, false), (&names.code, true), (&names.info, false), (&names.info, true)] {
            let path = cache.path(name);
            let file = fs::File::options().write(true).open(&path).unwrap();
            match cuts {
                true => file.set_len(fs::metadata(&path).unwrap().len() / 2).unwrap(),
                // The text of the number 7: the other file stays valid JSON.
                false => file.write_all_at(b"8", 20).unwrap(),
            }
            assert_eq!([opened(&cache), opened(&cache)], [1, 0], "{name} {cuts}");
        }
        let nowhere = Cache::new(Some(Path::new("/proc/no/folder")));
        assert_eq!(opened(&nowhere), 1);
    }
    proptest::proptest! {
        #[test]
        fn link_information_of_any_text_is_read_or_made_again(
            text in "[\\[\\]{}\",:a-z0-9 -]{0,80}",
            place in proptest::prelude::any::<proptest::sample::Index>(),
            byte in proptest::prelude::any::<u8>(),
        ) {
            let dir = tempfile::tempdir().unwrap();
            let cache = Cache::new(Some(dir.path()));
            let good = ModuleInfo { memory_size: 7, ..ModuleInfo::default() };
            let mut changed = to_json(&good).unwrap();
            let at = place.index(changed.len());
            changed[at] = byte;
            for content in [text.as_bytes(), &changed] {
                cache.store("x", content).unwrap();
                let _ = read_info(&cache, "x").unwrap();
            }
        }
    }
}
