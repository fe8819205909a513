//! The number of instructions executed without a read of the safepoint page: small for every program.

use std::convert::Infallible;
use std::fmt::Write as _;

use proptest::prelude::*;
use terrarium_wasm::rewrite::{SafepointMode, rewrite};
use wasm_encoder::Instruction;
use wasm_encoder::reencode::{self, Reencode};
use wasmparser::{Operator, Parser};
use wasmtime::{Caller, Config, Engine, Extern, Func, Instance, Memory, MemoryType, Module, Store, Trap, Val};

use crate::safepoint::{stoppable, without_the_page};

/// The bounds of the instructions of a function before its first read, and between two reads.
const BEFORE_THE_FIRST: u64 = 1024 + READ;
const BETWEEN_TWO: u64 = 8192 + READ;
/// The fuel of a read; `drop` takes none.
const READ: u64 = 2;
/// The most instructions of a run, which may never end.
const FUEL: u64 = 1_000_000;
const FUNCTIONS: usize = 5;

/// A part of a function.
#[derive(Clone, Debug)]
enum Part {
    /// Twice this many instructions.
    Straight(usize),
    Block(Vec<Part>),
    /// Continues and ends with equal probability.
    Loop(Vec<Part>),
    If(Vec<Part>, Vec<Part>),
    /// Sometimes leaves the innermost block.
    Leave,
    Call(usize),
    CallSlot(usize),
}

fn parts() -> impl Strategy<Value = Vec<Part>> {
    let leaf = prop_oneof![
        3 => (1..30_usize).prop_map(Part::Straight),
        2 => (300..1_500_usize).prop_map(Part::Straight),
        1 => Just(Part::Leave),
        3 => (0..FUNCTIONS).prop_map(Part::Call),
        1 => (0..FUNCTIONS).prop_map(Part::CallSlot),
    ];
    let part = leaf.prop_recursive(3, 24, 4, |part| {
        let parts = || prop::collection::vec(part.clone(), 0..4);
        prop_oneof![
            parts().prop_map(Part::Block),
            parts().prop_map(Part::Loop),
            (parts(), parts()).prop_map(|(then, otherwise)| Part::If(then, otherwise)),
        ]
    });
    prop::collection::vec(part, 1..6)
}

/// Puts a number from 0 to 3 on the stack, a different one each time.
pub(crate) const NUMBER: &str = "(global.set $random (i32.add (i32.mul (global.get $random) (i32.const 1103515245))
    (i32.const 12345))) (i32.and (i32.shr_u (global.get $random) (i32.const 17)) (i32.const 3))";

fn write(text: &mut String, parts: &[Part]) {
    for part in parts {
        match part {
            Part::Straight(count) => text.push_str(&"(local.set 0 (local.get 0))".repeat(*count)),
            Part::Block(parts) => {
                text.push_str("block ");
                write(text, parts);
                text.push_str(" end ");
            }
            Part::Loop(parts) => {
                text.push_str("loop block ");
                write(text, parts);
                write!(text, " end {NUMBER} i32.const 1 i32.gt_u br_if 0 end ").expect("a string takes everything");
            }
            Part::If(then, otherwise) => {
                write!(text, "{NUMBER} i32.const 1 i32.gt_u if ").expect("a string takes everything");
                write(text, then);
                if !otherwise.is_empty() {
                    text.push_str(" else ");
                    write(text, otherwise);
                }
                text.push_str(" end ");
            }
            Part::Leave => write!(text, "{NUMBER} i32.eqz br_if 0 ").expect("a string takes everything"),
            Part::Call(function) => write!(text, "call $f{function} ").expect("a string takes everything"),
            Part::CallSlot(slot) => {
                write!(text, "(call_indirect (i32.const {slot})) ").expect("a string takes everything");
            }
        }
    }
}

/// Makes a module whose functions count in `depth` how many of them have begun and not ended.
fn module(functions: &[Vec<Part>]) -> Vec<u8> {
    let mut text = String::from(
        r#"(module (import "test" "read" (func $read (param i32) (result i32)))
        (global $random (mut i32) (i32.const 1)) (global $depth (export "depth") (mut i32) (i32.const 0))"#,
    );
    let names: String = (0..functions.len()).map(|number| format!("$f{number} ")).collect();
    write!(text, "(table funcref (elem {names}))").expect("a string takes everything");
    for (number, parts) in functions.iter().enumerate() {
        let count = |step| format!("(global.set $depth (i32.add (global.get $depth) (i32.const {step})))");
        write!(text, "(func $f{number} (export \"f{number}\") (local i32) {} block ", count(1)).expect("it takes it");
        write(&mut text, parts);
        write!(text, " end {})", count(-1)).expect("a string takes everything");
    }
    text.push(')');
    wat::parse_str(text).expect("the text is a module")
}

/// Makes the first function of a module do what reads do: it takes the address and returns the byte read.
struct Watch;

impl Reencode for Watch {
    type Error = Infallible;

    fn instruction<'a>(&mut self, operator: Operator<'a>) -> Result<Instruction<'a>, reencode::Error> {
        match operator {
            Operator::I32Load { .. } => Ok(Instruction::Call(0)),
            other => reencode::utils::instruction(self, other),
        }
    }
}

fn watched(wasm: &[u8]) -> Vec<u8> {
    let mut module = wasm_encoder::Module::new();
    Watch.parse_core_module(&mut module, Parser::new(0), wasm).expect("the module is encoded again");
    module.finish()
}

/// Makes an engine that counts instructions.
fn engine() -> Engine {
    let mut config = Config::new();
    config.consume_fuel(true).wasm_exceptions(true).wasm_function_references(true).wasm_gc(true);
    Engine::new(&config).expect("the engine has this configuration")
}

/// The number of executed instructions, and of functions that have begun and not ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Read {
    pub(crate) executed: u64,
    depth: u64,
}

/// Returns all reads of a call of the function `name` with this much fuel, with the beginning and the end, and the trap
/// that stopped it.
pub(crate) fn reads(wasm: &[u8], name: &str, fuel: u64) -> (Vec<Read>, Option<Trap>) {
    let engine = engine();
    let module = Module::new(&engine, watched(wasm)).expect("the engine compiles the module");
    let mut store = Store::new(&engine, vec![Read { executed: 0, depth: 0 }]);
    store.set_fuel(fuel).expect("it counts");
    let read = Func::wrap(&mut store, move |mut caller: Caller<'_, Vec<Read>>, zero: i32| {
        let executed = fuel - caller.get_fuel().expect("it counts");
        let depth = caller.get_export("depth").and_then(|export| export.into_global());
        let depth = depth.map(|global| global.get(&mut caller));
        let Some(Val::I32(depth)) = depth else { panic!("the module exports its depth") };
        let depth = depth.try_into().expect("what begins ends once");
        caller.data_mut().push(Read { executed, depth });
        zero
    });
    let page = Memory::new(&mut store, MemoryType::new(1, Some(1))).expect("there is memory");
    let imports = module.imports().map(|import| if import.name() == "read" { read.into() } else { page.into() });
    let imports: Vec<Extern> = imports.collect();
    let instance = Instance::new(&mut store, &module, &imports).expect("the module can be instantiated");
    let function = instance.get_typed_func::<(), ()>(&mut store, name).expect("the module exports it");
    let ended = function.call(&mut store, ());
    let trap = ended.err().map(|error| *error.downcast_ref::<Trap>().expect("only the engine stops it"));
    let executed = fuel - store.get_fuel().expect("it counts");
    let mut reads = store.into_data();
    reads.push(Read { executed, depth: 0 });
    (reads, trap)
}

#[track_caller]
fn assert_bounded(wasm: &[u8], name: &str) {
    let (reads, trap) = reads(wasm, name, FUEL);
    assert!(matches!(trap, None | Some(Trap::OutOfFuel | Trap::StackOverflow)), "{trap:?}");
    assert!(reads[1].executed <= BEFORE_THE_FIRST, "before the first: {}", reads[1].executed);
    for pair in reads[1..].windows(2) {
        // Every function on the way back may execute as much until it reads or returns.
        let bound = BETWEEN_TWO * (pair[0].depth + 1);
        assert!(pair[1].executed - pair[0].executed <= bound, "{pair:?}, at most {bound}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_code_executes_much_without_a_read(functions in prop::collection::vec(parts(), FUNCTIONS)) {
        let wasm = rewrite(&module(&functions), &stoppable(SafepointMode::Define)).expect("a program is rewritten");
        for number in 0..functions.len() {
            assert_bounded(&wasm, &format!("f{number}"));
        }
    }
}

#[test]
fn straight_code_reads_now_and_then() {
    let wasm = module(&[vec![Part::Straight(50_000)]]);
    let wasm = rewrite(&wasm, &stoppable(SafepointMode::Define)).unwrap();
    assert_bounded(&wasm, "f0");
    let count = reads(&wasm, "f0", FUEL).0.len();
    assert!((100_000 / BETWEEN_TWO as usize..20).contains(&count), "{count}");
}

#[test]
fn calls_that_double_at_every_step_read() {
    let mut functions: Vec<_> = (1..60).map(|next| vec![Part::Call(next), Part::Call(next)]).collect();
    functions.push(vec![Part::Straight(1)]);
    let wasm = rewrite(&module(&functions), &stoppable(SafepointMode::Define)).unwrap();
    assert_bounded(&wasm, "f0");
    assert!(reads(&wasm, "f0", FUEL).0.len() > 100);
}

#[test]
fn what_is_seldom_done_costs_no_read_where_it_is_not() {
    // The path that runs first is the short one.
    let functions = [vec![Part::If(vec![], vec![Part::Call(1)]), Part::Straight(10)], vec![Part::Straight(600)]];
    let wasm = rewrite(&module(&functions), &stoppable(SafepointMode::Define)).unwrap();
    assert_eq!(reads(&wasm, "f0", FUEL).0.len(), 2, "its beginning and its end");
}

#[test]
fn a_recursion_in_a_side_module_reads_on_its_way_back() {
    let after = "(local.set 0 (local.get 0))".repeat(1_500);
    let text = format!(
        r#"(module (import "test" "read" (func (param i32) (result i32))) (global (export "depth") (mut i32) (i32.const 0))
        (global $left (mut i32) (i32.const 1000))
        (func $f (export "f") (local i32) (if (i32.eqz (global.get $left)) (then (return)))
            (global.set $left (i32.sub (global.get $left) (i32.const 1))) (call $f) {after})
        (func $g (export "g") (local i32) (if (i32.eqz (global.get $left)) (then (return)))
            (global.set $left (i32.sub (global.get $left) (i32.const 1))) (call $h) {after})
        (func $h (call $g)))"#
    );
    let wasm = wat::parse_str(text).unwrap();
    for (name, origin, expected) in
        [("f", SafepointMode::Import, 2_000), ("g", SafepointMode::Import, 2_000), ("f", SafepointMode::Define, 1_000)]
    {
        let wasm = rewrite(&wasm, &stoppable(origin)).unwrap();
        let count = reads(&wasm, name, 10_000_000).0.len();
        assert!(count >= expected && count < expected + 500, "{name} {origin:?}: {count}");
    }
}

#[test]
fn instructions_that_take_long_read() {
    let text = r#"(module (type $bytes (array (mut i8))) (type $pair (struct (field i32)))
        (import "test" "read" (func (param i32) (result i32))) (global (export "depth") (mut i32) (i32.const 0))
        (memory 1) (data $data "0123")
        (func (export "copies") (memory.copy (i32.const 0) (i32.const 8) (i32.const 8)))
        (func (export "fills") (memory.fill (i32.const 0) (i32.const 8) (i32.const 8)))
        (func (export "initializes") (memory.init $data (i32.const 0) (i32.const 0) (i32.const 4)))
        (func (export "makes_an_array") (drop (array.new_default $bytes (i32.const 9))))
        (func (export "makes_a_struct") (drop (struct.new $pair (i32.const 9))))
        (func (export "fills_an_array")
            (array.fill $bytes (array.new_default $bytes (i32.const 9)) (i32.const 0) (i32.const 1) (i32.const 9))))"#;
    let wasm = rewrite(&wat::parse_str(text).unwrap(), &stoppable(SafepointMode::Define)).unwrap();
    for (name, count) in [
        ("copies", 1),
        ("fills", 1),
        ("initializes", 1),
        ("makes_an_array", 1),
        ("makes_a_struct", 1),
        ("fills_an_array", 2),
    ] {
        let (reads, trap) = reads(&wasm, name, FUEL);
        assert_eq!((reads.len(), trap), (count + 2, None), "{name}");
    }
}

#[test]
fn code_without_a_page_stops_at_its_first_read() {
    let endless = "(module (func $f (export \"f\") (call $g)) (func $g (call $f)) (func (export \"l\") (loop (br 0))))";
    let wasm = rewrite(&wat::parse_str(endless).unwrap(), &stoppable(SafepointMode::Define)).unwrap();
    let engine = crate::support::engine();
    let module = Module::new(&engine, without_the_page(&wasm)).unwrap();
    let mut store = Store::new(&engine, ());
    let instance = Instance::new(&mut store, &module, &[]).unwrap();
    for name in ["f", "l"] {
        let error = instance.get_typed_func::<(), ()>(&mut store, name).unwrap().call(&mut store, ()).unwrap_err();
        assert_eq!(error.downcast_ref(), Some(&Trap::MemoryOutOfBounds), "{name}");
    }
}

#[test]
fn the_longest_way_to_a_place_counts() {
    let ends = vec![Part::Straight(400), Part::Leave, Part::CallSlot(8), Part::Leave];
    // The path is random, so the test repeats with other numbers.
    let functions = (0..8).map(|draws| {
        let draw = Part::If(vec![], vec![]);
        [vec![draw; draws], vec![Part::Block(ends.clone()), Part::Straight(200)]].concat()
    });
    let functions: Vec<_> = functions.chain([vec![Part::Straight(1)]]).collect();
    let wasm = rewrite(&module(&functions), &stoppable(SafepointMode::Define)).unwrap();
    for number in 0..8 {
        assert_bounded(&wasm, &format!("f{number}"));
    }
}

#[test]
fn graphs_of_calls_may_be_deep_and_dense() {
    let chain: Vec<_> = (1..=50_000).map(|next| vec![Part::Call(next % 50_000)]).collect();
    let dense: Vec<_> = (0..600).map(|_| (0..600).map(Part::Call).collect()).collect();
    for functions in [chain, dense] {
        let wasm = rewrite(&module(&functions), &stoppable(SafepointMode::Define)).unwrap();
        assert_bounded(&wasm, "f0");
    }
}
