//! Compilation of WebAssembly to machine code, once per module, with the result kept in the cache folder.

use std::{
    fs,
    hash::{Hash, Hasher},
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use object::{Endianness, Object as _, ObjectSection as _};
use sha2::{Digest, Sha256};
use wasmtime::{Engine, Module};

use super::{
    config::{self, CodeKind},
    memory,
};
use crate::{
    Error, Result,
    cache::{self, Cache},
    error::{Cause, ErrorContext},
};
use terrarium_wasm::link::ModuleInfo;

/// A module as machine code, with the information for linking.
pub(in crate::engine) struct CompiledModule {
    pub(in crate::engine) module: Module,
    /// The file of its [`ModuleInfo`].
    path: Option<PathBuf>,
    info: OnceLock<Arc<ModuleInfo>>,
}

impl CompiledModule {
    /// Returns the information for linking. The first call reads it: most runs link nothing.
    ///
    /// # Errors
    /// [`Error::Cache`], when its file is damaged.
    pub(in crate::engine) fn info(&self) -> Result<Arc<ModuleInfo>> {
        if let Some(info) = self.info.get() {
            return Ok(Arc::clone(info));
        }
        let path = self.path.clone().unwrap_or_default();
        let info = fs::read(&path).map_err(Cause::from).and_then(|text| Ok(serde_json::from_slice(&text)?));
        let info =
            info.map_err(|cause| Error::Cache { path, reason: format!("{cause}; remove it"), source: Some(cause) })?;
        Ok(Arc::clone(self.info.get_or_init(|| Arc::new(info))))
    }
}

/// Returns the module whose source has the identity `source`, and compiles it unless it is in the cache folder. `make`
/// returns its bytes, ready for the engine, and its information for linking; it is called for a compilation only.
///
/// # Errors
/// [`Error::Cache`] when the cache folder is not to be trusted, [`Error::Engine`] when the module does not compile, and
/// the errors of `make`.
pub(in crate::engine) fn cached<E: From<Error>>(
    engine: &Engine,
    cache: &Cache,
    source: &str,
    make: impl FnOnce() -> Result<(Vec<u8>, ModuleInfo), E>,
) -> Result<CompiledModule, E> {
    let names = Names::new(engine, source);
    if let Some((code, info)) = names.find(cache)? {
        match open(engine, &code) {
            Ok(module) => return Ok(CompiledModule { module, path: Some(info), info: OnceLock::new() }),
            // Written before a crash of the machine, or partly lost: compiled again.
            Err(error) => {
                tracing::warn!(%error, path = ?code, "compiled code is damaged and is compiled again");
                cache.forget(&names.code);
            }
        }
    }
    let (code, path, info) = store(engine, cache, &names, source, make)?;
    let module = open(engine, &code).map_err(engine_error)?;
    Ok(CompiledModule { module, path: Some(path), info: OnceLock::from(Arc::new(info)) })
}

/// Compiles the module whose source has the identity `source` for later use, unless it is in the cache folder.
///
/// # Errors
/// As for [`cached`].
pub(in crate::engine) fn prepare<E: From<Error>>(
    engine: &Engine,
    cache: &Cache,
    source: &str,
    make: impl FnOnce() -> Result<(Vec<u8>, ModuleInfo), E>,
) -> Result<(), E> {
    let names = Names::new(engine, source);
    match names.find(cache)? {
        Some(_) => Ok(()),
        None => store(engine, cache, &names, source, make).map(drop),
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

    /// Returns the paths of machine code and link information, if both exist.
    fn find(&self, cache: &Cache) -> Result<Option<(PathBuf, PathBuf)>> {
        Ok(cache.find(&self.code)?.zip(cache.find(&self.info)?))
    }
}

/// Compiles and stores a module. Returns the paths of its files and its link information.
fn store<E: From<Error>>(
    engine: &Engine,
    cache: &Cache,
    names: &Names,
    source: &str,
    make: impl FnOnce() -> Result<(Vec<u8>, ModuleInfo), E>,
) -> Result<(PathBuf, PathBuf, ModuleInfo), E> {
    let (wasm, info) = make()?;
    let code = machine_code(engine, source, &wasm)?;
    let text = to_json(&info)?;
    // The code last: if it exists, so does the other file.
    let info_path = cache.store(&names.info, &text)?;
    Ok((cache.store(&names.code, &code)?, info_path, info))
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
    let kept = cache.find(&name)?.and_then(|path| fs::read(path).ok());
    if let Some(info) = kept.and_then(|text| serde_json::from_slice(&text).ok()) {
        return Ok(info);
    }
    let info = read()?;
    cache.store(&name, &to_json(&info)?)?;
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
    let code = machine_code(engine, "a library of the guest's own", wasm)?;
    #[expect(unsafe_code, reason = "opening compiled code is unsafe by nature")]
    // SAFETY: this engine, or one with the same settings, has just made it; only names of functions were cleared in it.
    let module = unsafe { Module::deserialize(engine, &code) }.map_err(engine_error)?;
    Ok(CompiledModule { module, path: None, info: OnceLock::from(Arc::new(info)) })
}

/// Returns the machine code of a module; `source` describes it in the log.
///
/// # Errors
/// [`Error::Engine`], when it does not compile, or there is too little memory for it.
pub(in crate::engine) fn machine_code(engine: &Engine, source: &str, wasm: &[u8]) -> Result<Vec<u8>> {
    let started = std::time::Instant::now();
    let compiled = match config::for_one_module(engine)? {
        Some(own) => memory::inlining(wasm, move || {
            let compiled = own.precompile_module(wasm);
            drop(own);
            compiled
        })?,
        None => engine.precompile_module(wasm),
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
    hash(engine, source)
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
    // only this user can write to, which `Cache` checked, as it checked the file's own owner and mode. Its name is the
    // hash of its source and of the engine's version and configuration, and wasmtime checks the latter again.
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
