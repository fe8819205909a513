//! Functions that become calls of imports, and the indices that shift because of it.

use terrarium_wasm::rewrite::{Redirect, RewriteError, RewriteOptions, rewrite, validate};
use wasmparser::{KnownCustom, Name, Parser, Payload};
use wasmtime::{Instance, Linker, Module, Store};

use crate::support::engine;

/// Every place that can name a function names one here: `$plain` comes after the redirected ones.
const MODULE: &str = r#"(module $guest
    (type $binary (func (param i32 i32) (result i32)))
    (type $unary (func (param i32) (result i32)))
    (import "env" "before" (func $before (param i32) (result i32)))
    (import "env" "number" (global $number i32))
    (table $table (export "table") 4 funcref)
    (table $initial (export "initial") 1 1 (ref $unary) (ref.func $plain))
    (memory (export "memory") 1)
    (tag $tag (param i32))
    (global $started (export "started") (mut i32) (i32.const 0))
    (global $reference (export "reference") funcref (ref.func $plain))
    (export "add" (func $add))
    (export "add_too" (func $add))
    (export "nothing" (func $nothing))
    (export "before" (func $before))
    (export "plain" (func $plain))
    (start $start)
    (elem (table $table) (i32.const 0) func $add $plain $before)
    (elem (table $table) (i32.const 3) (ref null $unary) (ref.func $plain))
    (elem declare func $plain $declared)
    (func $add (type $binary) (param $left i32) (param $right i32) (result i32)
        (local $sum i32)
        (local.set $sum (i32.add (local.get $left) (local.get $right)))
        (local.get $sum))
    (func $plain (type $unary) (i32.add (local.get 0) (i32.const 1)))
    (func $nothing (nop))
    (func $declared (type $unary) (local.get 0))
    (func $start (global.set $started (call $plain (i32.const 6))))
    (func (export "direct") (param i32) (result i32)
        (call $nothing)
        (call $add (call $plain (local.get 0)) (call $before (local.get 0))))
    (func (export "tail") (param i32) (result i32)
        (return_call $plain (local.get 0)))
    (func (export "through_table") (param i32) (result i32)
        (call_indirect (type $binary) (i32.const 10) (local.get 0) (i32.const 0)))
    (func (export "plain_through_table") (param i32) (result i32)
        (call_indirect (type $unary) (local.get 0) (i32.const 1)))
    (func (export "import_through_table") (param i32) (result i32)
        (call_indirect (type $unary) (local.get 0) (i32.const 2)))
    (func (export "last_of_table") (param i32) (result i32)
        (call_indirect (type $unary) (local.get 0) (i32.const 3)))
    (func (export "through_reference") (param i32) (result i32)
        (call_ref $unary (local.get 0) (ref.func $plain)))
    (func (export "through_initial") (param i32) (result i32)
        (call_indirect $initial (type $unary) (local.get 0) (i32.const 0)))
    (func (export "caught") (param i32) (result i32)
        try (result i32)
            local.get 0  i32.const 1  call $add  throw $tag
        catch $tag
            call $plain
        end)
)"#;

fn redirects() -> RewriteOptions {
    RewriteOptions {
        redirects: vec![
            Redirect::new("add", "host", "product"),
            Redirect::new("nothing", "host", "count"),
            // A repeated pair of function and import adds no second import.
            Redirect::new("add_too", "host", "product"),
        ],
        ..RewriteOptions::default()
    }
}

fn error(wat: &str, redirects: &[(&str, &str)]) -> RewriteError {
    let wasm = wat::parse_str(wat).expect("the text is a module");
    let options = RewriteOptions {
        redirects: redirects.iter().map(|(export, name)| Redirect::new(*export, "host", *name)).collect(),
        ..RewriteOptions::default()
    };
    rewrite(&wasm, &options).expect_err("the redirect cannot be done")
}

#[test]
fn every_way_to_a_function_leads_where_it_should_after_indices_shift() {
    let wasm = wat::parse_str(MODULE).expect("the text is a module");
    let rewritten = rewrite(&wasm, &redirects()).expect("the redirects can be done");
    validate(&rewritten).expect("the result is valid");

    let engine = engine();
    let module = Module::new(&engine, &rewritten).expect("the engine compiles it");
    let mut linker: Linker<u32> = Linker::new(&engine);
    linker.func_wrap("env", "before", |value: i32| value * 100).expect("a new name");
    linker.func_wrap("host", "product", |left: i32, right: i32| left * right).expect("a new name");
    linker
        .func_wrap("host", "count", |mut caller: wasmtime::Caller<'_, u32>| {
            *caller.data_mut() += 1;
        })
        .expect("a new name");
    let mut store = Store::new(&engine, 0);
    let number = wasmtime::Global::new(
        &mut store,
        wasmtime::GlobalType::new(wasmtime::ValType::I32, wasmtime::Mutability::Const),
        1.into(),
    )
    .expect("a global");
    linker.define(&store, "env", "number", number).expect("a new name");
    let instance = linker.instantiate(&mut store, &module).expect("it can be instantiated");

    let started = instance.get_global(&mut store, "started").expect("a global");
    assert_eq!(started.get(&mut store).i32(), Some(7), "the start function");
    for (name, argument, expected) in [
        ("direct", 4, 5 * 400),
        ("tail", 4, 5),
        ("through_table", 4, 40),
        ("plain_through_table", 4, 5),
        ("import_through_table", 4, 400),
        ("last_of_table", 4, 5),
        ("through_reference", 4, 5),
        ("through_initial", 4, 5),
        ("before", 4, 400),
        ("plain", 4, 5),
        ("caught", 4, 5),
    ] {
        assert_eq!(call(&instance, &mut store, name, argument), expected, "{name}");
    }
    assert_eq!(*store.data(), 1, "calls of the redirected `nothing`");
    for export in ["add", "add_too"] {
        let add = instance.get_typed_func::<(i32, i32), i32>(&mut store, export).expect("the export and its type stay");
        assert_eq!(add.call(&mut store, (6, 7)).expect("no trap"), 42);
    }
    let reference = instance
        .get_global(&mut store, "reference")
        .and_then(|global| global.get(&mut store).funcref().flatten().copied())
        .expect("a function")
        .typed::<i32, i32>(&store)
        .expect("of this type");
    assert_eq!(reference.call(&mut store, 9).expect("no trap"), 10);
}

fn call(instance: &Instance, store: &mut Store<u32>, name: &str, argument: i32) -> i32 {
    instance
        .get_typed_func::<i32, i32>(&mut *store, name)
        .expect("the module exports it")
        .call(store, argument)
        .expect("no trap")
}

#[test]
fn function_names_stay_with_their_functions() {
    let wasm = wat::parse_str(MODULE).expect("the text is a module");
    let rewritten = rewrite(&wasm, &redirects()).expect("the redirects can be done");
    let mut names = Vec::new();
    for payload in Parser::new(0).parse_all(&rewritten) {
        let Payload::CustomSection(section) = payload.expect("readable") else {
            continue;
        };
        let KnownCustom::Name(subsections) = section.as_known() else {
            continue;
        };
        for subsection in subsections {
            if let Name::Function(map) = subsection.expect("readable") {
                names.extend(map.into_iter().map(|name| {
                    let name = name.expect("readable");
                    (name.index, name.name.to_owned())
                }));
            }
        }
    }
    // One import before, two added, then the module's own in their order.
    let expected = ["add", "plain", "nothing", "declared", "start"];
    let expected: Vec<(u32, String)> =
        std::iter::once((0, "before".to_owned())).chain((3..).zip(expected.map(str::to_owned))).collect();
    assert_eq!(names, expected);
}

#[test]
fn a_module_without_imports_gets_its_first() {
    let wasm = wat::parse_str(
        r#"(module (func $f (export "f") (result i32) (i32.const 1))
            (func (export "g") (result i32) (call $f)))"#,
    )
    .expect("the text is a module");
    let options = RewriteOptions { redirects: vec![Redirect::new("f", "host", "f")], ..RewriteOptions::default() };
    let rewritten = rewrite(&wasm, &options).expect("the redirect can be done");
    let engine = engine();
    let module = Module::new(&engine, &rewritten).expect("the engine compiles it");
    let mut linker: Linker<()> = Linker::new(&engine);
    linker.func_wrap("host", "f", || 5i32).expect("a new name");
    let mut store = Store::new(&engine, ());
    let instance = linker.instantiate(&mut store, &module).expect("it can be instantiated");
    let g = instance.get_typed_func::<(), i32>(&mut store, "g").expect("the export stays");
    assert_eq!(g.call(&mut store, ()).expect("no trap"), 5);
}

#[test]
fn what_cannot_be_redirected_is_refused_by_name() {
    let missing = error(MODULE, &[("missing", "x")]);
    assert!(matches!(&missing, RewriteError::MissingExport { export } if export == "missing"));
    assert!(missing.to_string().contains("`missing`"), "{missing}");

    let imported = error(MODULE, &[("before", "x")]);
    assert!(
        matches!(&imported, RewriteError::NotADefinedFunction { what, .. } if what.contains("import")),
        "{imported}"
    );
    let table = error(MODULE, &[("table", "x")]);
    assert!(matches!(&table, RewriteError::NotADefinedFunction { what, .. } if what.contains("table")), "{table}");
    let conflict = error(MODULE, &[("add", "x"), ("add_too", "y")]);
    assert!(
        matches!(&conflict, RewriteError::ConflictingRedirects { first, second } if first == "add" && second == "add_too"),
        "{conflict}"
    );
}
