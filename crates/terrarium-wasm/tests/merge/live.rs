//! A guest of several modules, bound as the host binds them, and the merge of this guest.

use std::collections::BTreeMap;

use terrarium_wasm::link::{FunctionTarget, GlobalValue, Merge, MergeError, ModuleInfo, Part};
use terrarium_wasm::rewrite::{GLOBAL_EXPORT_PREFIX, RewriteOptions, SafepointMode, rewrite, validate};
use wasmtime::{
    Config, Engine, Extern, ExternType, Func, Global, Instance, Linker, Module, Ref, Store, ThrownException, Trap, Val,
};

/// Bytes of each library's private memory, from this address on.
pub(crate) const LIBRARY_MEMORY: u32 = 4096;

/// Slots of each library.
const LIBRARY_SLOTS: u64 = 8;

/// The outcome of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Returned(i32),
    Thrown,
    Trapped(Trap),
}

/// The values that host functions received.
type Notes = Vec<i32>;

/// Modules that are instantiated individually.
pub(crate) struct Live {
    engine: Engine,
    store: Store<Notes>,
    parts: Vec<Loaded>,
    slots: BTreeMap<u32, FunctionTarget>,
}

struct Loaded {
    wasm: Vec<u8>,
    info: ModuleInfo,
    instance: Instance,
    functions: Vec<FunctionTarget>,
    imported_globals: BTreeMap<u32, i32>,
    prefix: String,
}

pub(crate) fn engine() -> Engine {
    let mut config = Config::new();
    config.wasm_exceptions(true).wasm_function_references(true).wasm_gc(true);
    Engine::new(&config).expect("the engine has this configuration")
}

fn host_functions(engine: &Engine) -> Linker<Notes> {
    let mut linker = Linker::new(engine);
    linker.func_wrap("host", "twice", |value: i32| value.wrapping_mul(2)).expect("it is the only one");
    linker
        .func_wrap("host", "note", |mut caller: wasmtime::Caller<'_, Notes>, value: i32| {
            caller.data_mut().push(value);
        })
        .expect("it is the only one");
    linker
}

impl Live {
    /// Makes a guest of the main module `text` alone.
    pub(crate) fn new(text: &str) -> Self {
        let engine = engine();
        let store = Store::new(&engine, Vec::new());
        let mut live = Self { engine, store, parts: Vec::new(), slots: BTreeMap::new() };
        live.instantiate(text, SafepointMode::Define, "");
        live
    }

    /// Loads the library `text`.
    pub(crate) fn load(&mut self, prefix: &str, text: &str) {
        self.instantiate(text, SafepointMode::Import, prefix);
    }

    fn instantiate(&mut self, text: &str, safepoint: SafepointMode, prefix: &str) {
        let wasm = wat::parse_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let options = RewriteOptions { export_globals: true, safepoint: Some(safepoint), ..RewriteOptions::default() };
        let wasm = rewrite(&wasm, &options).expect("the module is rewritten");
        let info = ModuleInfo::main(&wasm).expect("it can be read");
        let module = Module::new(&self.engine, &wasm).expect("the engine compiles it");
        let host = host_functions(&self.engine);
        let number = self.parts.len();
        let table_base = self.grow_table(if number == 0 { 0 } else { LIBRARY_SLOTS });
        let (mut imports, mut functions, mut imported_globals) = (Vec::new(), Vec::new(), BTreeMap::new());
        let mut globals = 0;
        for import in module.imports() {
            let (from, name) = (import.module(), import.name());
            match import.ty() {
                ExternType::Func(_) => {
                    let (target, function) = match self.find(name) {
                        _ if from == "host" => {
                            let found = host.get(&mut self.store, from, name).expect("the host has it");
                            (FunctionTarget::Import { module: from.to_owned(), name: name.to_owned() }, found)
                        }
                        Some((part, index)) => {
                            let instance = self.parts[part].instance;
                            let found = instance.get_export(&mut self.store, name).expect("it is exported");
                            (FunctionTarget::Function { part, index }, found)
                        }
                        None => panic!("nobody defines {name}"),
                    };
                    functions.push(target);
                    imports.push(function);
                }
                ExternType::Global(ty) => {
                    let value = match (from, name) {
                        ("env", "__memory_base") => Some(LIBRARY_MEMORY as i32 * number as i32),
                        ("env", "__table_base") => Some(table_base as i32),
                        ("GOT.mem", _) => Some(self.global(name)),
                        ("GOT.func", _) => Some(self.address_of(name)),
                        _ => None,
                    };
                    match value {
                        Some(value) => {
                            imported_globals.insert(globals, value);
                            let global = Global::new(&mut self.store, ty, Val::I32(value)).expect("an i32");
                            imports.push(global.into());
                        }
                        None => imports.push(self.of_main(name)),
                    }
                    globals += 1;
                }
                _ if from == "terrarium" => imports.push(self.of_main(&format!("terrarium.{name}"))),
                _ => imports.push(self.of_main(name)),
            }
        }
        let instance = Instance::new(&mut self.store, &module, &imports).expect("it can be instantiated");
        let prefix = prefix.to_owned();
        self.parts.push(Loaded { wasm, info, instance, functions, imported_globals, prefix });
    }

    /// Returns the first module that exports the function `name`, and its index there.
    fn find(&self, name: &str) -> Option<(usize, u32)> {
        let mut parts = self.parts.iter().enumerate();
        parts.find_map(|(part, loaded)| Some((part, *loaded.info.functions.get(name)?)))
    }

    fn of_main(&mut self, name: &str) -> Extern {
        let main = self.parts[0].instance;
        main.get_export(&mut self.store, name).unwrap_or_else(|| panic!("the main module exports no {name}"))
    }

    fn global(&mut self, name: &str) -> i32 {
        let Extern::Global(global) = self.of_main(name) else { panic!("{name} is no global") };
        global.get(&mut self.store).unwrap_i32()
    }

    fn grow_table(&mut self, slots: u64) -> u64 {
        if slots == 0 {
            return 0;
        }
        let Extern::Table(table) = self.of_main("__indirect_function_table") else { panic!("it is no table") };
        table.grow(&mut self.store, slots, Ref::Func(None)).expect("it can grow")
    }

    /// Gives the function `name` a separate slot.
    pub(crate) fn address_of(&mut self, name: &str) -> i32 {
        let (part, index) = self.find(name).expect("somebody defines it");
        let slot = self.grow_table(1);
        let function = self.parts[part].instance.get_func(&mut self.store, name);
        let Extern::Table(table) = self.of_main("__indirect_function_table") else { panic!("it is no table") };
        table.set(&mut self.store, slot, Ref::Func(function)).expect("the slot is there");
        self.slots.insert(slot as u32, FunctionTarget::Function { part, index });
        slot as i32
    }

    /// Calls a function of the module `part` with one number.
    pub(crate) fn call(&mut self, part: usize, name: &str, argument: i32) -> Outcome {
        let function = self.parts[part].instance.get_func(&mut self.store, name);
        call(&mut self.store, function, name, argument)
    }

    /// Returns the present memory.
    pub(crate) fn memory(&mut self) -> Vec<u8> {
        let Extern::Memory(memory) = self.of_main("memory") else { panic!("it is no memory") };
        memory.data(&self.store).to_vec()
    }

    /// Returns the values that the host received.
    pub(crate) fn notes(&self) -> &[i32] {
        self.store.data()
    }

    /// Merges the guest into one module.
    pub(crate) fn merge(&mut self) -> Result<Vec<u8>, MergeError> {
        let memory = self.memory();
        let Extern::Table(table) = self.of_main("__indirect_function_table") else { panic!("it is no table") };
        let table_size = table.size(&self.store);
        let mut parts = Vec::new();
        for loaded in &self.parts {
            let globals = globals(&mut self.store, loaded.instance);
            parts.push(Part {
                wasm: &loaded.wasm,
                globals,
                imported_globals: loaded.imported_globals.clone(),
                functions: loaded.functions.clone(),
                prefix: loaded.prefix.clone(),
            });
        }
        write(&Merge { parts, memory: &memory, table_size, slots: self.slots.clone() })
    }
}

fn write(merge: &Merge<'_>) -> Result<Vec<u8>, MergeError> {
    let merged = merge.write()?;
    assert_eq!(merge.write().as_ref(), Ok(&merged), "the same input gives the same bytes");
    validate(&merged).expect("the merged module is valid");
    Ok(merged)
}

/// Returns the values of the mutable globals of `instance`.
fn globals(store: &mut Store<Notes>, instance: Instance) -> BTreeMap<u32, GlobalValue> {
    let exports: Vec<_> =
        instance.exports(&mut *store).map(|export| (export.name().to_owned(), export.into_global())).collect();
    let values = exports.into_iter().filter_map(|(name, global)| {
        let index = name.strip_prefix(GLOBAL_EXPORT_PREFIX)?.parse().expect("an index");
        let value = match global?.get(&mut *store) {
            Val::I32(value) => GlobalValue::I32(value),
            Val::I64(value) => GlobalValue::I64(value),
            Val::F32(bits) => GlobalValue::F32(bits),
            Val::F64(bits) => GlobalValue::F64(bits),
            other => panic!("{other:?} is no number"),
        };
        Some((index, value))
    });
    values.collect()
}

fn call(store: &mut Store<Notes>, function: Option<Func>, name: &str, argument: i32) -> Outcome {
    let function = function.unwrap_or_else(|| panic!("there is no {name}"));
    let mut results = [Val::I32(0)];
    match function.call(&mut *store, &[Val::I32(argument)], &mut results) {
        Ok(()) => Outcome::Returned(results[0].unwrap_i32()),
        Err(error) if error.is::<ThrownException>() => {
            store.take_pending_exception().expect("the store holds what was thrown");
            Outcome::Thrown
        }
        Err(error) => Outcome::Trapped(*error.downcast_ref().unwrap_or_else(|| panic!("{error:?}"))),
    }
}

/// A running merged module.
pub(crate) struct Merged {
    wasm: Vec<u8>,
    functions: Vec<FunctionTarget>,
    store: Store<Notes>,
    instance: Instance,
}

impl Merged {
    pub(crate) fn new(wasm: &[u8]) -> Self {
        let engine = engine();
        let module = Module::new(&engine, wasm).expect("the engine compiles it");
        let functions = module.imports().map(|import| {
            assert!(import.ty().func().is_some() && import.module() == "host", "{import:?}");
            FunctionTarget::Import { module: import.module().to_owned(), name: import.name().to_owned() }
        });
        let functions = functions.collect();
        let mut store = Store::new(&engine, Vec::new());
        let instance = host_functions(&engine).instantiate(&mut store, &module).expect("it can be instantiated");
        Self { wasm: wasm.to_owned(), functions, store, instance }
    }

    /// Merges the module again in its present state.
    pub(crate) fn merged_again(&mut self) -> Self {
        let memory = self.memory();
        let table = self.instance.get_table(&mut self.store, "__indirect_function_table").expect("it has a table");
        let part = Part {
            wasm: &self.wasm,
            globals: globals(&mut self.store, self.instance),
            imported_globals: BTreeMap::new(),
            functions: self.functions.clone(),
            prefix: String::new(),
        };
        let table_size = table.size(&self.store);
        let merge = Merge { parts: vec![part], memory: &memory, table_size, slots: BTreeMap::new() };
        Self::new(&write(&merge).expect("a merged guest can be merged"))
    }

    pub(crate) fn call(&mut self, name: &str, argument: i32) -> Outcome {
        let function = self.instance.get_func(&mut self.store, name);
        call(&mut self.store, function, name, argument)
    }

    pub(crate) fn memory(&mut self) -> Vec<u8> {
        let memory = self.instance.get_memory(&mut self.store, "memory").expect("it exports its memory");
        memory.data(&self.store).to_vec()
    }

    pub(crate) fn notes(&self) -> &[i32] {
        self.store.data()
    }
}
