//! [`Libraries`]: the shared libraries that guests of this process have loaded, as machine code.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use sha2::{Digest, Sha256};
use wasmtime::Engine;

use super::{
    cache::Cache,
    compile::{self, Compiled},
};
use crate::{
    Error,
    abi::Errno,
    link::{LinkError, ModuleInfo},
    rewrite::{RewriteError, RewriteOptions, rewrite},
    syscall::{self, LibraryFile},
};

/// Counts the changes of what rewriting makes of a library, so that older compiled code is not used.
const REVISION: u32 = 1;
/// No library is larger.
const LARGEST: u64 = 256 << 20;

/// Why a library cannot be loaded. The text is what `dlerror()` gives the guest.
#[derive(Debug, thiserror::Error)]
pub(super) enum LoadError {
    #[error("cannot open shared object file: {0}")]
    File(#[from] Errno),
    #[error(transparent)]
    Link(#[from] LinkError),
    #[error(transparent)]
    Rewrite(#[from] RewriteError),
    #[error(transparent)]
    Host(#[from] Error),
    #[error("{0}")]
    Refused(String),
}

/// Compiled libraries by the hash of their content. Each is compiled once, whoever asks first.
pub(super) struct Libraries {
    engine: Engine,
    cache: Cache,
    #[expect(clippy::type_complexity, reason = "a lock for the map and one for each library")]
    known: Mutex<HashMap<[u8; 32], Arc<Mutex<Option<Arc<Compiled>>>>>>,
    /// Functions that a library does not bind to itself.
    elsewhere: OnceLock<Arc<BTreeSet<String>>>,
}

impl Libraries {
    pub(super) fn new(engine: Engine, cache: Cache) -> Self {
        Self { engine, cache, known: Mutex::default(), elsewhere: OnceLock::new() }
    }

    /// The library in `file`, which was put there by the host.
    ///
    /// # Errors
    /// [`LoadError`].
    pub(super) fn trusted(&self, file: &LibraryFile, python: &Compiled) -> Result<Arc<Compiled>, LoadError> {
        // Its wheel says the hash beforehand, so that it need not be unpacked when it was compiled before.
        let digest = match file.content.digest() {
            Some(digest) => digest,
            None => sha256(&bytes(file)?),
        };
        let entry = {
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(known.entry(digest).or_default())
        };
        // Held while it is compiled: whoever else wants it would otherwise do the same work beside.
        let mut entry = entry.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(compiled) = &*entry {
            return Ok(Arc::clone(compiled));
        }
        let source = format!("library {} {REVISION} {}", env!("CARGO_PKG_VERSION"), hex(&digest));
        let compiled = compile::cached(&self.engine, &self.cache, &source, || {
            let bytes = bytes(file)?;
            if sha256(&bytes) != digest {
                return Err(LoadError::Refused("its content does not have the hash that its wheel names".to_owned()));
            }
            self.rewritten(&bytes, python)
        })?;
        Ok(Arc::clone(entry.insert(Arc::new(compiled))))
    }

    /// A library that the guest's code brought or made: compiled for this guest and kept nowhere.
    ///
    /// # Errors
    /// [`LoadError`].
    pub(super) fn untrusted(&self, file: &LibraryFile, python: &Compiled) -> Result<Arc<Compiled>, LoadError> {
        let (wasm, info) = self.rewritten(&bytes(file)?, python)?;
        Ok(Arc::new(compile::uncached(&self.engine, &wasm, info)?))
    }

    fn rewritten(&self, wasm: &[u8], python: &Compiled) -> Result<(Vec<u8>, ModuleInfo), LoadError> {
        // Before anything else, since a file that is no library at all should be told so.
        let info = ModuleInfo::side(wasm)?;
        let elsewhere = match self.elsewhere.get() {
            Some(names) => names,
            None => {
                let main = python.info()?;
                let host = syscall::imports().map(|import| import.name.to_owned());
                let names = main.functions.keys().cloned().chain(host).collect();
                self.elsewhere.get_or_init(|| Arc::new(names))
            }
        };
        let options = RewriteOptions { own: Some(Arc::clone(elsewhere)), ..RewriteOptions::default() };
        Ok((rewrite(wasm, &options)?, info))
    }
}

fn bytes(file: &LibraryFile) -> Result<Vec<u8>, LoadError> {
    if file.content.len() > LARGEST {
        return Err(LoadError::Refused(format!("it has {} bytes, the limit is {LARGEST}", file.content.len())));
    }
    Ok(file.content.clone().into_vec()?)
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
