//! [`Snapshot`]: what new guests go on from.

use std::{
    path::Path,
    sync::{Arc, OnceLock},
};

use wasmtime::{InstancePre, Linker, Module, ModuleExport, Result, Store, TypedFunc, format_err};

use super::{SnapshotRecord, take};
use crate::{
    Error,
    engine::{
        compile::{self, engine_error},
        dl::LoaderRecord,
        imports,
        machine::Machine,
        state::{self, State},
    },
    rewrite::SAFEPOINT_EXPORT,
};

/// A compiled snapshot, ready to be instantiated.
pub(crate) struct Snapshot {
    pre: InstancePre<State>,
    pub(in crate::engine) linker: Arc<Linker<State>>,
    exports: Exports,
    pub(crate) record: SnapshotRecord,
    loader: OnceLock<Arc<LoaderRecord>>,
    read_loader: Box<dyn Fn() -> Result<Vec<u8>, Error> + Send + Sync>,
}

/// The exports that every guest needs, found once.
struct Exports {
    memory: ModuleExport,
    safepoint: ModuleExport,
    table: ModuleExport,
    stack_pointer: ModuleExport,
    invoke: ModuleExport,
}

/// A new instance, with what is called in it.
pub(in crate::engine) struct Links {
    pub(in crate::engine) links: state::Links,
    pub(in crate::engine) invoke: TypedFunc<(u32, u32), u32>,
}

impl Snapshot {
    /// The snapshot whose machine code the file at `path` begins with. `read_loader` gives the text of its
    /// [`LoaderRecord`], which is needed only when libraries are loaded.
    ///
    /// The file is native code: see the rules of [`Cache`](crate::engine::Cache).
    ///
    /// # Errors
    /// [`Error::Engine`], when it is damaged or was made by another version.
    pub(crate) fn open(
        machine: &Machine,
        path: &Path,
        record: SnapshotRecord,
        read_loader: impl Fn() -> Result<Vec<u8>, Error> + Send + Sync + 'static,
    ) -> Result<Self, Error> {
        let module = compile::open(&machine.engine, path).map_err(engine_error)?;
        let linker = imports::linker(&machine.engine, &module).map_err(engine_error)?;
        let pre = linker.instantiate_pre(&module).map_err(engine_error)?;
        let exports = Exports::of(&module).map_err(engine_error)?;
        let (linker, loader, read_loader) = (Arc::new(linker), OnceLock::new(), Box::new(read_loader));
        Ok(Self { pre, linker, exports, record, loader, read_loader })
    }

    /// What it has loaded.
    ///
    /// # Errors
    /// What reading it fails with, and [`Error::Engine`] for what is none.
    pub(in crate::engine) fn loader(&self) -> Result<Arc<LoaderRecord>, Error> {
        if let Some(record) = self.loader.get() {
            return Ok(Arc::clone(record));
        }
        let record = serde_json::from_slice(&(self.read_loader)()?);
        let record = record.map_err(|error| Error::Engine(format!("the image's libraries: {error}")))?;
        Ok(Arc::clone(self.loader.get_or_init(|| Arc::new(record))))
    }

    /// A new instance in `store`.
    ///
    /// # Errors
    /// When there is no place for another.
    pub(in crate::engine) async fn instantiate(&self, store: &mut Store<State>) -> Result<Links> {
        let instance = self.pre.instantiate_async(&mut *store).await?;
        let missing = || format_err!("the image's module lacks an export");
        let get = |store: &mut Store<State>, export| instance.get_module_export(store, export).ok_or_else(missing);
        let links = state::Links {
            python: instance,
            memory: get(store, &self.exports.memory)?.into_memory().ok_or_else(missing)?,
            safepoint: get(store, &self.exports.safepoint)?.into_memory().ok_or_else(missing)?,
            table: get(store, &self.exports.table)?.into_table().ok_or_else(missing)?,
            stack_pointer: get(store, &self.exports.stack_pointer)?.into_global().ok_or_else(missing)?,
            signal_word: self.record.signal_word,
        };
        let invoke = get(store, &self.exports.invoke)?.into_func().ok_or_else(missing)?.typed(&*store)?;
        Ok(Links { links, invoke })
    }
}

impl Exports {
    fn of(module: &Module) -> Result<Self> {
        let find = |name: &str| {
            module.get_export_index(name).ok_or_else(|| format_err!("the image's module does not export {name}"))
        };
        Ok(Self {
            memory: find("memory")?,
            safepoint: find(SAFEPOINT_EXPORT)?,
            table: find("__indirect_function_table")?,
            stack_pointer: find("__stack_pointer")?,
            invoke: find(&take::invoke())?,
        })
    }
}

impl std::fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Snapshot").field("memory", &self.record.memory).finish_non_exhaustive()
    }
}
