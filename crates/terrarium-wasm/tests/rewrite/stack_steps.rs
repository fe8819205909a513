//! Functions that check the depth of recursion, and the part of the stack in memory that they take.

use terrarium_wasm::rewrite::{RewriteOptions, rewrite, validate};

use crate::support::{Outcome, Running, engine};

/// The bound is at offset 700 of the structure at 0. `depth` counts the levels until the check fails.
const MAIN: &str = r#"(module
    (memory (export "memory") 1)
    (global $stack (export "__stack_pointer") (mut i32) (i32.const 60000))
    (global $levels (export "levels") (mut i32) (i32.const 0))
    (type $one (func (param i32) (result i32)))
    (table funcref (elem $tail))
    (func (export "_Py_ReachedRecursionLimitWithMargin") (param i32 i32) (result i32)
        (i32.lt_u (global.get $stack) (i32.load offset=700 (local.get 0))))
    (func (export "set_bound") (param i32) (i32.store offset=700 (i32.const 0) (local.get 0)))
    (func $bare (export "bare") (param i32) (result i32)
        (if (i32.lt_u (global.get $stack) (i32.load offset=700 (i32.const 0))) (then (return (i32.const 7))))
        (global.set $levels (i32.add (global.get $levels) (i32.const 1)))
        (block (br_if 0 (local.get 0)) (return (call $bare (local.get 0))))
        (call $bare (local.get 0)))
    (func $framed (export "framed") (param i32) (result i32) (local $frame i32)
        (local.set $frame (i32.sub (global.get $stack) (i32.const 64)))
        (global.set $stack (local.get $frame))
        (if (i32.ge_u (local.get $frame) (i32.load offset=700 (i32.const 0)))
            (then
                (global.set $levels (i32.add (global.get $levels) (i32.const 1)))
                (drop (call $framed (local.get 0)))))
        (global.set $stack (i32.add (local.get $frame) (i32.const 64)))
        i32.const 8)
    (func $large (export "large") (param i32) (result i32) (local $frame i32)
        (local.set $frame (i32.sub (global.get $stack) (i32.const 4096)))
        (drop (i32.load offset=700 (i32.const 0)))
        (global.set $levels (global.get $stack))
        i32.const 9)
    (func $tail (export "tail") (param i32) (result i32)
        (drop (i32.lt_u (global.get $stack) (i32.load offset=700 (i32.const 0))))
        (global.set $levels (global.get $stack))
        (if (i32.eqz (local.get 0)) (then (return (i32.const 10))))
        (return_call_indirect (type $one) (i32.sub (local.get 0) (i32.const 1)) (i32.const 0)))
    (func (export "unchecked") (param i32) (result i32)
        (global.set $levels (global.get $stack))
        i32.const 11)
    (func (export "nothing") (drop (i32.lt_u (global.get $stack) (i32.load offset=700 (i32.const 0)))) return))"#;

fn running(wat: &str) -> Running {
    let options = RewriteOptions { stack_steps: true, ..RewriteOptions::default() };
    let rewritten = rewrite(&wat::parse_str(wat).unwrap(), &options).unwrap();
    validate(&rewritten).unwrap();
    Running::new(&engine(), &rewritten)
}

/// Calls a function with a bound 25,600 bytes below the stack's top, and returns the global `levels`.
fn levels(name: &str, argument: i32, result: i64) -> i64 {
    let mut running = running(MAIN);
    running.call("set_bound", &[60_000 - 25_600]);
    assert_eq!(running.call(name, &[argument]), Outcome::Returned(vec![result]), "{name}");
    assert_eq!(running.global("__stack_pointer"), 60_000, "{name} gives back what it took");
    running.global("levels")
}

#[test]
fn a_function_without_variables_in_memory_reaches_the_bound_after_steps() {
    assert_eq!(levels("bare", 0, 7), 100);
    assert_eq!(levels("bare", 1, 7), 100);
}

#[test]
fn variables_in_memory_are_a_part_of_the_step() {
    assert_eq!(levels("framed", 0, 8), 100);
}

#[test]
fn functions_with_more_variables_or_without_a_check_stay_as_they_are() {
    assert_eq!(levels("large", 0, 9), 60_000);
    assert_eq!(levels("unchecked", 0, 11), 60_000);
}

#[test]
fn a_tail_call_gives_back_the_step_first() {
    assert_eq!(levels("tail", 50, 10), 60_000 - 256);
}

#[test]
fn a_function_without_results_gives_back_its_step() {
    let mut running = running(MAIN);
    assert_eq!(running.call("nothing", &[]), Outcome::Returned(vec![]));
    assert_eq!(running.global("__stack_pointer"), 60_000);
}

#[test]
fn a_library_takes_a_step_where_it_calls_the_check() {
    let library = r#"(module
        (import "env" "other" (func $other (result i32)))
        (import "env" "Py_EnterRecursiveCall" (func $enter (param i32) (result i32)))
        (import "env" "__stack_pointer" (global $stack (mut i32)))
        (func (export "checked") (result i32) (drop (call $enter (i32.const 0))) global.get $stack)
        (func (export "unchecked") (result i32) (drop (call $other)) global.get $stack))"#;
    let options = RewriteOptions { stack_steps: true, ..RewriteOptions::default() };
    let rewritten = rewrite(&wat::parse_str(library).unwrap(), &options).unwrap();
    let engine = engine();
    let module = wasmtime::Module::new(&engine, &rewritten).unwrap();
    let mut store = wasmtime::Store::new(&engine, ());
    let other = wasmtime::Func::wrap(&mut store, || 0);
    let enter = wasmtime::Func::wrap(&mut store, |_: i32| 0);
    let ty = wasmtime::GlobalType::new(wasmtime::ValType::I32, wasmtime::Mutability::Var);
    let stack = wasmtime::Global::new(&mut store, ty, wasmtime::Val::I32(5000)).unwrap();
    let imports = [other.into(), enter.into(), stack.into()];
    let instance = wasmtime::Instance::new(&mut store, &module, &imports).unwrap();
    let mut call =
        |name: &str| instance.get_typed_func::<(), i32>(&mut store, name).unwrap().call(&mut store, ()).unwrap();
    assert_eq!([call("checked"), call("unchecked")], [5000 - 256, 5000]);
    assert_eq!(stack.get(&mut store).i32(), Some(5000));
}

#[test]
fn a_module_without_a_stack_or_a_check_stays_as_it_is() {
    for wat in [
        "(module (func (drop (i32.load offset=700 (i32.const 0)))) (memory 1))",
        r#"(module (global (export "__stack_pointer") (mut i32) (i32.const 9)) (func (drop (global.get 0))))"#,
    ] {
        let wasm = wat::parse_str(wat).unwrap();
        let options = RewriteOptions { stack_steps: true, ..RewriteOptions::default() };
        assert_eq!(rewrite(&wasm, &options).unwrap(), wasm);
    }
}
