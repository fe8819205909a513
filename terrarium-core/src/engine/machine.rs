//! [`Machine`]: what all guests share.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use wasmtime::{Engine, Linker, Module};

use super::{
    cache::Cache,
    compile::{self, Compiled, engine_error},
    config, driver, imports,
    libraries::Libraries,
    state::State,
};
use crate::{Error, Result, link::ModuleInfo, vfs::Content};

/// The compiled interpreter and its bound imports. Made once per process and cache folder.
pub(crate) struct Machine {
    pub(super) engine: Engine,
    pub(super) python: Compiled,
    pub(super) driver: Module,
    pub(super) linker: Linker<State>,
    pub(super) libraries: Libraries,
}

/// Where the interpreter's module comes from.
pub(crate) struct Source<'a> {
    /// Identifies the module: the same key, the same bytes.
    pub(crate) key: &'a str,
    /// Gives its bytes; asked only when it must be compiled.
    pub(crate) wasm: &'a dyn Fn() -> Result<Vec<u8>>,
}

impl Machine {
    /// The machine whose compiled code is kept in `cache_dir` (none: the default folder). The first call compiles the
    /// interpreter if nobody did before, which takes seconds; later ones share the result.
    ///
    /// # Errors
    /// [`Error::Cache`](crate::Error::Cache) and [`Error::Engine`](crate::Error::Engine), and what the source fails
    /// with.
    pub(crate) fn shared(cache_dir: Option<&Path>, source: &Source<'_>) -> Result<Arc<Self>> {
        type Machines = BTreeMap<(Option<PathBuf>, String), Arc<Machine>>;
        static MACHINES: Mutex<Machines> = Mutex::new(BTreeMap::new());
        // Held while compiling: whoever else needs it would otherwise do the same work beside.
        let mut machines = MACHINES.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (cache_dir.map(Path::to_owned), source.key.to_owned());
        if let Some(machine) = machines.get(&key) {
            return Ok(Arc::clone(machine));
        }
        let machine = Arc::new(Self::load(cache_dir, source)?);
        machines.insert(key, Arc::clone(&machine));
        Ok(machine)
    }

    /// Compile libraries that may be loaded later, several at a time, unless they were compiled before. One that cannot
    /// be is left to whoever loads it.
    pub(crate) fn prepare_libraries(&self, libraries: &[(&str, &Content)]) {
        let next = AtomicUsize::new(0);
        let work = || {
            while let Some((path, content)) = libraries.get(next.fetch_add(1, Ordering::Relaxed)) {
                if let Err(error) = self.libraries.prepare(content, &self.python) {
                    tracing::warn!(%error, path, "a library cannot be compiled");
                }
            }
        };
        // A compilation keeps several processors busy itself, but for its beginning and its end.
        let workers = thread::available_parallelism().map_or(1, usize::from).min(libraries.len());
        thread::scope(|scope| {
            for _ in 1..workers {
                // Where no thread can be had, this one does it all.
                drop(thread::Builder::new().spawn_scoped(scope, work));
            }
            work();
        });
    }

    fn load(cache_dir: Option<&Path>, source: &Source<'_>) -> Result<Self> {
        let engine = config::engine()?.clone();
        let cache = Cache::open(cache_dir)?;
        let python = compile::cached(&engine, &cache, &format!("python {}", source.key), || {
            let wasm = (source.wasm)()?;
            let info = ModuleInfo::main(&wasm).map_err(|error| Error::Artifacts(error.to_string()))?;
            Ok::<_, Error>((wasm, info))
        })?;
        // A millisecond of compilation: less than a file would cost to look after.
        let driver = Module::new(&engine, driver::module()).map_err(engine_error)?;
        let linker = imports::linker(&engine, &python.module).map_err(engine_error)?;
        let libraries = Libraries::new(engine.clone(), cache);
        Ok(Self { engine, python, driver, linker, libraries })
    }
}
