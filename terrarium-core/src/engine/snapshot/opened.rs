//! [`Snapshot`]: the state from which new guests resume.

use std::{
    path::Path,
    sync::{Arc, OnceLock},
};

use wasmtime::{InstancePre, Linker, Module, ModuleExport, PoolConcurrencyLimitError, Result, Store, format_err};

use super::{
    SnapshotLayer, SnapshotRecord,
    idle::{self, Idle},
    take,
};
use crate::{
    Error,
    engine::{
        bind::linker,
        compile::compiled::{self, engine_error},
        dl::LoaderRecord,
        ffi,
        live::{
            block_on::block_on,
            guest::is_without_memory,
            instance::Instance,
            limiter::Limiter,
            machine::Machine,
            state::{InstanceState, Links, RunState},
        },
        stop::safepoint::GuardedStore,
    },
    error::ErrorContext,
};
use terrarium_wasm::rewrite::{GLOBAL_EXPORT_PREFIX, SAFEPOINT_EXPORT};

/// The limit of the places for random bytes in a guest: a few generators of 2.5 kB each.
const MAX_ENTROPY: u64 = 1 << 20;

/// Reads the text of a record of loaded libraries.
type ReadLoader = Arc<dyn Fn() -> Result<Vec<u8>, Error> + Send + Sync>;

/// A compiled snapshot, ready to be instantiated.
pub(crate) struct Snapshot {
    machine: Arc<Machine>,
    pre: InstancePre<InstanceState>,
    pub(in crate::engine) linker: Arc<Linker<InstanceState>>,
    exports: Arc<Exports>,
    pub(crate) record: SnapshotRecord,
    /// The state of its guests, if that is later than the state in the module.
    pub(super) layer: Option<SnapshotLayer>,
    loader: OnceLock<Arc<LoaderRecord>>,
    read_loader: ReadLoader,
    pub(super) idle: Arc<Idle>,
}

/// The exports that every guest needs, found once.
struct Exports {
    memory: ModuleExport,
    safepoint: ModuleExport,
    table: ModuleExport,
    stack_pointer: ModuleExport,
    invoke: ModuleExport,
    /// The mutable globals.
    globals: Vec<ModuleExport>,
}

impl Snapshot {
    /// Opens the snapshot whose machine code is at the beginning of the file at `path`. `read_loader` returns the text
    /// of its [`LoaderRecord`], which is needed only when libraries are loaded.
    ///
    /// The file is native code: see the rules of [`Cache`](crate::cache::Cache).
    ///
    /// # Errors
    /// [`Error::Engine`], when it is damaged or was made by another version.
    pub(crate) fn open(
        machine: &Arc<Machine>,
        path: &Path,
        record: SnapshotRecord,
        read_loader: impl Fn() -> Result<Vec<u8>, Error> + Send + Sync + 'static,
    ) -> Result<Self, Error> {
        let spans = record.entropy.iter();
        if spans.map(|span| u64::from(span.length)).sum::<u64>() > MAX_ENTROPY {
            return Err(Error::engine("the image asks for more random bytes than it can need"));
        }
        let module = compiled::open(&machine.engine, path).map_err(engine_error)?;
        let linker = linker::linker(&machine.engine, &module).map_err(engine_error)?;
        let pre = linker.instantiate_pre(&module).map_err(engine_error)?;
        let exports = Arc::new(Exports::new(&module).map_err(engine_error)?);
        let (linker, loader, read_loader) = (Arc::new(linker), OnceLock::new(), Arc::new(read_loader));
        let (machine, idle) = (Arc::clone(machine), Idle::new());
        Ok(Self { machine, pre, linker, exports, record, layer: None, loader, read_loader, idle })
    }

    /// Returns the snapshot of a later state, with the machine code of this one. Its libraries are recorded anew if `loader`
    /// reads a record.
    pub(crate) fn with_layer(
        &self,
        record: SnapshotRecord,
        layer: SnapshotLayer,
        loader: Option<impl Fn() -> Result<Vec<u8>, Error> + Send + Sync + 'static>,
    ) -> Self {
        let (loader, read_loader): (_, ReadLoader) = match loader {
            Some(read) => (OnceLock::new(), Arc::new(read)),
            None => (self.loader.clone(), Arc::clone(&self.read_loader)),
        };
        Self {
            machine: Arc::clone(&self.machine),
            pre: self.pre.clone(),
            linker: Arc::clone(&self.linker),
            exports: Arc::clone(&self.exports),
            record,
            layer: Some(layer),
            loader,
            read_loader,
            idle: Idle::new(),
        }
    }

    /// Returns the record of the loaded libraries.
    ///
    /// # Errors
    /// The errors of reading it, and [`Error::Engine`] for an invalid record.
    pub(in crate::engine) fn loader(&self) -> Result<Arc<LoaderRecord>, Error> {
        if let Some(record) = self.loader.get() {
            return Ok(Arc::clone(record));
        }
        let record = serde_json::from_slice(&(self.read_loader)()?);
        let record = record.or_engine("the image's libraries")?;
        Ok(Arc::clone(self.loader.get_or_init(|| Arc::new(record))))
    }

    /// Returns an instance in the snapshot's state: an idle one, or a new one.
    ///
    /// # Errors
    /// When there is no room for another.
    pub(in crate::engine) fn instance(&self) -> Result<Instance> {
        match self.idle.take() {
            Some(instance) => Ok(instance),
            None => self.new_instance().or_else(|error| {
                if !error.is::<PoolConcurrencyLimitError>() && !is_without_memory(&error) {
                    return Err(error);
                }
                idle::make_room();
                self.new_instance()
            }),
        }
    }

    /// Returns the addresses of the C library's names of the local time zone.
    pub(in crate::engine) fn zone_names(&self) -> [u32; 2] {
        self.record.zone_names
    }

    /// Creates a new instance.
    ///
    /// # Errors
    /// When there is no room for another.
    pub(super) fn new_instance(&self) -> Result<Instance> {
        // Its memory is as large as the snapshot's from the beginning.
        let mut run = RunState::none();
        run.limiter = Limiter::new(self.record.memory);
        let state = InstanceState::new(&self.machine, Arc::clone(&self.linker), run);
        let mut store = Store::new(&self.machine.engine, state);
        store.limiter(|state| &mut state.run.limiter);
        block_on(async {
            let instance = self.pre.instantiate_async(&mut store).await?;
            let missing = || format_err!("the image's module lacks an export");
            let get = |store: &mut Store<InstanceState>, export| {
                instance.get_module_export(store, export).ok_or_else(missing)
            };
            let exports = &self.exports;
            let links = Links {
                python: instance,
                memory: get(&mut store, &exports.memory)?.into_memory().ok_or_else(missing)?,
                safepoint: get(&mut store, &exports.safepoint)?.into_memory().ok_or_else(missing)?,
                table: get(&mut store, &exports.table)?.into_table().ok_or_else(missing)?,
                stack_pointer: get(&mut store, &exports.stack_pointer)?.into_global().ok_or_else(missing)?,
                signal_word: self.record.signal_word,
                stack_end: self.record.stack_end,
            };
            let invoke = get(&mut store, &exports.invoke)?.into_func().ok_or_else(missing)?.typed(&store)?;
            let mut globals = Vec::with_capacity(exports.globals.len());
            for global in &exports.globals {
                globals.push(get(&mut store, global)?.into_global().ok_or_else(missing)?);
            }
            store.data_mut().set_links(links);
            let mut instance = Instance {
                store: GuardedStore::new(store),
                links,
                invoke,
                globals,
                runs: 0,
                copied: 0,
                written: None,
                by_faults: false,
            };
            if let Some(layer) = &self.layer {
                layer.apply(&mut instance, self.record.memory)?;
            }
            ffi::restore(&mut instance.store, &self.record.closures)?;
            Ok(instance)
        })
    }
}

impl Exports {
    fn new(module: &Module) -> Result<Self> {
        let find = |name: &str| {
            module.get_export_index(name).ok_or_else(|| format_err!("the image's module does not export {name}"))
        };
        Ok(Self {
            memory: find("memory")?,
            safepoint: find(SAFEPOINT_EXPORT)?,
            table: find("__indirect_function_table")?,
            stack_pointer: find(take::STACK_POINTER)?,
            invoke: find(&take::invoke())?,
            globals: module
                .exports()
                .filter(|export| export.name().starts_with(GLOBAL_EXPORT_PREFIX))
                .map(|export| find(export.name()))
                .collect::<Result<_>>()?,
        })
    }
}

impl std::fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Snapshot").field("memory", &self.record.memory).finish_non_exhaustive()
    }
}
