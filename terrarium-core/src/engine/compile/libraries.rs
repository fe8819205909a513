//! [`Libraries`]: the shared libraries that guests of this process have loaded, as machine code.

use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use sha2::{Digest, Sha256};
use wasmtime::Engine;

use super::{
    compiled::{self, CompiledModule},
    config,
    lazy::LazyLibrary,
};
use crate::{Error, cache::Cache};
use terrarium_unix::{
    abi::Errno,
    syscall::{self, LibraryFile},
    vfs::Content,
};
use terrarium_wasm::{
    link::{LinkError, ModuleInfo},
    rewrite::{RewriteError, RewriteOptions, SafepointMode, rewrite},
};

/// The largest library.
const MAX_LIBRARY_BYTES: u64 = 256 << 20;

/// Returns the information for linking of the interpreter's module.
pub(in crate::engine) type Main<'a> = &'a dyn Fn() -> Result<Arc<ModuleInfo>, Error>;

/// The reason why a library cannot be loaded. The guest receives the text from `dlerror()`.
#[derive(Debug, thiserror::Error)]
pub(in crate::engine) enum LoadError {
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

impl LoadError {
    /// Returns the text for the guest: the host's paths are not for it.
    pub(in crate::engine) fn text(&self) -> String {
        match self {
            Self::Host(error) => {
                tracing::warn!(%error, "a library cannot be loaded");
                format!("the host cannot load it (error {:?} of the sandbox, not of the library)", error.code())
            }
            other => other.to_string(),
        }
    }
}

/// Compiled libraries by the hash of their content. Each is compiled once, by its first user.
pub(in crate::engine) struct Libraries {
    engine: Engine,
    cache: Cache,
    /// The key of the interpreter and of the rewriting of modules.
    key: &'static str,
    /// Whether numpy's modules get a floating-point status.
    float_status: bool,
    known: Mutex<Known>,
    /// Functions that a library does not bind to itself.
    elsewhere: OnceLock<Arc<BTreeSet<String>>>,
}

/// A library, and the lock of its compilation.
type Entry = Arc<Mutex<Compiled>>;

/// A library, once it is compiled.
#[derive(Default)]
struct Compiled {
    whole: Option<Arc<CompiledModule>>,
    /// The library as it is compiled when it is called.
    lazy: Option<Arc<CompiledModule>>,
}

/// The most libraries that stay open without a guest that uses them: each has a descriptor.
const MAX_KNOWN: usize = 256;

#[derive(Default)]
struct Known {
    entries: HashMap<[u8; 32], Entry>,
    /// The keys in the order of their first use.
    order: VecDeque<[u8; 32]>,
}

impl Known {
    fn entry(&mut self, digest: [u8; 32]) -> Entry {
        if let Some(entry) = self.entries.get(&digest) {
            return Arc::clone(entry);
        }
        let mut left = self.order.len();
        while self.order.len() >= MAX_KNOWN && left > 0 {
            left -= 1;
            let Some(oldest) = self.order.pop_front() else { break };
            // A library that is being compiled or opened stays.
            match self.entries.get(&oldest).is_some_and(|entry| Arc::strong_count(entry) > 1) {
                true => self.order.push_back(oldest),
                false => drop(self.entries.remove(&oldest)),
            }
        }
        self.order.push_back(digest);
        Arc::clone(self.entries.entry(digest).or_default())
    }
}

impl Libraries {
    /// Creates an empty collection for the interpreter with this key.
    pub(in crate::engine) fn new(engine: Engine, cache: Cache, key: &'static str, float_status: bool) -> Self {
        Self { engine, cache, key, float_status, known: Mutex::default(), elsewhere: OnceLock::new() }
    }

    /// Returns the library in `file`, which the host has placed there.
    ///
    /// # Errors
    /// [`LoadError`].
    pub(in crate::engine) fn trusted(
        &self,
        file: &LibraryFile,
        main: Main<'_>,
    ) -> Result<Arc<CompiledModule>, LoadError> {
        let digest = digest(&file.content)?;
        let entry = self.entry(digest);
        // Held during the compilation: another thread would otherwise do the same work.
        let mut entry = entry.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(compiled) = &entry.whole {
            return Ok(Arc::clone(compiled));
        }
        let make = || self.verified(&bytes(&file.content)?, digest, main);
        let compile = || compiled::cached(&self.engine, &self.cache, &self.source(&digest), &make).map(Arc::new);
        if config::is_background() {
            // A guest that needs the library does not wait for a thread of low priority.
            drop(entry);
            return compile();
        }
        Ok(Arc::clone(entry.whole.insert(compile()?)))
    }

    /// Returns the library in `file`, which the host has placed there: as it is in the cache folder, else compiled as it
    /// is called.
    ///
    /// # Errors
    /// [`LoadError`].
    pub(in crate::engine) fn lazy(&self, file: &LibraryFile, main: Main<'_>) -> Result<Arc<CompiledModule>, LoadError> {
        let digest = digest(&file.content)?;
        let entry = self.entry(digest);
        let mut entry = entry.lock().unwrap_or_else(PoisonError::into_inner);
        self.lazily(&mut entry, digest, &file.content, main)
    }

    fn lazily(
        &self,
        entry: &mut Compiled,
        digest: [u8; 32],
        content: &Content,
        main: Main<'_>,
    ) -> Result<Arc<CompiledModule>, LoadError> {
        // A library that is compiled as it is called serves until a guest asks for the other.
        if let Some(compiled) = entry.whole.as_ref().or(entry.lazy.as_ref()) {
            return Ok(Arc::clone(compiled));
        }
        if let Some(found) = compiled::find(&self.engine, &self.cache, &self.source(&digest))? {
            return Ok(Arc::clone(entry.whole.insert(Arc::new(found))));
        }
        let (wasm, info) = self.verified(&bytes(content)?, digest, main)?;
        let (library, module) = match LazyLibrary::new(&self.engine, wasm.clone()) {
            Ok((library, root)) => (Some(Arc::new(library)), root),
            Err(error) => {
                tracing::debug!(%error, "a library is compiled as a whole");
                (None, compiled::quickly(&self.engine, &wasm)?)
            }
        };
        let made = CompiledModule { module, info: Arc::new(info), lazy: library };
        Ok(Arc::clone(entry.lazy.insert(Arc::new(made))))
    }

    /// Compiles of a library what its load is certain to need, for guests that will compile it as they call it. A library
    /// that a guest loads at the moment is left to the guest.
    ///
    /// # Errors
    /// [`LoadError`].
    pub(in crate::engine) fn prefetch(&self, content: &Content, main: Main<'_>) -> Result<(), LoadError> {
        let digest = digest(content)?;
        let entry = self.entry(digest);
        let made = match entry.try_lock() {
            Ok(mut entry) => self.lazily(&mut entry, digest, content, main)?,
            Err(_) => return Ok(()),
        };
        match &made.lazy {
            Some(library) => Ok(library.prefetch()?),
            None => Ok(()),
        }
    }

    /// Compiles a library for later use, unless it is in the cache folder.
    ///
    /// # Errors
    /// [`LoadError`].
    pub(in crate::engine) fn prepare(&self, content: &Content, main: Main<'_>) -> Result<(), LoadError> {
        let digest = digest(content)?;
        let entry = self.entry(digest);
        let entry = entry.lock().unwrap_or_else(PoisonError::into_inner);
        if entry.whole.is_some() {
            return Ok(());
        }
        // A guest that needs the library does not wait for a thread of low priority.
        let entry = if config::is_background() { None } else { Some(entry) };
        let make = || self.verified(&bytes(content)?, digest, main);
        let prepared = compiled::prepare(&self.engine, &self.cache, &self.source(&digest), &make);
        drop(entry);
        prepared
    }

    /// Forgets the libraries that are compiled as they are called. Guests that have one keep it.
    pub(in crate::engine) fn forget_lazy(&self) {
        let entries: Vec<Entry> = {
            let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            known.entries.values().cloned().collect()
        };
        for entry in entries {
            let lazy = entry.lock().unwrap_or_else(PoisonError::into_inner).lazy.take();
            drop(lazy);
        }
    }

    /// Removes the machine code of a library from the cache folder, if this process made it.
    pub(in crate::engine) fn remove_made(&self, content: &Content) {
        if let Ok(digest) = digest(content) {
            compiled::remove_made(&self.engine, &self.cache, &self.source(&digest));
        }
    }

    fn entry(&self, digest: [u8; 32]) -> Entry {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).entry(digest)
    }

    /// Returns the identity of the source of compiled code.
    fn source(&self, digest: &[u8]) -> String {
        format!("library {} {} {}", env!("CARGO_PKG_VERSION"), self.key, hex(digest))
    }

    /// Compiles a library that the guest's code brought or created, for this guest only.
    ///
    /// # Errors
    /// [`LoadError`].
    pub(in crate::engine) fn untrusted(
        &self,
        file: &LibraryFile,
        main: Main<'_>,
    ) -> Result<Arc<CompiledModule>, LoadError> {
        let (wasm, info) = self.rewritten(&bytes(&file.content)?, main)?;
        Ok(Arc::new(compiled::uncached(&self.engine, &wasm, info)?))
    }

    /// Rewrites a library after a check of its hash: under the name `digest`, another one would replace the right
    /// library.
    fn verified(&self, bytes: &[u8], digest: [u8; 32], main: Main<'_>) -> Result<(Vec<u8>, ModuleInfo), LoadError> {
        if sha256(bytes) != digest {
            return Err(LoadError::Refused("its content does not have the hash that its wheel names".to_owned()));
        }
        self.rewritten(bytes, main)
    }

    /// Returns a rewritten library, ready for compilation, and its information for linking.
    ///
    /// # Errors
    /// [`LoadError`].
    pub(in crate::engine) fn rewritten(&self, wasm: &[u8], main: Main<'_>) -> Result<(Vec<u8>, ModuleInfo), LoadError> {
        // Before anything else, for a clear error about a file that is not a library.
        let info = ModuleInfo::side(wasm)?;
        let elsewhere = match self.elsewhere.get() {
            Some(names) => names,
            None => {
                let main = main()?;
                let host = syscall::imports().map(|import| import.name.to_owned());
                let names = main.functions.keys().cloned().chain(host).collect();
                self.elsewhere.get_or_init(|| Arc::new(names))
            }
        };
        let options = RewriteOptions {
            own: Some(Arc::clone(elsewhere)),
            float_status: self.float_status,
            quiet: true,
            default_integers: true,
            export_globals: true,
            stack_steps: true,
            safepoint: Some(SafepointMode::Import),
            ..RewriteOptions::default()
        };
        Ok((rewrite(wasm, &options)?, info))
    }
}

/// Returns the hash of a library's content. Its wheel states the hash, so that a library that was compiled before is
/// not unpacked.
fn digest(content: &Content) -> Result<[u8; 32], LoadError> {
    content.digest().map_or_else(|| Ok(sha256(&bytes(content)?)), Ok)
}

/// Returns the bytes of a library.
///
/// # Errors
/// [`LoadError`] for a library that is too large or cannot be read.
pub(in crate::engine) fn bytes(content: &Content) -> Result<Vec<u8>, LoadError> {
    if content.len() > MAX_LIBRARY_BYTES {
        return Err(LoadError::Refused(format!("it has {} bytes, the limit is {MAX_LIBRARY_BYTES}", content.len())));
    }
    Ok(content.clone().into_vec()?)
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_are_forgotten_in_the_order_of_their_first_use_but_not_while_they_are_compiled() {
        let mut known = Known::default();
        let key = |number: usize| {
            let mut key = [0; 32];
            key[..8].copy_from_slice(&number.to_le_bytes());
            key
        };
        let first = known.entry(key(0));
        for number in 1..3 * MAX_KNOWN {
            known.entry(key(number));
        }
        assert_eq!((known.entries.len(), known.order.len()), (MAX_KNOWN, MAX_KNOWN));
        assert!(Arc::ptr_eq(&first, &known.entry(key(0))));
        assert!(known.entries.contains_key(&key(3 * MAX_KNOWN - 1)) && !known.entries.contains_key(&key(1)));
    }
}
