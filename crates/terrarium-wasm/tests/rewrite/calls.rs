//! Calls through the table: direct calls from a profile behave as before, and a training build counts the calls.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use terrarium_wasm::rewrite::{
    CALL_COUNTS_EXPORT, CallCount, CallProfile, CallSite, RewriteError, RewriteOptions, call_counts, rewrite, validate,
};
use wasmtime::{Instance, Module, Store, Trap};

use crate::support::engine;

/// The number of functions of each type in a generated module; its table has a slot for each, and some empty ones.
const FUNCTIONS: u32 = 5;
/// The types of the functions that are called: with and without operands, results and several results.
const TYPES: [&str; 4] = ["", "(result i32)", "(param i32 i64) (result i32)", "(param i64) (result i64 i32)"];
const SLOTS: u32 = FUNCTIONS * TYPES.len() as u32 + 3;

/// A call of a slot through a type; operands that it does not take are below those that it takes.
#[derive(Clone, Copy, Debug)]
struct Step {
    ty: usize,
    slot: u32,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    // Mostly slots of the right type: a wrong one traps and ends the run.
    let fitting =
        (0..TYPES.len(), 0..FUNCTIONS).prop_map(|(ty, n)| Step { ty, slot: n * TYPES.len() as u32 + ty as u32 });
    let any = (0..TYPES.len(), 0..SLOTS + 2).prop_map(|(ty, slot)| Step { ty, slot });
    prop::collection::vec(prop_oneof![9 => fitting, 1 => any], 1..8)
}

fn profile() -> impl Strategy<Value = BTreeMap<CallSite, Vec<u32>>> {
    let site = (FUNCTIONS * TYPES.len() as u32..FUNCTIONS * TYPES.len() as u32 + 4, 0..8_u32);
    let site = site.prop_map(|(function, call)| CallSite { function, call });
    prop::collection::btree_map(site, prop::collection::vec(0..SLOTS + 2, 1..5), 0..20)
}

/// Makes a module with a function `run` for each list of steps; called functions mix numbers into `hash`.
fn module(runs: &[Vec<Step>]) -> Vec<u8> {
    let mut text = String::from("(module (global $hash (export \"hash\") (mut i32) (i32.const 0))\n");
    for (number, ty) in TYPES.iter().enumerate() {
        text += &format!("(type $t{number} (func {ty}))\n");
    }
    text += &format!("(table (export \"table\") {SLOTS} funcref)\n");
    for number in 0..FUNCTIONS as usize * TYPES.len() {
        let ty = number % TYPES.len();
        let operands = ["", "", "local.get 0 local.get 1 i32.wrap_i64 i32.add", "local.get 0 i32.wrap_i64"][ty];
        let operands = if operands.is_empty() { "i32.const 3" } else { operands };
        let results = ["", "global.get $hash", "global.get $hash", "i64.const 7 global.get $hash"][ty];
        text += &format!(
            "(elem (i32.const {number}) func $f{number}) (func $f{number} (type $t{ty})
                {operands} global.get $hash i32.const 31 i32.mul i32.add i32.const {number} i32.add global.set $hash
                {results})\n"
        );
    }
    for (number, steps) in runs.iter().enumerate() {
        text += &format!("(func (export \"run{number}\") (param i32) (result i32)\n");
        for Step { ty, slot } in steps {
            // An operand that stays below those of the call.
            text += "global.get $hash i32.const 5 i32.add\n";
            text += ["", "", "local.get 0 i64.const 9", "i64.const 11"][*ty];
            text += &format!(" i32.const {slot} call_indirect (type $t{ty})\n");
            text += ["", "i32.add", "i32.xor", "global.set $hash i32.wrap_i64 i32.sub"][*ty];
            text += " global.set $hash\n";
        }
        text += "global.get $hash)\n";
    }
    text += ")";
    wat::parse_str(&text).expect("the text is a module")
}

/// Returns the result and hash of each run, or the trap that ends it.
fn run(wasm: &[u8], runs: usize) -> Vec<Result<i32, Trap>> {
    let engine = engine();
    let module = Module::new(&engine, wasm).expect("the engine compiles the module");
    let mut store = Store::new(&engine, ());
    let instance = Instance::new(&mut store, &module, &[]).expect("it can be instantiated");
    let mut given = Vec::new();
    for number in 0..runs {
        let run = instance.get_typed_func::<i32, i32>(&mut store, &format!("run{number}")).unwrap();
        given.push(run.call(&mut store, 6).map_err(|error| *error.downcast_ref::<Trap>().expect("a trap")));
        given.push(Ok(instance.get_global(&mut store, "hash").unwrap().get(&mut store).unwrap_i32()));
    }
    given
}

fn direct(profile: BTreeMap<CallSite, Vec<u32>>) -> RewriteOptions {
    RewriteOptions { direct_calls: Some(Arc::new(profile)), ..RewriteOptions::default() }
}

fn counting() -> RewriteOptions {
    RewriteOptions { count_calls: true, ..RewriteOptions::default() }
}

fn rewritten(wasm: &[u8], options: &RewriteOptions) -> Vec<u8> {
    let rewritten = rewrite(wasm, options).expect("it is rewritten");
    validate(&rewritten).expect("what was rewritten is valid");
    rewritten
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn direct_calls_do_what_the_calls_through_the_table_did(
        runs in prop::collection::vec(steps(), 4),
        profile in profile(),
    ) {
        let wasm = module(&runs);
        prop_assert_eq!(run(&rewritten(&wasm, &direct(profile)), runs.len()), run(&wasm, runs.len()));
    }

    #[test]
    fn the_profile_of_a_run_makes_its_calls_direct_and_changes_nothing(runs in prop::collection::vec(steps(), 4)) {
        let wasm = module(&runs);
        let counts = counts(&wasm, &["run0", "run1", "run2", "run3"]);
        let profile = CallProfile::choose(String::new(), &[counts], 0.0, 0.0);
        prop_assert_eq!(run(&rewritten(&wasm, &direct(profile.slots)), runs.len()), run(&wasm, runs.len()));
    }

    #[test]
    fn counting_changes_nothing(runs in prop::collection::vec(steps(), 4)) {
        let wasm = module(&runs);
        prop_assert_eq!(run(&rewritten(&wasm, &counting()), runs.len()), run(&wasm, runs.len()));
    }

    #[test]
    fn the_slots_that_most_calls_meet_are_found(
        sequence in prop::collection::vec(prop_oneof![4 => Just(0_u32), 2 => Just(1_u32), 3 => 2..20_u32], 40..400),
    ) {
        let counts = counted(&sequence);
        let times = |slot| sequence.iter().filter(|called| **called == slot).count() as u64;
        prop_assert_eq!(counts.calls, sequence.len() as u64);
        for slot in 0..20 {
            let found = counts.slots.iter().find(|(found, _)| *found == slot).map_or(0, |(_, met)| *met);
            prop_assert!(found <= times(slot) && times(slot) - found <= counts.calls / 8, "slot {}", slot);
        }
    }
}

/// Returns the counts of the training build of `wasm` for calls of these functions, traps included.
fn counts(wasm: &[u8], calls: &[&str]) -> Vec<CallCount> {
    let engine = engine();
    let module = Module::new(&engine, rewritten(wasm, &counting())).expect("the engine compiles the module");
    let mut store = Store::new(&engine, ());
    let instance = Instance::new(&mut store, &module, &[]).expect("it can be instantiated");
    for name in calls {
        let _ = instance.get_typed_func::<i32, i32>(&mut store, name).unwrap().call(&mut store, 6);
    }
    let memory = instance.get_memory(&mut store, CALL_COUNTS_EXPORT);
    memory.map_or(Vec::new(), |memory| call_counts(wasm, memory.data(&store)).unwrap())
}

/// Twenty functions of one type, and a site that calls the slot in its argument.
const ONE_SITE: &str = r#"(module
    (type $number (func (result i32)))
    (table 20 funcref)
    (elem (i32.const 0) func $zero $one $one $one $one $one $one $one $one $one)
    (elem (i32.const 10) func $one $one $one $one $one $one $one $one $one $one)
    (func $zero (result i32) i32.const 0)
    (func $one (result i32) i32.const 1)
    (func (export "call") (param i32) (result i32) local.get 0 call_indirect (type $number)))"#;

/// Returns the count of a site that calls these slots.
fn counted(sequence: &[u32]) -> CallCount {
    let wasm = wat::parse_str(ONE_SITE).unwrap();
    let engine = engine();
    let module = Module::new(&engine, rewritten(&wasm, &counting())).unwrap();
    let mut store = Store::new(&engine, ());
    let instance = Instance::new(&mut store, &module, &[]).unwrap();
    let call = instance.get_typed_func::<u32, u32>(&mut store, "call").unwrap();
    for slot in sequence {
        assert_eq!(call.call(&mut store, *slot).unwrap(), u32::from(*slot > 0));
    }
    let memory = instance.get_memory(&mut store, CALL_COUNTS_EXPORT).unwrap();
    let counts = call_counts(&wasm, memory.data(&store)).unwrap();
    assert_eq!(counts.len(), 1);
    counts[0].clone()
}

#[test]
fn a_profile_takes_the_busy_slots_of_the_busy_sites() {
    let site = |function| CallSite { function, call: 0 };
    let count =
        |function, calls, slots: &[(u32, u64)]| CallCount { site: site(function), calls, slots: slots.to_vec() };
    // The second program does a hundred times as much, and weighs the same.
    let programs = [
        vec![count(1, 80, &[(7, 60), (8, 16), (9, 4)]), count(2, 20, &[(3, 20)])],
        vec![count(4, 9_000, &[(5, 9_000)]), count(6, 1_000, &[(5, 1_000)])],
    ];
    let profile = CallProfile::choose("ab".to_owned(), &programs, 0.06, 0.1);
    let expected = BTreeMap::from([(site(1), vec![7, 8]), (site(2), vec![3]), (site(4), vec![5])]);
    assert_eq!(profile.slots, expected);
    assert_eq!(profile.to_string(), "module ab\n1 0 7 8\n2 0 3\n4 0 5\n");
    assert_eq!(format!("# head\n{profile}").parse(), Ok(profile));
}

#[test]
fn a_text_that_is_no_profile_is_refused_with_its_line() {
    for (text, line) in [("1 0 2", 1), ("module a\n1 0", 2), ("module a\n1 0 x", 2), ("module a\n1 0 2\n1 0 3", 3)] {
        let error = text.parse::<CallProfile>().unwrap_err().to_string();
        assert!(error.starts_with(&format!("line {line} of the profile")), "{error}");
    }
}

#[test]
fn what_does_not_fit_is_left_alone() {
    let site = CallSite { function: 2, call: 0 };
    let at = |slots: &[u32]| direct(BTreeMap::from([(site, slots.to_vec())]));
    let wasm = wat::parse_str(ONE_SITE).unwrap();
    assert_ne!(rewritten(&wasm, &at(&[1])), wasm);
    // A slot beyond the table, and a site that does not exist.
    assert_eq!(rewritten(&wasm, &at(&[20])), wasm);
    assert_eq!(rewritten(&wasm, &direct(BTreeMap::from([(CallSite { function: 2, call: 1 }, vec![1])]))), wasm);
    for change in [
        // The function in the slot is unknown, or may change.
        (
            "call_indirect (type $number)))",
            "call_indirect (type $number)) (func (table.set (i32.const 1) (ref.null func))))",
        ),
        (
            "(table 20 funcref)",
            "(import \"env\" \"base\" (global $base i32)) (table 20 funcref) (elem (global.get $base) func $one)",
        ),
        // Another type.
        ("call_indirect (type $number)", "call_indirect (result i64) i32.wrap_i64"),
    ] {
        let wasm = wat::parse_str(ONE_SITE.replace(change.0, change.1)).unwrap();
        assert_eq!(rewritten(&wasm, &at(&[0, 1, 2])), wasm, "{}", change.1);
    }
}

#[test]
fn a_module_cannot_have_the_counters_itself() {
    let text = ONE_SITE.replace("(table 20 funcref)", "(table 20 funcref) (memory (export \"terrarium.calls\") 1)");
    let error = rewrite(&wat::parse_str(text).unwrap(), &counting()).expect_err("the name is kept");
    assert!(matches!(error, RewriteError::Reserved { .. }), "{error}");
}
