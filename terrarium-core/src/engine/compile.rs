//! From WebAssembly to machine code, compiled once and kept.

use std::{
    hash::{Hash, Hasher},
    path::Path,
};

use sha2::{Digest, Sha256};
use wasmtime::{Engine, Module};

use super::cache::Cache;
use crate::{Error, Result};

/// The module whose source has the identity `source`; `wasm` is asked for it only when it must be compiled.
///
/// # Errors
/// [`Error::Cache`] when the cache is not to be trusted, [`Error::Engine`] when the module does not compile, and what
/// `wasm` fails with.
pub(super) fn module(
    engine: &Engine,
    cache: &Cache,
    source: &str,
    wasm: impl FnOnce() -> Result<Vec<u8>>,
) -> Result<Module> {
    let key = key(engine, source);
    if let Some(path) = cache.find(&key)? {
        match open(engine, &path) {
            Ok(module) => return Ok(module),
            // Written by a machine that failed, or half lost: made again.
            Err(error) => {
                tracing::warn!(%error, ?path, "compiled code is damaged and is made again");
                cache.forget(&key);
            }
        }
    }
    let started = std::time::Instant::now();
    let code = engine.precompile_module(&wasm()?).map_err(engine_error)?;
    tracing::info!(bytes = code.len(), seconds = started.elapsed().as_secs_f64(), "compiled {source}");
    let path = cache.store(&key, &code)?;
    drop(code);
    open(engine, &path).map_err(engine_error)
}

/// The file's name: all that the machine code depends on.
fn key(engine: &Engine, source: &str) -> String {
    let mut hasher = ContentHasher(Sha256::new());
    source.hash(&mut hasher);
    engine.precompile_compatibility_hash().hash(&mut hasher);
    let digest = hasher.0.finalize();
    let mut name: String = digest[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    name.push_str(".cwasm");
    name
}

/// Map a file of compiled code.
#[expect(unsafe_code, reason = "opening compiled code is unsafe by nature; the cache's rules are what makes it sound")]
fn open(engine: &Engine, path: &Path) -> wasmtime::Result<Module> {
    // SAFETY: the file was written by this library, whole (renamed into place after a sync), into a folder that only
    // this user can write to, which `Cache` checked, as it checked the file's own owner and mode. Its name is the hash
    // of its source and of the engine's version and configuration, and wasmtime checks the latter again.
    unsafe { Module::deserialize_file(engine, path) }
}

pub(super) fn engine_error(error: wasmtime::Error) -> Error {
    Error::Engine(format!("{error:#}"))
}

/// A cryptographic hash behind std's interface, so that two sources never share a name.
struct ContentHasher(Sha256);

impl Hasher for ContentHasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        // Only `write` is used; the digest is taken whole.
        0
    }
}
