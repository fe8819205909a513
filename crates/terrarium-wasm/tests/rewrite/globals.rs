//! Mutable globals that become exports.

use proptest::prelude::*;
use terrarium_wasm::rewrite::{RewriteError, RewriteOptions, rewrite, validate};
use wasmtime::{Global, GlobalType, Instance, Module, Mutability, Store, Val, ValType};

use crate::differential::program;
use crate::programs::{FUEL, encode};
use crate::support::{Running, engine};

fn exporting() -> RewriteOptions {
    RewriteOptions { export_globals: true, ..RewriteOptions::default() }
}

#[test]
fn mutable_globals_of_the_module_itself_are_exported_under_their_index() {
    let wasm = wat::parse_str(
        r#"(module
            (import "env" "shared" (global (mut i32)))
            (global $constant i32 (i32.const 1))
            (global $state (mut i64) (i64.const 7))
            (global $named (export "named") (mut f32) (f32.const 2.5))
            (export "terrarium.global.3" (global $named))
            (elem declare func $next)
            (func $next (export "next") (global.set $state (i64.add (global.get $state) (i64.const 1)))))"#,
    )
    .unwrap();
    let rewritten = rewrite(&wasm, &exporting()).unwrap();
    validate(&rewritten).unwrap();
    let engine = engine();
    let module = Module::new(&engine, &rewritten).unwrap();
    let names: Vec<_> = module.exports().map(|export| export.name()).collect();
    assert_eq!(names, ["named", "terrarium.global.3", "next", "terrarium.global.2"]);
    let mut store = Store::new(&engine, ());
    let ty = GlobalType::new(ValType::I32, Mutability::Var);
    let shared = Global::new(&mut store, ty, Val::I32(0)).unwrap();
    let instance = Instance::new(&mut store, &module, &[shared.into()]).unwrap();
    let state = instance.get_global(&mut store, "terrarium.global.2").unwrap();
    instance.get_typed_func::<(), ()>(&mut store, "next").unwrap().call(&mut store, ()).unwrap();
    assert_eq!(state.get(&mut store).i64(), Some(8));
    assert_eq!(rewrite(&rewritten, &exporting()).unwrap(), rewritten, "nothing is left to be exported");
}

#[test]
fn a_module_without_exports_gets_some_and_one_without_mutable_globals_stays() {
    let wasm = wat::parse_str("(module (global (mut i32) (i32.const 1)) (func))").unwrap();
    let rewritten = rewrite(&wasm, &exporting()).unwrap();
    assert_eq!(Running::new(&engine(), &rewritten).global("terrarium.global.0"), 1);
    let wasm = wat::parse_str("(module (global i32 (i32.const 1)))").unwrap();
    assert_eq!(rewrite(&wasm, &exporting()).unwrap(), wasm);
}

#[test]
fn a_module_that_uses_such_a_name_for_something_else_is_refused() {
    for export in [
        r#"(func (export "terrarium.global.0"))"#,
        r#"(export "terrarium.global.1" (global $mutable))"#,
        r#"(export "terrarium.global.1" (global $constant))"#,
    ] {
        let text =
            format!("(module (global $mutable (mut i32) i32.const 0) (global $constant i32 i32.const 0) {export})");
        let error = rewrite(&wat::parse_str(&text).unwrap(), &exporting()).expect_err("the name is taken");
        assert!(matches!(&error, RewriteError::Reserved { how: "exports", .. }), "{error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 50, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn added_exports_hold_what_the_globals_hold(bytes in prop::collection::vec(any::<u8>(), 0..800), argument: i32) {
        let functions = program(&bytes, 2);
        let rewritten = rewrite(&encode(&functions), &exporting()).expect("a generated program is rewritten");
        let mut running = Running::new(&engine(), &rewritten);
        running.set_global("fuel", FUEL);
        for name in ["f0", "f1"] {
            running.call(name, &[argument]);
            prop_assert_eq!(running.global("hash"), running.global("terrarium.global.0"));
            prop_assert_eq!(running.global("fuel"), running.global("terrarium.global.1"));
        }
    }
}
