//! Tests of splitting: a split library does what the library does.

use wasmtime::{
    Caller, Engine, Extern, ExternType, Func, Global, GlobalType, Instance, Memory, MemoryType, Module, Mutability,
    Ref, RefType, Result, Store, Table, TableType, Val, ValType, format_err,
};

use super::*;

/// A library with calls in all directions, a separate global, and functions with addresses.
const LIBRARY: &str = r#"(module
    (type $binary (func (param i32 i32) (result i32)))
    (type $unary (func (param i32) (result i32)))
    (type $unused (func (param f64 f64 f64)))
    (import "env" "host" (func $host (param i32) (result i32)))
    (import "env" "table" (table $table 8 funcref))
    (import "env" "memory" (memory 1))
    (import "env" "base" (global $base i32))
    (import "env" "unused" (func $other (param f64)))
    (global $count (mut i32) (i32.const 7))
    (func $start (global.set $count (i32.const 100)))
    (func $small (type $unary) (i32.add (local.get 0) (i32.const 1)))
    (func $large (type $unary) (local i64)
        (global.set $count (i32.add (global.get $count) (i32.const 1)))
        (call $host (call $middle (call $small (local.get 0)) (global.get $base))) PADDING)
    (func $middle (type $binary)
        (i32.store (i32.const 16) (local.get 0))
        (i32.add (i32.mul (local.get 0) (local.get 1)) (call_indirect (type $unary) (local.get 0) (i32.const 3)))
        PADDING)
    (func $addressed (type $unary)
        (i32.add (call $last (local.get 0)) (i32.load (i32.const 16))) PADDING)
    (func $last (type $unary) (i32.xor (local.get 0) (global.get $count)) PADDING)
    (func $recursive (type $unary)
        (if (result i32) (i32.eqz (local.get 0)) (then (i32.const 0))
            (else (i32.add (call $addressed (local.get 0)) (call $recursive (i32.sub (local.get 0) (i32.const 1))))))
        PADDING)
    (func (export "run") (type $unary) (call $large (local.get 0)))
    (func (export "deep") (type $unary) (call $recursive (local.get 0)))
    (func (export "by_address") (type $unary) (call_indirect (type $unary) (local.get 0) (i32.const 2)))
    (export "terrarium.global.1" (global $count))
    (start $start)
    (elem (i32.const 1) func $host $addressed $last)
    (data (i32.const 32) "data"))"#;

/// Returns the library, whose functions have at least `padding` bytes.
fn library(padding: usize) -> Vec<u8> {
    let text = LIBRARY.replace("PADDING", &"(drop (i32.const 1000000))".repeat(padding));
    wat::parse_str(text).unwrap()
}

/// An instance of the library and the number of parts that were loaded for it.
struct Loaded {
    store: Store<usize>,
    instance: Instance,
    memory: Memory,
}

/// Instantiates the library: whole, or split.
fn load(wasm: &[u8], split: Option<SplitModule>) -> Loaded {
    let engine = Engine::default();
    let mut store = Store::new(&engine, 0);
    let table = Table::new(&mut store, TableType::new(RefType::FUNCREF, 8, None), Ref::Func(None)).unwrap();
    let memory = Memory::new(&mut store, MemoryType::new(1, None)).unwrap();
    let base = GlobalType::new(ValType::I32, Mutability::Const);
    let base = Global::new(&mut store, base, Val::I32(3)).unwrap();
    let host = Func::wrap(&mut store, |x: i32| x.wrapping_mul(10));
    let unused = Func::wrap(&mut store, |_: f64| ());
    let shared = move |name: &str| -> Extern {
        match name {
            "host" => host.into(),
            "table" => table.into(),
            "memory" => memory.into(),
            "base" => base.into(),
            "unused" => unused.into(),
            other => panic!("{other}"),
        }
    };
    let root = split.as_ref().map_or_else(|| wasm.to_vec(), |split| split.root().unwrap());
    let module = Module::new(&engine, &root).unwrap();
    let mut imports: Vec<Extern> = Vec::new();
    let slots = split.as_ref().map_or(0, SplitModule::slots);
    let functions = Table::new(&mut store, TableType::new(RefType::FUNCREF, slots, None), Ref::Func(None)).unwrap();
    let place = std::sync::Arc::new(std::sync::OnceLock::<(Instance, Vec<Extern>)>::new());
    let of_root = std::sync::Arc::clone(&place);
    let loaded = Func::wrap(&mut store, move |mut caller: Caller<'_, usize>, slot: u32| -> Result<()> {
        let split = split.as_ref().ok_or_else(|| format_err!("not split"))?;
        let (root, imports) = of_root.get().ok_or_else(|| format_err!("no root"))?;
        let part = split.part_of(slot).ok_or_else(|| format_err!("the root has it"))?;
        let (wasm, given) = split.part(part)?;
        let module = Module::new(caller.engine(), &wasm)?;
        let mut own = Vec::new();
        for import in given {
            own.push(match import {
                PartImport::Root(place) => imports[place].clone(),
                PartImport::Global(name) => root.get_export(&mut caller, &name).unwrap(),
            });
        }
        *caller.data_mut() += 1;
        Instance::new(&mut caller, &module, &own).map(drop)
    });
    for import in module.imports() {
        imports.push(match (import.module(), import.ty()) {
            (PARTS, ExternType::Table(_)) => functions.into(),
            (PARTS, _) => loaded.into(),
            _ => shared(import.name()),
        });
    }
    let instance = Instance::new(&mut store, &module, &imports).unwrap();
    assert!(place.set((instance, imports)).is_ok());
    Loaded { store, instance, memory }
}

impl Loaded {
    fn call(&mut self, name: &str, argument: i32) -> i32 {
        let function = self.instance.get_typed_func::<i32, i32>(&mut self.store, name).unwrap();
        function.call(&mut self.store, argument).unwrap()
    }
}

#[test]
fn a_split_library_does_what_the_library_does() {
    for padding in [20, 2_000] {
        let wasm = library(padding);
        for needed in [&(|_| false) as &dyn Fn(u32) -> bool, &|position| position % 2 == 0, &|_| true] {
            let split = SplitModule::new(wasm.clone(), needed).unwrap();
            let parts = split.parts();
            let (mut whole, mut split) = (load(&wasm, None), load(&wasm, Some(split)));
            for (name, argument) in
                [("by_address", 5), ("run", 4), ("run", -9), ("deep", 30), ("by_address", 1 << 20), ("deep", 3)]
            {
                assert_eq!(split.call(name, argument), whole.call(name, argument), "{name} {argument} {padding}");
            }
            let memory = |loaded: &Loaded| loaded.memory.data(&loaded.store)[..64].to_vec();
            assert_eq!(memory(&split), memory(&whole));
            assert!(*split.store.data() == parts, "each part is loaded once");
        }
    }
}

#[test]
fn a_part_is_loaded_when_one_of_its_functions_is_called() {
    let wasm = library(2_000);
    let split = SplitModule::new(wasm.clone(), &|_| false).unwrap();
    assert_eq!(split.parts(), 5);
    let mut loaded = load(&wasm, Some(split));
    assert_eq!(*loaded.store.data(), 0);
    loaded.call("by_address", 1);
    // `addressed` and `last`.
    assert_eq!(*loaded.store.data(), 2);
    loaded.call("run", 1);
    assert_eq!(*loaded.store.data(), 4);
}

#[test]
fn a_library_that_cannot_be_shared_is_refused() {
    for (text, reason) in [
        ("(module (memory 1))", "memories"),
        ("(module (table 1 funcref))", "tables"),
        ("(module (tag))", "tags"),
        ("(module (type (struct)))", "types"),
        ("(module (rec (type (func)) (type (func))))", "types"),
    ] {
        let error = SplitModule::new(wat::parse_str(text).unwrap(), &|_| false).unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }
    assert!(SplitModule::new(b"text".to_vec(), &|_| false).is_err());
}
