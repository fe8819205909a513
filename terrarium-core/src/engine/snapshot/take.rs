//! The taking of a snapshot.

use std::{collections::BTreeMap, sync::Arc};

use wasmtime::{ExternType, Instance, Module, Result, Store, Val, bail, format_err};

use super::{SnapshotRecord, Span, plug};
use crate::{
    Error,
    engine::{
        bind::{driver, reenter::CALLED},
        compile::{
            compiled,
            config::{self, CodeKind},
            libraries::bytes,
        },
        dl::{Loader, LoaderRecord},
        live::{
            guest::GuestInstance,
            limiter::MAX_TABLE_SLOTS,
            machine::Machine,
            state::{InstanceState, Links},
        },
    },
    error::ErrorContext,
};
use terrarium_wasm::{
    link::{FunctionTarget, GlobalValue, LibraryId, Merge, ModuleInfo, Part},
    rewrite::GLOBAL_EXPORT_PREFIX,
};

/// The prefix of the driver's exports in a merged module.
const DRIVER: &str = "terrarium:";

/// The interpreter's stack pointer, which libraries share.
pub(super) const STACK_POINTER: &str = "__stack_pointer";

/// A snapshot of a guest.
pub(crate) struct TakenSnapshot {
    /// The module.
    pub(crate) wasm: Vec<u8>,
    /// The host's state of the guest.
    pub(crate) record: SnapshotRecord,
    /// The libraries in the module; needed when more are loaded.
    pub(crate) loader: LoaderRecord,
}

/// Returns the name of the driver's function that calls Python functions.
pub(super) fn invoke() -> String {
    format!("{DRIVER}{}", driver::INVOKE)
}

/// A module of the guest with the information that a snapshot needs.
struct ModuleSource {
    wasm: Vec<u8>,
    module: Module,
    instance: Option<Instance>,
    functions: Vec<FunctionTarget>,
    imported_globals: BTreeMap<u32, i32>,
    prefix: String,
}

impl TakenSnapshot {
    /// Takes the snapshot of a guest that booted here (it did not resume from a snapshot) and is quiescent.
    ///
    /// # Errors
    /// [`Error::Engine`] with the obstacle.
    pub(crate) fn new(
        guest: &mut GuestInstance,
        functions: BTreeMap<String, u32>,
        entropy: Vec<Span>,
    ) -> Result<Self, Error> {
        let (store, links) = guest.at_rest().ok_or_else(|| fault("the guest did not boot here"))?;
        let pieces = crate::engine::live::block_on::block_on(plug::plug(store, &links)).map_err(engine)?;
        tracing::debug!(pieces, "plugged the heap");
        let machine = Arc::clone(&store.data().machine);
        let table_size = give_slots(store, links.table.size(&*store)).map_err(engine)?;
        let sources = sources(&machine, store, &links)?;
        let mut parts = Vec::new();
        for source in &sources {
            let globals = match source.instance {
                Some(instance) => own_globals(store, &source.module, instance).map_err(engine)?,
                None => BTreeMap::new(),
            };
            let ModuleSource { wasm, functions, imported_globals, prefix, .. } = source;
            parts.push(Part {
                wasm,
                globals,
                imported_globals: imported_globals.clone(),
                functions: functions.clone(),
                prefix: prefix.clone(),
            });
        }
        let slots = slots(store, parts.len() - 1)?;
        let memory = links.memory.data(&*store);
        let merge = Merge { parts, memory, table_size, slots };
        let invoke = invoke();
        let is_exported = |name: &str| name == STACK_POINTER || name == invoke || CALLED.contains(&name);
        let wasm = merge.write_exporting(&is_exported).or_engine(DOING)?;
        let record = SnapshotRecord {
            signal_word: links.signal_word,
            stack_end: links.stack_end,
            functions,
            entropy,
            closures: store.data().closures.record(),
            zone_names: store.data().run.process.zone_names(),
            memory: memory.len() as u64,
        };
        let loader = store.data().run.loader.as_ref().ok_or_else(|| fault("it has no loader"))?.record();
        Ok(Self { wasm, record, loader })
    }

    /// Returns the machine code of the module; the compilation takes seconds.
    ///
    /// # Errors
    /// [`Error::Engine`].
    pub(crate) fn compile(&self, kind: CodeKind) -> Result<Vec<u8>, Error> {
        compiled::machine_code(config::compiler(kind)?, "an image", &self.wasm)
    }
}

/// Gives every exported function of a module a slot of the table, beyond the `size` existing ones, and returns the new
/// number of slots. Libraries that are loaded later find the functions there: thousands of exports by name would cost a
/// millisecond at every start.
fn give_slots(store: &mut Store<InstanceState>, size: u64) -> Result<u64> {
    let state = store.data_mut();
    let mut loader = match state.run.loader.take() {
        Some(loader) => loader,
        None => Box::new(Loader::new(state)?),
    };
    if let Some(missing) = CALLED.iter().find(|name| loader.namespace.definition(name, LibraryId::MAIN).is_none()) {
        bail!("the interpreter does not export {missing}");
    }
    let mut next = u32::try_from(size)?;
    let namespace = &mut loader.namespace;
    for library in (0..namespace.len()).filter_map(|number| namespace.id(number)).collect::<Vec<_>>() {
        let Some(info) = namespace.get(library).map(|library| Arc::clone(&library.info)) else { continue };
        for index in info.functions.values() {
            if namespace.slot(library, *index).is_none() {
                namespace.set_slot(library, *index, next);
                next = next.checked_add(1).ok_or_else(|| format_err!("the table is full"))?;
            }
        }
    }
    state.run.loader = Some(loader);
    if usize::try_from(next)? > MAX_TABLE_SLOTS {
        bail!("its functions need {next} slots of the table, the limit is {MAX_TABLE_SLOTS}");
    }
    Ok(next.into())
}

/// Returns all modules of the guest: the interpreter, its libraries, the driver.
fn sources(machine: &Machine, store: &mut Store<InstanceState>, links: &Links) -> Result<Vec<ModuleSource>, Error> {
    let unbooted = machine.unbooted()?;
    let (main, driver) = (machine.main()?, driver::module());
    let mut sources = vec![ModuleSource {
        wasm: machine.python()?,
        functions: host_functions(&unbooted.python.module),
        // Addresses of undefined symbols.
        imported_globals: globals(&unbooted.python.module).map(|(index, ..)| (index, 0)).collect(),
        module: unbooted.python.module.clone(),
        instance: Some(links.python),
        prefix: String::new(),
    }];
    let (state, count) = (store.data(), store.data().run.loader.as_ref().map_or(0, |loader| loader.linked.len()));
    let mut libraries = Vec::new();
    for number in 0..count {
        let Some(loader) = &state.run.loader else { break };
        let (id, linkage) = (loader.namespace.id(number + 1), &loader.linked[number]);
        let library = id.and_then(|id| loader.namespace.get(id)).ok_or_else(|| fault("a library is missing"))?;
        let doing = format_args!("{DOING}: {}", library.path);
        let file = state.run.process.library(&library.path).or_engine(doing)?;
        let rewritten = bytes(&file.content).and_then(|wasm| machine.libraries.rewritten(&wasm, &|| machine.main()));
        let (wasm, _) = rewritten.or_engine(doing)?;
        let mut fixed = BTreeMap::new();
        let mut pointers = Vec::new();
        for (index, from, name) in globals(&linkage.module) {
            match (from.as_str(), name.as_str()) {
                ("GOT.mem" | "GOT.func", _) => pointers.extend(linkage.pointers.get(&name).map(|got| (index, got))),
                (_, "__memory_base") => drop(fixed.insert(index, library.memory_base.cast_signed())),
                (_, "__table_base") => drop(fixed.insert(index, library.table_base.cast_signed())),
                _ => {}
            }
        }
        let instance = loader.instances.get(number + 1).copied();
        let functions = linkage.bindings.clone();
        let source = ModuleSource {
            wasm,
            module: linkage.module.clone(),
            instance,
            functions,
            imported_globals: fixed,
            prefix: format!("{}:", library.path),
        };
        libraries.push((source, pointers));
    }
    for (mut source, pointers) in libraries {
        for (index, pointer) in pointers {
            source.imported_globals.insert(index, pointer.get(&mut *store).i32().unwrap_or(0));
        }
        sources.push(source);
    }
    sources.push(ModuleSource {
        functions: driver_functions(&unbooted.driver, &main)?,
        wasm: driver,
        module: unbooted.driver.clone(),
        instance: None,
        imported_globals: BTreeMap::new(),
        prefix: DRIVER.to_owned(),
    });
    Ok(sources)
}

/// Returns the imported globals of a module: index, module, name.
fn globals(module: &Module) -> impl Iterator<Item = (u32, String, String)> + '_ {
    let globals = module.imports().filter(|import| matches!(import.ty(), ExternType::Global(_)));
    (0..).zip(globals).map(|(index, import)| (index, import.module().to_owned(), import.name().to_owned()))
}

/// Returns the definitions of the interpreter's imported functions, all of which are the host's.
fn host_functions(module: &Module) -> Vec<FunctionTarget> {
    let functions = module.imports().filter(|import| matches!(import.ty(), ExternType::Func(_)));
    functions
        .map(|import| FunctionTarget::Import { module: import.module().to_owned(), name: import.name().to_owned() })
        .collect()
}

fn driver_functions(driver: &Module, main: &ModuleInfo) -> Result<Vec<FunctionTarget>, Error> {
    let functions = driver.imports().filter(|import| matches!(import.ty(), ExternType::Func(_)));
    functions
        .map(|import| match (import.module(), main.functions.get(import.name())) {
            (driver::HOST, _) => {
                Ok(FunctionTarget::Import { module: driver::HOST.to_owned(), name: import.name().to_owned() })
            }
            (_, Some(index)) => Ok(FunctionTarget::Function { part: LibraryId::MAIN.index(), index: *index }),
            (_, None) => Err(fault(&format!("the interpreter does not export {}", import.name()))),
        })
        .collect()
}

/// Returns the values of the mutable globals that a module defines.
fn own_globals(
    store: &mut Store<InstanceState>,
    module: &Module,
    instance: Instance,
) -> Result<BTreeMap<u32, GlobalValue>> {
    let mut values = BTreeMap::new();
    for export in module.exports() {
        let Some(index) = export.name().strip_prefix(GLOBAL_EXPORT_PREFIX) else { continue };
        let global = instance.get_global(&mut *store, export.name());
        let global = global.ok_or_else(|| format_err!("{} is not a global", export.name()))?;
        let value = match global.get(&mut *store) {
            Val::I32(value) => GlobalValue::I32(value),
            Val::I64(value) => GlobalValue::I64(value),
            Val::F32(bits) => GlobalValue::F32(bits),
            Val::F64(bits) => GlobalValue::F64(bits),
            other => bail!("a mutable global holds {other:?}"),
        };
        values.insert(index.parse()?, value);
    }
    Ok(values)
}

/// Returns the table slots that were filled one by one.
fn slots(store: &mut Store<InstanceState>, driver: usize) -> Result<BTreeMap<u32, FunctionTarget>, Error> {
    let of_driver = &store.data().run.driver_slots;
    let of_driver =
        of_driver.iter().map(|(slot, index)| (*slot, FunctionTarget::Function { part: driver, index: *index }));
    let mut slots: BTreeMap<_, _> = of_driver.collect();
    let linker = Arc::clone(&store.data().linker);
    let mut of_host = Vec::new();
    if let Some(loader) = &store.data().run.loader {
        for (library, index, slot) in loader.namespace.added_slots() {
            slots.insert(slot, FunctionTarget::Function { part: library.index(), index });
        }
        of_host = loader.host_slots.iter().map(|(name, slot)| (name.clone(), *slot)).collect();
    }
    for (name, slot) in of_host {
        let module = ["env", "wasi_snapshot_preview1"];
        let module = module.into_iter().find(|module| linker.get(&mut *store, module, &name).is_ok());
        let module = module.ok_or_else(|| fault(&format!("the host has no function {name}")))?.to_owned();
        slots.insert(slot, FunctionTarget::Import { module, name });
    }
    Ok(slots)
}

fn engine(error: wasmtime::Error) -> Error {
    compiled::engine_error(error)
}

/// The beginning of this module's error texts.
const DOING: &str = "taking a snapshot";

/// Returns an error without a source.
fn fault(reason: &str) -> Error {
    Error::engine(format!("{DOING}: {reason}"))
}
