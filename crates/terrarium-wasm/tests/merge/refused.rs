//! Modules that cannot be merged, and the error texts.

use std::collections::BTreeMap;

use proptest::prelude::*;
use terrarium_wasm::link::{FunctionTarget, GlobalValue, Merge, MergeError, Part};
use terrarium_wasm::rewrite::validate;

use crate::shape::part;

const MAIN: &str = r#"(module
    (memory (export "memory") 1 4) (table (export "__indirect_function_table") 2 funcref) (tag (export "tag"))
    (global (export "state") (mut i32) (i32.const 0)) (func (export "f") (param i32)))"#;

fn module(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap_or_else(|error| panic!("{error}"))
}

fn function(part: usize, index: u32) -> FunctionTarget {
    FunctionTarget::Function { part, index }
}

fn write(parts: Vec<Part<'_>>) -> Result<Vec<u8>, MergeError> {
    Merge { parts, memory: &[0; 1 << 16], table_size: 2, slots: BTreeMap::new() }.write()
}

/// Returns the text with which the library `text` is refused; `set` adds known facts.
fn refused(text: &str, set: impl FnOnce(&mut Part<'_>)) -> String {
    let (main, library) = (module(MAIN), module(text));
    let mut second = part(&library);
    second.prefix = "lib.".to_owned();
    set(&mut second);
    let error = write(vec![part(&main), second]).expect_err("it cannot be merged");
    let text = error.to_string();
    text.strip_prefix("module 1 (`lib.`) cannot be merged: ").unwrap_or_else(|| panic!("{text}")).to_owned()
}

#[test]
fn a_library_is_refused_by_name_for_what_a_merge_cannot_keep() {
    let nothing = |_: &mut Part<'_>| {};
    let cases = [
        (
            r#"(import "env" "memory" (memory 1)) (data "x") (func data.drop 0)"#,
            "function 0: it uses data segment 0 while",
        ),
        (
            r#"(import "env" "memory" (memory 1)) (data "x") (func (memory.init 0 (i32.const 0) (i32.const 0) (i32.const 0)))"#,
            "function 0: it uses data segment 0 while",
        ),
        ("(memory 1)", "it defines a memory or a table"),
        ("(table 1 funcref)", "it defines a memory or a table"),
        (r#"(import "env" "other" (memory 1))"#, "the main module exports no memory for its import `env`.`other`"),
        (r#"(import "env" "f" (memory 1))"#, "the main module exports no memory for its import `env`.`f`"),
        (r#"(import "env" "memory" (memory i64 1))"#, "it imports memory `memory` with another type"),
        (
            r#"(import "env" "__indirect_function_table" (table 1 externref))"#,
            "it imports table `__indirect_function_table` with another type",
        ),
        (r#"(import "env" "tag" (tag (param i32)))"#, "it imports tag `tag` with another type"),
        (r#"(import "env" "state" (global i32))"#, "it imports global `state` with another type"),
        (
            r#"(import "GOT.mem" "state" (global (mut i32)))"#,
            "the main module exports no global for its import `GOT.mem`.`state`",
        ),
        (r#"(import "env" "f" (func))"#, "it imports 1 functions, but the meaning of 0 is given"),
        (r#"(import "env" "missing" (tag))"#, "the main module exports no tag for its import `env`.`missing`"),
    ];
    for (fields, expected) in cases {
        let text = refused(&format!("(module {fields})"), nothing);
        assert!(text.starts_with(expected), "{text}");
    }
}

#[test]
fn values_and_meanings_must_fit_what_the_module_declares() {
    let global = r#"(module (import "GOT.mem" "x" (global $x (mut i32))) (global (mut i64) (i64.const 0))
        (global i32 (i32.const 0)) (func (global.set $x (i32.const 1))))"#;
    let set = |value| {
        move |part: &mut Part<'_>| {
            part.imported_globals = BTreeMap::from([(0, 8)]);
            part.globals = value;
        }
    };
    assert_eq!(refused(global, set(BTreeMap::new())), "function 0: it changes global 0, whose value is settled");
    assert_eq!(
        refused(global, set(BTreeMap::from([(1, GlobalValue::I32(0))]))),
        "the value of global 1 has another type"
    );
    for index in [0, 2, 9] {
        assert_eq!(
            refused(global, set(BTreeMap::from([(index, GlobalValue::I32(0))]))),
            "a value is given for a global that is none of its own mutable ones"
        );
    }
    let long = r#"(module (import "env" "x" (global i64)))"#;
    assert_eq!(refused(long, set(BTreeMap::new())), "its import `env`.`x` is no i32, but has such a value");
    let imports = r#"(module (import "env" "f" (func)) (export "f" (func 0)) (func (param i32)))"#;
    let meaning = |target: FunctionTarget| refused(imports, |part| part.functions = vec![target]);
    assert_eq!(meaning(function(0, 0)), "import `env`.`f`: function 0 of module 0 has another type");
    assert_eq!(meaning(function(1, 1)), "import `env`.`f`: function 1 of module 1 has another type");
    assert_eq!(meaning(function(0, 1)), "import `env`.`f`: module 0 has no function 1");
    assert_eq!(meaning(function(2, 0)), "import `env`.`f`: there is no module 2");
    assert_eq!(meaning(function(1, 0)), "import `env`.`f`: its meaning leads from import to import without end");
}

#[test]
fn the_main_module_must_define_what_all_share() {
    let refused = |text: &str, memory: usize, table_size: u64| {
        let wasm = module(text);
        let memory = vec![0; memory];
        let merge = Merge { parts: vec![part(&wasm)], memory: &memory, table_size, slots: BTreeMap::new() };
        merge.write().expect_err("it cannot be merged").to_string()
    };
    let prefix = "the main module cannot be merged: ";
    for (text, memory, table, expected) in [
        (
            r#"(module (import "env" "memory" (memory 1)))"#,
            0,
            0,
            "it imports memory `env`.`memory`, which no module defines",
        ),
        (r#"(module (import "env" "g" (global i32)))"#, 0, 0, "its import `env`.`g` has no value"),
        ("(module)", 1 << 16, 0, "it exports no memory `memory`"),
        ("(module)", 0, 3, "it exports no table `__indirect_function_table`"),
        (MAIN, 5 << 16, 2, "its memory `memory` cannot have 327680 bytes"),
        (MAIN, 100, 2, "its memory `memory` cannot have 100 bytes"),
        (
            r#"(module (memory (export "memory") i64 1))"#,
            1 << 16,
            0,
            "its memory `memory` is not an ordinary 32-bit one",
        ),
    ] {
        assert_eq!(refused(text, memory, table), format!("{prefix}{expected}"));
    }
    assert_eq!(write(Vec::new()), Err(MergeError::Empty));
}

#[test]
fn slots_must_lie_in_the_table_and_hold_something_known() {
    let main = module(MAIN);
    let slot = |slot, target| {
        let slots = BTreeMap::from([(slot, target)]);
        let merge = Merge { parts: vec![part(&main)], memory: &[], table_size: 2, slots };
        merge.write().map_err(|error| error.to_string())
    };
    assert!(slot(1, function(0, 0)).is_ok());
    let import = FunctionTarget::Import { module: "env".to_owned(), name: "f".to_owned() };
    for (error, expected) in [
        (slot(2, function(0, 0)), "table slot 2 cannot be filled: the table has 2 slots"),
        (slot(0, function(0, 7)), "table slot 0 cannot be filled: module 0 has no function 7"),
        (slot(0, import), "table slot 0 cannot be filled: no module imports `env`.`f`, so its type is not known"),
    ] {
        assert_eq!(error.expect_err("it cannot be filled"), expected);
    }
}

#[test]
fn two_exports_of_one_name_are_refused() {
    let (main, library) = (module(MAIN), module(r#"(module (func (export "f")))"#));
    let error = write(vec![part(&main), part(&library)]).expect_err("both export it");
    assert_eq!(error, MergeError::DuplicateExport("f".to_owned()));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// Modules are validated before they are compiled, but a mistake there must not end the host.
    #[test]
    fn damaged_modules_do_not_panic(damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..5)) {
        let main = module(MAIN);
        let mut library = module(
            r#"(module (type $list (struct (field (ref null $list)))) (type $f (func (param i32)))
                (import "env" "memory" (memory 1)) (import "env" "__indirect_function_table" (table 1 funcref))
                (import "env" "tag" (tag $tag)) (import "env" "f" (func $f (type $f))) (import "env" "base" (global $base i32))
                (global $own (mut i32) (i32.add (global.get $base) (i32.const 1)))
                (elem (global.get $base) func $f) (elem declare funcref (ref.func $g))
                (func $g (export "g") (type $f) (local (ref null $list)) (global.set $own (global.get $base))
                    (block $b (try_table (catch $tag $b) (br_table $b 0 (local.get 0)))) (call $f (i32.load (i32.const 4)))
                    (call_indirect (type $f) (i32.const 1) (i32.const 0)) (call_ref $f (i32.const 1) (ref.func $g))))"#,
        );
        let expected = library.clone();
        for (place, byte) in damage {
            let place = place.index(library.len());
            library[place] = byte;
        }
        let mut second = part(&library);
        second.prefix = "lib.".to_owned();
        second.functions = vec![function(0, 0)];
        second.imported_globals = BTreeMap::from([(0, 1)]);
        let merged = write(vec![part(&main), second]);
        if library == expected {
            validate(&merged.expect("it is whole")).expect("the merged module is valid");
        }
    }
}
