//! A library's imports of functions that it defines itself, which become direct calls.

use std::{collections::BTreeSet, sync::Arc};

use terrarium_wasm::rewrite::{RewriteOptions, rewrite, validate};
use wasmtime::{Func, Instance, Module, Store};

use crate::support::engine;

/// Imports four functions that it exports itself, and one that it does not.
const LIBRARY: &str = r#"(module
    (@dylink.0 (mem-info (memory 0 0) (table 3 0)))
    (type $number (func (result i32)))
    (import "env" "weak" (func $weak_import (result i32)))
    (import "env" "shared" (func $shared_import (result i32)))
    (import "env" "other" (func $other (result i32)))
    (import "env" "differs" (func $differs_import (result i32)))
    (import "else" "weak" (func $elsewhere (result i32)))
    (table $table (export "table") 3 funcref)
    (global $reference funcref (ref.func $weak_import))
    (elem (i32.const 0) func $weak_import $shared_import $weak)
    (func $weak (export "weak") (result i32) i32.const 1)
    (func $shared (export "shared") (result i32) i32.const 2)
    (func $differs (export "differs") (result i64) i64.const 3)
    (export "again" (func $other))
    (func (export "call_weak") (result i32) call $weak_import)
    (func (export "tail_weak") (result i32) return_call $weak_import)
    (func (export "call_shared") (result i32) call $shared_import)
    (func (export "call_other") (result i32) call $other)
    (func (export "call_differs") (result i32) call $differs_import)
    (func (export "call_elsewhere") (result i32) call $elsewhere)
    (func (export "reference") (result i32) (call_ref $number (ref.cast (ref $number) (global.get $reference))))
    (func (export "slot") (param i32) (result i32) (call_indirect (type $number) (local.get 0)))
    (func (export "caught") (result i32)
        try (result i32) call $weak_import catch_all i32.const 9 end))"#;

#[test]
fn a_library_calls_its_own_functions_and_others_where_they_are_defined() {
    let wasm = wat::parse_str(LIBRARY).unwrap();
    let elsewhere = Arc::new(BTreeSet::from(["shared".to_owned()]));
    let options = RewriteOptions { own: Some(elsewhere), ..RewriteOptions::default() };
    let rewritten = rewrite(&wasm, &options).unwrap();
    validate(&rewritten).unwrap();
    let engine = engine();
    let module = Module::new(&engine, &rewritten).unwrap();
    let mut store = Store::new(&engine, ());
    // The return values identify the imports: 10, 11, 12, ...
    let imports: Vec<_> =
        (0..module.imports().len() as i32).map(|n| Func::wrap(&mut store, move || 10 + n).into()).collect();
    let instance = Instance::new(&mut store, &module, &imports).unwrap();
    let mut call =
        |name: &str| instance.get_typed_func::<(), i32>(&mut store, name).unwrap().call(&mut store, ()).unwrap();
    for name in ["call_weak", "tail_weak", "reference", "caught"] {
        assert_eq!(call(name), 1, "{name}");
    }
    assert_eq!(call("call_shared"), 11, "the main module defines it");
    assert_eq!(call("call_other"), 12);
    assert_eq!(call("again"), 12, "an import that is exported stays one");
    assert_eq!(call("call_differs"), 13, "of another type, so it is another function");
    assert_eq!(call("call_elsewhere"), 14, "another module's");
    let slot = instance.get_typed_func::<i32, i32>(&mut store, "slot").unwrap();
    let slots: Vec<i32> = (0..3).map(|n| slot.call(&mut store, n).unwrap()).collect();
    assert_eq!(slots, [1, 11, 1]);
}

#[test]
fn without_the_option_the_imports_stay() {
    let wasm = wat::parse_str(r#"(module (import "env" "f" (func $f)) (func (export "f")) (func call $f))"#).unwrap();
    assert_eq!(rewrite(&wasm, &RewriteOptions::default()).unwrap(), wasm);
}
