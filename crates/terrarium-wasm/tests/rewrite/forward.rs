//! Loops that advance through memory read the safepoint page in turns that do anything else, and seldom in others.

use std::fmt::Write as _;

use proptest::prelude::*;
use terrarium_wasm::rewrite::{SafepointMode, rewrite};
use wasmparser::{Operator, Parser, Payload};
use wasmtime::Trap;

use crate::safepoint::stoppable;
use crate::stretches::{NUMBER, Read, reads};

/// The number of handlers that advance: as many as make a loop worthwhile.
const PLAIN: usize = 40;
/// The most bytes of memory, and so the most turns of a loop that advances through it.
const MEMORY: u64 = 65_536;
/// A turn that executes more instructions reads; some of its first or last ones are not counted.
const MAX_TURN: u64 = 256 + 16;
/// Enough fuel to pass through memory, and to see that a loop does not reach its end.
const FUEL: u64 = 10_000_000;

/// Continues with the next instruction of the program.
const NEXT: &str = "(local.set $pc (i32.add (local.get $pc) (i32.const 1)))
    (local.set $op (i32.load8_u (local.get $pc))) br $head";

/// Returns a memory full of `program`, whose bytes are numbers of handlers after the [`PLAIN`] ones.
fn memory(program: &[u8]) -> String {
    let bytes = program.iter().cycle().take(MEMORY as usize);
    let bytes: String = bytes.map(|byte| format!("\\{:02x}", PLAIN as u8 + byte)).collect();
    format!("(memory 1) (data (i32.const 0) \"{bytes}\")")
}

/// Makes an interpreter with the [`PLAIN`] handlers and these; the bytes of its `memory` are their numbers.
fn interpreter(memory: &str, handlers: &[String]) -> Vec<u8> {
    let count = PLAIN + handlers.len();
    let blocks: String = (0..count).rev().map(|number| format!("block $b{number} ")).collect();
    let table: String = (0..count).map(|number| format!("$b{number} ")).collect();
    let mut text = format!(
        r#"(module (import "test" "read" (func $read (param i32) (result i32))) {memory}
        (tag $tag) (global $random (mut i32) (i32.const 1)) (global (export "depth") (mut i32) (i32.const 0))
        (func $throw (throw $tag))
        (func (export "f0") (local $pc i32) (local $op i32) (local $a i32) (local $b i32)
        (local.set $op (i32.load8_u (local.get $pc)))
        block $out loop $head {blocks} local.get $op br_table {table} $out end "#
    );
    let plain = (0..PLAIN).map(|_| NEXT);
    for (number, handler) in plain.chain(handlers.iter().map(String::as_str)).enumerate() {
        let end = if number + 1 < count { "end" } else { "br $out" };
        write!(text, "{handler} {end} ").expect("a string takes everything");
    }
    text.push_str("end end))");
    wat::parse_str(text).expect("the text is a module")
}

/// Returns the reads of a program that repeats the first of `handlers`.
fn reads_of(handler: &str) -> (Vec<Read>, Option<Trap>) {
    let wasm = interpreter(&memory(&[0]), &[handler.to_owned()]);
    reads(&rewrite(&wasm, &stoppable(SafepointMode::Define)).expect("the interpreter is rewritten"), "f0", FUEL)
}

#[test]
fn turns_that_go_forward_do_not_read() {
    let two_steps = "(local.set $a (i32.add (local.get $pc) (i32.const 1)))
        (local.set $op (i32.load8_u (local.tee $a (i32.add (i32.const 1) (local.get $a)))))
        (local.set $pc (local.get $a)) br $head";
    let either = format!(
        "{NUMBER} if (local.set $a (i32.add (local.get $pc) (i32.const 1)))
        else (local.set $a (i32.add (local.get $pc) (i32.const 3))) end
        (local.set $op (i32.load8_u (local.get $a))) (local.set $pc (local.get $a)) br $head"
    );
    let with_a_call = format!("(drop (call $read (i32.const 0))) {NEXT}");
    for handler in [NEXT, two_steps, &either] {
        let (reads, trap) = reads_of(handler);
        assert!(reads.len() < 10, "{handler}: {reads:?}");
        assert_eq!(trap, Some(Trap::MemoryOutOfBounds), "{handler}: it comes to the end");
    }
    assert!(reads_of(&with_a_call).0.len() as u64 > MEMORY * 3 / 2, "one of its own, one before it");
}

#[test]
fn turns_that_may_go_on_for_ever_read() {
    let skipped = format!(
        "{NUMBER} if (local.set $pc (i32.add (local.get $pc) (i32.const 1)))
        (drop (i32.load8_u (local.get $pc))) end br $head"
    );
    let long = format!("{} {NEXT}", "(local.set $b (local.get $b))".repeat(200));
    let sometimes = format!(
        "{NUMBER} if (local.set $a (i32.add (local.get $pc) (i32.const 1))) else (local.set $a (local.get $pc)) end
        (local.set $op (i32.load8_u (local.get $a))) (local.set $pc (local.get $a)) br $head"
    );
    for handler in [
        "(local.set $op (i32.load8_u (local.get $pc))) br $head",
        "(drop (i32.load8_u (local.get $pc))) (local.set $pc (i32.sub (local.get $pc) (i32.const 1)))
        (local.set $pc (i32.and (local.get $pc) (i32.const 255))) br $head",
        // The turn does not load from the new address.
        "(local.set $pc (i32.add (local.get $pc) (i32.const 1))) br $head",
        "(local.set $a (i32.add (local.get $pc) (i32.const 1))) (drop (i32.load8_u (local.get $a)))
        (local.set $pc (i32.and (local.get $a) (i32.const 255))) br $head",
        "(drop (i32.load8_u (local.get $pc))) (local.set $pc (local.get $a))
        (local.set $a (i32.add (local.get $a) (i32.const 1))) br $head",
        // Another local than the program counter advances.
        "(local.set $a (i32.and (i32.add (local.get $a) (i32.const 1)) (i32.const 255))) br $head",
        "block $caught try_table (catch $tag $caught) (local.set $pc (i32.add (local.get $pc) (i32.const 1)))
        (drop (i32.load8_u (local.get $pc))) (local.set $pc (i32.const 0)) (call $throw) end end br $head",
        &skipped,
        &long,
        &sometimes,
    ] {
        let (reads, _) = reads_of(handler);
        for pair in reads.windows(2) {
            assert!(pair[1].executed - pair[0].executed < 1_000, "{handler}: {pair:?}");
        }
        assert!(reads.len() > 10, "{handler}: {reads:?}");
    }
}

#[test]
fn steps_back_and_steps_that_are_too_wide_read() {
    // Each handler loads from its address, continues from there, and takes the next number from an arbitrary place.
    for there in [-1, 5_000] {
        let step = |by: i32| {
            format!(
                "(drop (i32.load8_u (local.get $pc))) (local.set $pc (i32.add (local.get $pc) (i32.const {by})))
                (local.set $op (i32.load8_u (i32.and (local.get $pc) (i32.const 65535)))) br $head"
            )
        };
        let wasm = interpreter(&memory(&[0]), &[step(there), NEXT.to_owned()]);
        let (reads, _) = reads(&rewrite(&wasm, &stoppable(SafepointMode::Define)).unwrap(), "f0", FUEL);
        // One read before the loop, then one in each turn until the address is outside the memory.
        let turns = if there < 0 { 1 } else { 14 };
        assert_eq!(reads.len(), 3 + turns, "{there}: {reads:?}");
    }
}

#[test]
fn a_head_that_an_exception_leads_to_reads() {
    let caught = "try_table (catch $tag $head) (call $throw) end unreachable".to_owned();
    let wasm = interpreter(&memory(&[1]), &[caught, NEXT.to_owned()]);
    let (reads, _) = reads(&rewrite(&wasm, &stoppable(SafepointMode::Define)).unwrap(), "f0", FUEL);
    assert!(reads.len() as u64 > MEMORY / 2, "{}", reads.len());
}

#[test]
fn a_side_module_reads_in_every_turn() {
    let wasm = interpreter("(import \"env\" \"memory\" (memory 1))", &[]);
    for (origin, expected) in [(SafepointMode::Define, 0), (SafepointMode::Import, 1)] {
        let wasm = rewrite(&wasm, &stoppable(origin)).unwrap();
        let mut heads = 0;
        for payload in Parser::new(0).parse_all(&wasm).map(Result::unwrap) {
            let Payload::CodeSectionEntry(body) = payload else { continue };
            let operators: Vec<_> = body.get_operators_reader().unwrap().into_iter().map(Result::unwrap).collect();
            let read = |window: &[Operator<'_>]| {
                matches!(window, [Operator::Loop { .. }, Operator::I32Const { value: 0 }, Operator::I32Load { .. }])
            };
            heads += operators.windows(3).filter(|window| read(window)).count();
        }
        assert_eq!(heads, expected, "{origin:?}");
    }
}

/// A part of a handler; locals are `$pc`, `$a`, `$b` and `$op`.
#[derive(Clone, Debug)]
enum Part {
    /// Sets a local to another local plus a number.
    Add(usize, usize, i32),
    /// Loads a local from the address in another one.
    Load(usize, usize),
    /// Loads a local from the address in another one, without a bound on the address.
    LoadAnywhere(usize, usize),
    If(Vec<Part>, Vec<Part>),
    Block(Vec<Part>),
    Loop(Vec<Part>),
    /// Sometimes leaves the innermost block.
    Leave,
    /// Sometimes jumps to the head of the interpreter's loop.
    Again,
}

const LOCALS: [&str; 4] = ["$pc", "$a", "$b", "$op"];

fn parts() -> impl Strategy<Value = Vec<Part>> {
    let local = || 0..LOCALS.len();
    let number = prop_oneof![6 => Just(1), 2 => Just(0), 1 => Just(2), 1 => Just(-1), 1 => Just(100_000)];
    let leaf = prop_oneof![
        6 => (local(), local(), number).prop_map(|(to, from, number)| Part::Add(to, from, number)),
        3 => (local(), local()).prop_map(|(to, from)| Part::Load(to, from)),
        2 => (local(), local()).prop_map(|(to, from)| Part::LoadAnywhere(to, from)),
        1 => Just(Part::Leave),
        2 => Just(Part::Again),
    ];
    let part = leaf.prop_recursive(2, 12, 3, |part| {
        let parts = || prop::collection::vec(part.clone(), 0..4);
        prop_oneof![
            2 => (parts(), parts()).prop_map(|(then, otherwise)| Part::If(then, otherwise)),
            1 => parts().prop_map(Part::Block),
            1 => parts().prop_map(Part::Loop),
        ]
    });
    prop::collection::vec(part, 0..8)
}

fn text(parts: &[Part]) -> String {
    let mut written = String::new();
    for part in parts {
        written += &match part {
            Part::Add(to, from, number) => {
                let (to, from) = (LOCALS[*to], LOCALS[*from]);
                format!("(local.set {to} (i32.add (local.get {from}) (i32.const {number}))) ")
            }
            Part::Load(to, from) => {
                format!("(local.set {} (i32.load8_u (local.get {}))) ", LOCALS[*to], LOCALS[*from])
            }
            Part::LoadAnywhere(to, from) => {
                let (to, from) = (LOCALS[*to], LOCALS[*from]);
                format!("(local.set {to} (i32.load8_u (i32.and (local.get {from}) (i32.const 65535)))) ")
            }
            Part::If(then, otherwise) if otherwise.is_empty() => format!("{NUMBER} if {} end ", text(then)),
            Part::If(then, otherwise) => format!("{NUMBER} if {} else {} end ", text(then), text(otherwise)),
            Part::Block(parts) => format!("block {} end ", text(parts)),
            Part::Loop(parts) => format!("loop block {} end (br_if 0 (i32.eqz {NUMBER})) end ", text(parts)),
            Part::Leave => format!("(br_if 0 (i32.eqz {NUMBER})) "),
            Part::Again => format!("(br_if $head (i32.eqz {NUMBER})) "),
        };
    }
    written
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_interpreter_goes_round_for_ever_without_a_read(
        handlers in prop::collection::vec(parts(), 1..5),
        program in prop::collection::vec(0..5_u8, 1..20),
    ) {
        let handlers: Vec<_> = handlers.iter().map(|parts| format!("block {} end br $head ", text(parts))).collect();
        let program: Vec<_> = program.iter().map(|number| number % handlers.len() as u8).collect();
        let wasm = interpreter(&memory(&program), &handlers);
        let wasm = rewrite(&wasm, &stoppable(SafepointMode::Define)).expect("the interpreter is rewritten");
        let (reads, _) = reads(&wasm, "f0", 3 * MAX_TURN * MEMORY);
        for pair in reads.windows(2) {
            prop_assert!(pair[1].executed - pair[0].executed < MAX_TURN * MEMORY, "{pair:?}");
        }
    }
}
