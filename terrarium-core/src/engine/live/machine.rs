//! [`Machine`]: what all guests share.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use wasmtime::{Engine, Linker, Module};

use super::state::InstanceState;
use crate::{
    Result,
    cache::Cache,
    engine::{
        bind::{driver, linker},
        compile::{
            compiled::{self, Compiled, engine_error},
            config,
            libraries::Libraries,
        },
    },
    error::ErrorContext,
};
use terrarium_unix::vfs::Content;
use terrarium_wasm::{
    link::ModuleInfo,
    rewrite::{RewriteOptions, Safepoint, rewrite},
};

/// The engine, the cache of compiled code, and the interpreter's module. Made once per process, engine and cache folder.
pub(crate) struct Machine {
    pub(in crate::engine) engine: Engine,
    pub(in crate::engine) cache: Cache,
    pub(in crate::engine) libraries: Libraries,
    source: Source,
    unbooted: Mutex<Option<Arc<InterpreterModule>>>,
    main: OnceLock<Arc<ModuleInfo>>,
}

/// Where the interpreter's module comes from.
#[derive(Clone, Copy)]
pub(crate) struct Source {
    /// Identifies the module and how it is rewritten: the same key, the same compiled code.
    pub(crate) key: &'static str,
    /// Gives its bytes; asked only when they are needed.
    pub(crate) wasm: fn() -> Result<Vec<u8>>,
    /// Whether its code can be stopped by the safepoint page. Only measuring what that costs does without.
    pub(crate) safepoint: Safepoint,
}

/// The interpreter as its toolchain made it, from which images are made.
pub(in crate::engine) struct InterpreterModule {
    pub(in crate::engine) python: Compiled,
    pub(in crate::engine) driver: Module,
    pub(in crate::engine) linker: Arc<Linker<InstanceState>>,
}

impl Machine {
    /// The machine whose compiled code is kept in `cache_dir` (none: the default folder), compiled with `inlining` of
    /// functions into others or without.
    ///
    /// # Errors
    /// [`Error::Cache`](crate::Error::Cache) and [`Error::Engine`](crate::Error::Engine).
    pub(crate) fn shared(cache_dir: Option<&Path>, source: Source, inlining: bool) -> Result<Arc<Self>> {
        type Machines = BTreeMap<(Option<PathBuf>, &'static str, bool), Arc<Machine>>;
        static MACHINES: Mutex<Machines> = Mutex::new(BTreeMap::new());
        config::check_process()?;
        let mut machines = MACHINES.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (cache_dir.map(Path::to_owned), source.key, inlining);
        if let Some(machine) = machines.get(&key) {
            return Ok(Arc::clone(machine));
        }
        let engine = config::engine(inlining)?.clone();
        let cache = Cache::new(cache_dir);
        let libraries = Libraries::new(engine.clone(), cache.clone(), source.key);
        let machine = Self { engine, cache, libraries, source, unbooted: Mutex::default(), main: OnceLock::new() };
        let machine = Arc::new(machine);
        machines.insert(key, Arc::clone(&machine));
        Ok(machine)
    }

    /// The folder of compiled code.
    pub(crate) fn cache(&self) -> &Cache {
        &self.cache
    }

    /// The interpreter before it has booted. The first call compiles it if nobody did before, which takes seconds.
    ///
    /// # Errors
    /// [`Error::Cache`](crate::Error::Cache) and [`Error::Engine`](crate::Error::Engine), and what the source fails
    /// with.
    pub(in crate::engine) fn unbooted(&self) -> Result<Arc<InterpreterModule>> {
        // Held while compiling: whoever else needs it would otherwise do the same work beside.
        let mut unbooted = self.unbooted.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(unbooted) = &*unbooted {
            return Ok(Arc::clone(unbooted));
        }
        let (engine, cache) = (&self.engine, &self.cache);
        let make = || self.python().map(|wasm| (wasm, self.main()));
        let make = || make().and_then(|(wasm, info)| Ok((wasm, ModuleInfo::clone(&*info?))));
        let python = compiled::cached(engine, cache, &self.source_name(), make)?;
        // A millisecond of compilation: less than a file would cost to look after.
        let driver = Module::new(engine, driver::module()).map_err(engine_error)?;
        let linker = linker::linker(engine, &python.module).map_err(engine_error)?;
        let made = Arc::new(InterpreterModule { python, driver, linker: Arc::new(linker) });
        Ok(Arc::clone(unbooted.insert(made)))
    }

    fn source_name(&self) -> String {
        format!("python {} {}", env!("CARGO_PKG_VERSION"), self.source.key)
    }

    /// The interpreter's module, ready for the engine.
    ///
    /// # Errors
    /// What its source fails with, and [`Error::Artifacts`] for what is none.
    pub(in crate::engine) fn python(&self) -> Result<Vec<u8>> {
        let options = RewriteOptions {
            export_globals: true,
            safepoint: Some(self.source.safepoint),
            ..RewriteOptions::default()
        };
        rewrite(&(self.source.wasm)()?, &options).or_artifacts()
    }

    /// What linking needs to know of the interpreter's module.
    ///
    /// # Errors
    /// As for [`unbooted`](Self::unbooted).
    pub(in crate::engine) fn main(&self) -> Result<Arc<ModuleInfo>> {
        if let Some(info) = self.main.get() {
            return Ok(Arc::clone(info));
        }
        let read = || {
            let wasm = (self.source.wasm)()?;
            ModuleInfo::main(&wasm).or_artifacts()
        };
        let info = compiled::info(&self.engine, &self.cache, &self.source_name(), read)?;
        Ok(Arc::clone(self.main.get_or_init(|| Arc::new(info))))
    }

    /// Compile libraries that may be loaded later, several at a time, unless they were compiled before. One that cannot
    /// be is left to whoever loads it.
    pub(crate) fn prepare_libraries(&self, libraries: &[(&str, &Content)]) {
        let next = AtomicUsize::new(0);
        let work = || {
            while let Some((path, content)) = libraries.get(next.fetch_add(1, Ordering::Relaxed)) {
                if let Err(error) = self.libraries.prepare(content, &|| self.main()) {
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
}
