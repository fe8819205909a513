//! The reads with which code can be stopped: they change nothing, and no code continues without them.

use proptest::prelude::*;
use terrarium_wasm::rewrite::{RewriteError, RewriteOptions, SafepointMode, rewrite, validate};
use wasmtime::{Instance, Memory, MemoryType, Module, Store, Trap};

use crate::differential::{program, run_in_engine, run_reference};
use crate::programs::encode;
use crate::support::engine;

pub(crate) fn stoppable(origin: SafepointMode) -> RewriteOptions {
    RewriteOptions { safepoint: Some(origin), ..RewriteOptions::default() }
}

fn rewritten(text: &str, origin: SafepointMode) -> Result<Vec<u8>, RewriteError> {
    let wasm = wat::parse_str(text).expect("the text is a module");
    let rewritten = rewrite(&wasm, &stoppable(origin))?;
    validate(&rewritten).expect("what was rewritten is valid");
    Ok(rewritten)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn programs_with_reads_do_what_they_did(bytes in prop::collection::vec(any::<u8>(), 0..1_500)) {
        let functions = program(&bytes, 4);
        let wasm = rewrite(&encode(&functions), &stoppable(SafepointMode::Define)).expect("a program is rewritten");
        prop_assert_eq!(run_reference(&functions), run_in_engine(&engine(), &wasm, functions.len()));
    }
}

/// Functions that end by themselves and functions that do not, as far as their instructions show.
const FUNCTIONS: &str = r#"
    (type $nothing (func (result i32)))
    (table 1 funcref)
    (elem (i32.const 0) func $seven)
    (func $seven (export "leaf") (result i32) (if (result i32) (i32.const 1) (then (i32.const 7)) (else (i32.const 8))))
    (func (export "loops") (result i32) (local $n i32)
        (i32.const 9)
        (loop (param i32) (result i32)
            (local.set $n (i32.add (local.get $n) (i32.const 1)))
            (br_if 0 (i32.lt_u (local.get $n) (i32.const 3)))))
    (func (export "calls") (result i32) (call $seven))
    (func (export "calls_a_reference") (result i32) (call_ref $nothing (ref.func $seven)))
    (func (export "calls_a_slot") (result i32) (call_indirect (type $nothing) (i32.const 0)))
    (func (export "calls_last") (result i32) (return_call $seven))
    (func (export "calls_a_reference_last") (result i32) (return_call_ref $nothing (ref.func $seven)))
    (func (export "calls_a_slot_last") (result i32) (return_call_indirect (type $nothing) (i32.const 0)))
    (func (export "loops_in_a_try") (result i32)
        loop try nop catch_all br 1 end end i32.const 7)
    (global $left (mut i32) (i32.const 2))
    (func $ends (result i32) (if (result i32) (global.get $left)
        (then (global.set $left (i32.sub (global.get $left) (i32.const 1))) (i32.const 0))
        (else (global.set $left (i32.const 2)) (i32.const 1))))
    (func $itself (export "calls_itself") (result i32)
        (if (result i32) (call $ends) (then (i32.const 7)) (else (call $itself))))
    (func $one (export "calls_one_that_calls_it") (result i32)
        (if (result i32) (call $ends) (then (i32.const 7)) (else (call $other))))
    (func $other (result i32) (call $one))
    (func $last (export "calls_itself_last") (result i32)
        (if (call $ends) (then (return (i32.const 7)))) (return_call $last))
    (func (export "fills_a_table") (result i32)
        (table.fill (i32.const 0) (ref.func $seven) (i32.const 1)) (i32.const 7))
    (func (export "catches") (result i32) try call $thrower catch_all end i32.const 7)
    (tag $tag)
    (func $thrower (throw $tag))"#;

const READING: [(&str, i32); 11] = [
    ("loops", 9),
    ("calls_a_reference", 7),
    ("calls_a_slot", 7),
    ("calls_a_reference_last", 7),
    ("calls_a_slot_last", 7),
    ("loops_in_a_try", 7),
    ("calls_itself", 7),
    ("calls_one_that_calls_it", 7),
    ("calls_itself_last", 7),
    ("fills_a_table", 7),
    ("catches", 7),
];
const NOT_READING: [&str; 3] = ["leaf", "calls", "calls_last"];

fn call(wasm: &[u8], name: &str) -> Result<i32, Option<Trap>> {
    let engine = engine();
    let module = Module::new(&engine, wasm).expect("the engine compiles the module");
    let mut store = Store::new(&engine, ());
    let instance = Instance::new(&mut store, &module, &[]).expect("the module can be instantiated");
    let function = instance.get_typed_func::<(), i32>(&mut store, name).expect("the module exports it");
    function.call(&mut store, ()).map_err(|error| error.downcast_ref().copied())
}

/// Returns the module `wasm`, which has no other memory, with an empty memory instead of the page: every read traps.
pub(crate) fn without_the_page(wasm: &[u8]) -> Vec<u8> {
    let memory = [5, 4, 1, 1, 1, 1];
    let at = wasm.windows(6).position(|bytes| bytes == memory).expect("a memory section: 1 to 1 pages");
    let mut without = wasm.to_vec();
    without[at..at + 6].copy_from_slice(&[5, 4, 1, 1, 0, 0]);
    without
}

#[test]
fn every_loop_every_cycle_of_calls_and_every_unknown_call_reads_the_page() {
    let wasm = rewritten(&format!("(module {FUNCTIONS})"), SafepointMode::Define).unwrap();
    let without = without_the_page(&wasm);
    for (name, result) in READING {
        assert_eq!(call(&wasm, name), Ok(result), "{name}");
        assert_eq!(call(&without, name), Err(Some(Trap::MemoryOutOfBounds)), "{name}");
    }
    for name in NOT_READING {
        assert_eq!(call(&without, name), Ok(7), "{name}: it ends by itself");
    }
}

#[test]
fn the_main_module_exports_its_page_after_its_own_memories() {
    let text = r#"(module (memory (export "memory") 2) (data (i32.const 0) "\05")
        (func (export "first") (result i32) (loop) (i32.load8_u (i32.const 0))))"#;
    let wasm = rewritten(text, SafepointMode::Define).unwrap();
    assert_eq!(call(&wasm, "first"), Ok(5));
    let module = Module::new(&engine(), &wasm).unwrap();
    let page = module.get_export("terrarium.safepoint").and_then(|export| export.memory().cloned()).unwrap();
    assert_eq!((page.minimum(), page.maximum()), (1, Some(1)));
    assert_eq!(module.get_export("memory").and_then(|export| export.memory().cloned()).unwrap().minimum(), 2);
}

#[test]
fn a_page_that_is_not_read_changes_no_code() {
    let text = format!("(module {FUNCTIONS})");
    let read = rewritten(&text, SafepointMode::Define).unwrap();
    let unread = rewritten(&text, SafepointMode::DefineUnread).unwrap();
    let plain = rewrite(&wat::parse_str(&text).unwrap(), &RewriteOptions::default()).unwrap();
    let code = |wasm: &[u8]| {
        let payloads = wasmparser::Parser::new(0).parse_all(wasm).map(Result::unwrap);
        let bodies = payloads.filter_map(|payload| match payload {
            wasmparser::Payload::CodeSectionEntry(body) => Some(body.as_bytes().to_vec()),
            _ => None,
        });
        bodies.collect::<Vec<_>>()
    };
    assert_eq!(code(&unread), code(&plain));
    assert_ne!(code(&read), code(&plain));
    let module = Module::new(&engine(), &unread).unwrap();
    assert!(module.get_export("terrarium.safepoint").is_some_and(|export| export.memory().is_some()));
}

#[test]
fn a_side_module_imports_the_page_after_its_other_imports() {
    for memory in ["", r#"(import "env" "memory" (memory 1))"#] {
        let text = format!(r#"(module {memory} (import "env" "f" (func $imported)) {FUNCTIONS})"#);
        let wasm = rewritten(&text, SafepointMode::Import).unwrap();
        let engine = engine();
        let module = Module::new(&engine, &wasm).unwrap();
        let last = module.imports().last().unwrap();
        assert_eq!((last.module(), last.name()), ("terrarium", "safepoint"));
        let mut store = Store::new(&engine, ());
        let page = Memory::new(&mut store, MemoryType::new(1, Some(1))).unwrap();
        let memory = Memory::new(&mut store, MemoryType::new(1, None)).unwrap();
        let imported = wasmtime::Func::wrap(&mut store, || ());
        let mut imports = vec![imported.into(), page.into()];
        if module.imports().len() == 3 {
            imports.insert(0, memory.into());
        }
        let instance = Instance::new(&mut store, &module, &imports).unwrap();
        for (name, result) in READING {
            let function = instance.get_typed_func::<(), i32>(&mut store, name).unwrap();
            assert_eq!(function.call(&mut store, ()).unwrap(), result, "{name}");
        }
    }
    let module = Module::new(&engine(), rewritten("(module (func (loop)))", SafepointMode::Import).unwrap()).unwrap();
    assert_eq!(module.imports().len(), 1, "a module without imports gets one");
}

#[test]
fn a_module_cannot_have_the_page_itself() {
    let reserved = [
        (SafepointMode::Define, r#"(memory (export "terrarium.safepoint") 1)"#),
        (SafepointMode::Import, r#"(import "terrarium" "safepoint" (memory 1 1))"#),
        (SafepointMode::Import, r#"(import "env" "terrarium.safepoint" (memory 1 1))"#),
    ];
    for (origin, field) in reserved {
        let error = rewritten(&format!("(module {field})"), origin).expect_err("the name is kept");
        assert!(matches!(&error, RewriteError::Reserved { .. }), "{error}");
    }
    let error = rewritten("(module (memory 1))", SafepointMode::Import).expect_err("a memory of its own");
    assert!(matches!(error, RewriteError::OwnMemory), "{error}");
}

#[test]
fn the_reads_can_be_added_to_a_module_that_has_been_translated_already() {
    let wasm = wat::parse_str(format!("(module {FUNCTIONS})")).unwrap();
    let at_once = rewrite(&wasm, &stoppable(SafepointMode::Define)).unwrap();
    let later =
        rewrite(&rewrite(&wasm, &RewriteOptions::default()).unwrap(), &stoppable(SafepointMode::Define)).unwrap();
    assert_eq!(at_once, later);
}
