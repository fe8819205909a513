//! An engine in the sandbox's configuration, and the paths of the test inputs.

use std::path::PathBuf;

use terrarium_wasm::rewrite::{RewriteOptions, rewrite};
use wasmtime::{Config, Engine, ExternType, Instance, Module, Store, Tag, ThrownException, Val};

/// Makes an engine that accepts standard exceptions.
pub(crate) fn engine() -> Engine {
    let mut config = Config::new();
    config.wasm_exceptions(true).wasm_function_references(true).wasm_gc(true);
    Engine::new(&config).expect("the engine has this configuration")
}

/// Returns the guest's main module as its toolchain wrote it, which set-up keeps.
pub(crate) fn guest_module() -> Vec<u8> {
    let path = repository().join("terrarium-runtime/downloads/pyodide.asm.wasm");
    std::fs::read(&path)
        .unwrap_or_else(|error| panic!("cannot read {}: {error}; run `cargo xtask setup`", path.display()))
}

/// Returns the root of the repository.
pub(crate) fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The outcome of a call of an exported function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Its results.
    Returned(Vec<i64>),
    /// The exported name of the tag of an uncaught exception, and its values.
    Thrown(String, Vec<i64>),
}

/// An instance of a module that imports nothing.
pub(crate) struct Running {
    store: Store<()>,
    instance: Instance,
    tags: Vec<(String, Tag)>,
}

impl Running {
    /// Compiles and instantiates `wasm`.
    pub(crate) fn new(engine: &Engine, wasm: &[u8]) -> Self {
        let module = Module::new(engine, wasm).expect("the engine compiles the module");
        let mut store = Store::new(engine, ());
        let instance = Instance::new(&mut store, &module, &[]).expect("the module can be instantiated");
        let mut names: Vec<String> = module
            .exports()
            .filter(|export| matches!(export.ty(), ExternType::Tag(_)))
            .map(|export| export.name().to_owned())
            .collect();
        names.sort();
        let tags = names
            .into_iter()
            .filter_map(|name| Some((instance.get_tag(&mut store, &name)?, name)))
            .map(|(tag, name)| (name, tag))
            .collect();
        Self { store, instance, tags }
    }

    /// Calls the export `name` with `arguments`.
    pub(crate) fn call(&mut self, name: &str, arguments: &[i32]) -> Outcome {
        let function =
            self.instance.get_func(&mut self.store, name).unwrap_or_else(|| panic!("the module exports {name}"));
        let arguments: Vec<Val> = arguments.iter().copied().map(Val::I32).collect();
        let count = function.ty(&self.store).results().len();
        let mut results = vec![Val::I32(0); count];
        match function.call(&mut self.store, &arguments, &mut results) {
            Ok(()) => Outcome::Returned(results.iter().map(integer).collect()),
            Err(error) => {
                assert!(error.is::<ThrownException>(), "{name} failed: {error:?}");
                self.thrown()
            }
        }
    }

    fn thrown(&mut self) -> Outcome {
        let exception = self.store.take_pending_exception().expect("the store holds what was thrown");
        let tag = exception.tag(&mut self.store).expect("it has a tag");
        let values = exception.fields(&mut self.store).expect("it has fields").map(|value| integer(&value)).collect();
        let name =
            self.tags.iter().find(|(_, known)| Tag::eq(known, &tag, &self.store)).map_or("unknown", |(name, _)| name);
        Outcome::Thrown(name.to_owned(), values)
    }

    /// Returns the value of the exported global `name`.
    pub(crate) fn global(&mut self, name: &str) -> i64 {
        let global =
            self.instance.get_global(&mut self.store, name).unwrap_or_else(|| panic!("the module exports {name}"));
        integer(&global.get(&mut self.store))
    }

    /// Sets the exported global `name`, a 64-bit one.
    pub(crate) fn set_global(&mut self, name: &str, value: i64) {
        let global =
            self.instance.get_global(&mut self.store, name).unwrap_or_else(|| panic!("the module exports {name}"));
        global.set(&mut self.store, Val::I64(value)).expect("the global is mutable");
    }
}

fn integer(value: &Val) -> i64 {
    match value {
        Val::I32(value) => i64::from(*value),
        Val::I64(value) => *value,
        other => panic!("{other:?} is no integer"),
    }
}

/// Translates the module with the text `wat` and instantiates the result.
pub(crate) fn translated(wat: &str) -> Running {
    let wasm = wat::parse_str(wat).expect("the text is a module");
    let rewritten = rewrite(&wasm, &RewriteOptions::default()).expect("the module is translated");
    Running::new(&engine(), &rewritten)
}
