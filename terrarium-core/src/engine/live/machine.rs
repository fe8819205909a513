//! [`Machine`]: the part that all guests share.

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
    cancel::scope,
    engine::{
        bind::{driver, linker},
        compile::{
            compiled::{self, CompiledModule, engine_error},
            config,
            libraries::Libraries,
        },
    },
    error::ErrorContext,
};
use terrarium_unix::vfs::Content;
use terrarium_wasm::{
    link::ModuleInfo,
    rewrite::{RewriteOptions, SafepointMode, rewrite},
};

/// The engine, the cache of compiled code, and the interpreter's module. Created once per process, engine and cache
/// folder.
pub(crate) struct Machine {
    pub(in crate::engine) engine: Engine,
    pub(in crate::engine) cache: Cache,
    pub(in crate::engine) libraries: Libraries,
    source: InterpreterSource,
    unbooted: Mutex<Option<Arc<InterpreterModule>>>,
    main: OnceLock<Arc<ModuleInfo>>,
}

/// The source of the interpreter's module.
#[derive(Clone, Copy)]
pub(crate) struct InterpreterSource {
    /// The identity of the module and its rewriting: code with the same key is the same.
    pub(crate) key: &'static str,
    /// Returns the module's bytes; called only when they are needed.
    pub(crate) wasm: fn() -> Result<Vec<u8>>,
    /// Whether the safepoint page can stop the code. Only a measurement of its cost turns it off.
    pub(crate) safepoint: SafepointMode,
    /// Whether numpy's modules get a floating-point status. Only a measurement of its cost turns it off.
    pub(crate) float_status: bool,
}

/// The interpreter as its toolchain built it, from which images are made.
pub(in crate::engine) struct InterpreterModule {
    pub(in crate::engine) python: CompiledModule,
    pub(in crate::engine) driver: Module,
    pub(in crate::engine) linker: Arc<Linker<InstanceState>>,
}

impl Machine {
    /// Returns the machine whose compiled code is kept in `cache_dir` (`None`: the default folder) and is compiled with
    /// or without `inlining`.
    ///
    /// # Errors
    /// [`Error::Cache`](crate::Error::Cache) and [`Error::Engine`](crate::Error::Engine).
    pub(crate) fn shared(cache_dir: Option<&Path>, source: InterpreterSource, inlining: bool) -> Result<Arc<Self>> {
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
        let libraries = Libraries::new(engine.clone(), cache.clone(), source.key, source.float_status);
        let machine = Self { engine, cache, libraries, source, unbooted: Mutex::default(), main: OnceLock::new() };
        let machine = Arc::new(machine);
        machines.insert(key, Arc::clone(&machine));
        Ok(machine)
    }

    /// Returns the folder of compiled code.
    pub(crate) fn cache(&self) -> &Cache {
        &self.cache
    }

    /// Returns the interpreter before its boot. The first call compiles it if needed, which takes seconds.
    ///
    /// # Errors
    /// [`Error::Cache`](crate::Error::Cache) and [`Error::Engine`](crate::Error::Engine), and the errors of the source.
    pub(in crate::engine) fn unbooted(&self) -> Result<Arc<InterpreterModule>> {
        // Held during the compilation: another thread would otherwise do the same work.
        let mut unbooted = self.unbooted.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(unbooted) = &*unbooted {
            return Ok(Arc::clone(unbooted));
        }
        let (engine, cache) = (&self.engine, &self.cache);
        let make = || self.python().map(|wasm| (wasm, self.main()));
        let make = || make().and_then(|(wasm, info)| Ok((wasm, ModuleInfo::clone(&*info?))));
        let python = compiled::cached(engine, cache, &self.source_name(), &make)?;
        // A millisecond of compilation: a file would cost more.
        let driver = compiled::module(engine, "the driver", &driver::module())?;
        let linker = linker::linker(engine, &python.module).map_err(engine_error)?;
        let made = Arc::new(InterpreterModule { python, driver, linker: Arc::new(linker) });
        Ok(Arc::clone(unbooted.insert(made)))
    }

    /// Compiles of libraries what guests that load them are certain to need. `choose` tells for each path whether that one
    /// is compiled now; `None` ends the work.
    pub(crate) fn prefetch_libraries(&self, libraries: &[(&str, &Content)], choose: &dyn Fn(&str) -> Option<bool>) {
        for (path, content) in libraries {
            match choose(path) {
                None => return,
                Some(false) => continue,
                Some(true) => {}
            }
            if let Err(error) = self.libraries.prefetch(content, &|| self.main()) {
                tracing::debug!(%error, path, "a library is not compiled in advance");
            }
        }
    }

    /// Forgets libraries that were compiled as guests called them.
    pub(crate) fn forget_lazy_libraries(&self) {
        self.libraries.forget_lazy();
    }

    fn source_name(&self) -> String {
        format!("python {} {}", env!("CARGO_PKG_VERSION"), self.source.key)
    }

    /// Returns the interpreter's module, ready for the engine.
    ///
    /// # Errors
    /// The errors of its source, and [`Error::Artifacts`](crate::Error::Artifacts) for an invalid module.
    pub(in crate::engine) fn python(&self) -> Result<Vec<u8>> {
        let options = RewriteOptions {
            export_globals: true,
            stack_steps: true,
            safepoint: Some(self.source.safepoint),
            ..RewriteOptions::default()
        };
        rewrite(&(self.source.wasm)()?, &options).or_artifacts()
    }

    /// Returns the information for linking of the interpreter's module.
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

    /// Removes the machine code of the interpreter before its boot and of libraries from the cache folder, if this process
    /// made it: an image contains both.
    pub(crate) fn remove_made(&self, libraries: &[(&str, &Content)]) {
        compiled::remove_made(&self.engine, &self.cache, &self.source_name());
        for (_, content) in libraries {
            self.libraries.remove_made(content);
        }
    }

    /// Compiles libraries for later use, several at a time, unless they were compiled before. A library that does not
    /// compile fails when it is loaded.
    pub(crate) fn prepare_libraries(&self, libraries: &[(&str, &Content)]) {
        let next = AtomicUsize::new(0);
        let handle = scope::current();
        let work = || {
            while let Some((path, content)) = libraries.get(next.fetch_add(1, Ordering::Relaxed)) {
                if scope::is_stopped() {
                    return;
                }
                if let Err(error) = self.libraries.prepare(content, &|| self.main()) {
                    tracing::warn!(%error, path, "a library cannot be compiled");
                }
            }
        };
        // A compilation keeps several processors busy, except at its beginning and its end.
        let workers = thread::available_parallelism().map_or(1, usize::from).min(libraries.len());
        let workers = if config::is_background() { 1 } else { workers };
        thread::scope(|threads| {
            for _ in 1..workers {
                // If no thread can start, this thread does all the work.
                drop(thread::Builder::new().spawn_scoped(threads, || scope::within(handle.clone(), work)));
            }
            work();
        });
    }
}
