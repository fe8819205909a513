//! Random guests: from the moment of the snapshot on, the merged module behaves as they do.

use std::fmt::Write as _;

use proptest::prelude::*;

use crate::live::{Live, Merged, Outcome};

/// Decisions from bytes; without bytes, each decision is the first choice.
struct Entropy<'b>(std::slice::Iter<'b, u8>);

impl Entropy<'_> {
    fn below(&mut self, bound: usize) -> usize {
        usize::from(self.0.next().copied().unwrap_or(0)) % bound
    }
}

/// The number of functions of each module. They are named `m0f0`, `m0f1` … and map a number to a number.
const FUNCTIONS: usize = 4;
const DEPTH: usize = 4;

/// Writes the functions of `module`.
fn functions(entropy: &mut Entropy<'_>, module: usize, imports: usize) -> String {
    let mut text = String::new();
    for function in 0..FUNCTIONS {
        // A guest that calls itself stops when the fuel is spent.
        write!(
            text,
            "(func $f{function} (export \"m{module}f{function}\") (type $f) (local $n (ref null $f))
              (if (i32.eqz (global.get $fuel)) (then (return (i32.const 1))))
              (global.set $fuel (i32.sub (global.get $fuel) (i32.const 1)))
              {})\n",
            expression(entropy, module, imports, DEPTH)
        )
        .expect("a string takes everything");
    }
    text
}

/// Writes an expression that leaves an i32.
fn expression(entropy: &mut Entropy<'_>, module: usize, imports: usize, depth: usize) -> String {
    if depth == 0 {
        return match entropy.below(3) {
            0 => "(local.get 0)".to_owned(),
            _ => format!("(i32.const {})", entropy.below(200)),
        };
    }
    let first = expression(entropy, module, imports, depth - 1);
    let place = if module == 0 {
        format!("(i32.and {first} (i32.const 1020))")
    } else {
        format!("(i32.add (global.get $memory_base) (i32.and {first} (i32.const 1020)))")
    };
    let slot = if module == 0 { "(i32.const 1)" } else { "(global.get $table_base)" };
    match entropy.below(if module == 0 { 15 } else { 19 }) {
        0 => format!("(i32.add {first} {})", expression(entropy, module, imports, depth - 1)),
        1 => format!("(i32.xor {first} (i32.rotl (local.get 0) (i32.const 5)))"),
        2 => format!("(call $f{} {first})", entropy.below(FUNCTIONS)),
        3 => format!("(call $i{} {first})", entropy.below(imports)),
        4 => format!("(call_indirect (type $f) {first} (i32.add {slot} (i32.const {})))", entropy.below(FUNCTIONS)),
        5 => format!("(block (result i32) (global.set $own (i64.extend_i32_u {first})) (local.get 0))"),
        6 => format!("(i32.add {first} (i32.wrap_i64 (global.get $own)))"),
        7 => format!("(block (result i32) (global.set $sp {first}) (global.get $sp))"),
        8 => format!("(i32.sub (global.get $sp) {first})"),
        9 => format!("(block (result i32) (i32.store {place} (local.get 0)) (local.get 0))"),
        10 => format!("(i32.load {place})"),
        11 => format!("(block (result i32) (throw $tag {first}))"),
        12 => format!("(block $caught (result i32) (try_table (result i32) (catch $tag $caught) {first}))"),
        13 => format!("(call_ref $f {first} (ref.func $f{}))", entropy.below(FUNCTIONS)),
        14 => format!(
            "(loop $again (result i32) (local.set 0 (i32.shr_u (local.get 0) (i32.const 3)))
                (br_if $again (i32.gt_u (local.get 0) (i32.const 9))) {first})"
        ),
        15 => format!("(call_indirect (type $f) {first} (global.get $got_function))"),
        16 => format!("(i32.add {first} (i32.load (global.get $got_data)))"),
        17 => format!("(i32.add {first} (i32.load (global.get $here)))"),
        _ => format!("(return_call $i{} {first})", entropy.below(imports)),
    }
}

fn main_module(entropy: &mut Entropy<'_>) -> String {
    format!(
        r#"(module (type $f (func (param i32) (result i32)))
            (import "host" "twice" (func $i0 (type $f)))
            (memory (export "memory") 1)
            (table (export "__indirect_function_table") 8 funcref)
            (tag $tag (export "__cpp_exception") (param i32))
            (global $sp (export "__stack_pointer") (mut i32) (i32.const 4096))
            (global $fuel (export "fuel") (mut i32) (i32.const 0))
            (global $own (mut i64) (i64.const 5))
            (global (export "data") i32 (i32.const 512))
            (data (i32.const 512) "\01\02\03\04")
            (elem (i32.const 1) func $f0 $f1 $f2 $f3)
            (func (export "refuel") (type $f) (global.set $fuel (local.get 0)) (i32.const 0))
            {})"#,
        functions(entropy, 0, 1)
    )
}

fn library(entropy: &mut Entropy<'_>, module: usize) -> String {
    let fillers = "(type (func (param i64 i64)))".repeat(module);
    let mut imports = r#"(import "host" "twice" (func $i0 (type $f)))"#.to_owned();
    for import in 1..=3 {
        let (from, function) = (entropy.below(module), entropy.below(FUNCTIONS));
        write!(imports, r#"(import "env" "m{from}f{function}" (func $i{import} (type $f)))"#).expect("a string");
    }
    let (from, function) = (entropy.below(module), entropy.below(FUNCTIONS));
    format!(
        r#"(module {fillers} (type $f (func (param i32) (result i32)))
            (import "env" "memory" (memory 0))
            (import "env" "__indirect_function_table" (table 0 funcref))
            (import "env" "__cpp_exception" (tag $tag (param i32)))
            (import "env" "__memory_base" (global $memory_base i32))
            (import "env" "__stack_pointer" (global $sp (mut i32)))
            (import "GOT.mem" "data" (global $got_data (mut i32)))
            (import "env" "__table_base" (global $table_base i32))
            (import "env" "fuel" (global $fuel (mut i32)))
            (import "GOT.func" "m{from}f{function}" (global $got_function (mut i32)))
            {imports}
            (global $own (mut i64) (i64.const {module}))
            (global $here i32 (i32.add (i32.mul (global.get $memory_base) (i32.const 1)) (i32.const 16)))
            (data (global.get $here) "\0a\0b")
            (elem (global.get $table_base) func $f0 $f1)
            (elem (i32.add (global.get $table_base) (i32.const 2)) funcref (ref.func $f2) (ref.func $f3))
            {})"#,
        functions(entropy, module, 4)
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_merged_guest_goes_on_as_its_modules_would(
        bytes in prop::collection::vec(any::<u8>(), 100..1_200),
        libraries in 1_usize..4,
        before in prop::collection::vec((0_usize..4, 0..FUNCTIONS, any::<i32>()), 0..6),
        after in prop::collection::vec((0_usize..4, 0..FUNCTIONS, any::<i32>()), 1..12),
    ) {
        let mut entropy = Entropy(bytes.iter());
        let mut live = Live::new(&main_module(&mut entropy));
        for module in 1..=libraries {
            live.load(&format!("{module}:"), &library(&mut entropy, module));
        }
        for (module, function, argument) in before {
            let module = module % (libraries + 1);
            live.call(0, "refuel", 40);
            live.call(module, &format!("m{module}f{function}"), argument);
        }
        let mut merged = Merged::new(&live.merge().expect("the guest can be merged"));
        prop_assert!(live.memory() == merged.memory());
        for (step, (module, function, argument)) in after.into_iter().enumerate() {
            if step == 4 {
                merged = merged.merged_again();
            }
            let module = module % (libraries + 1);
            live.call(0, "refuel", 40);
            prop_assert_eq!(merged.call("refuel", 40), Outcome::Returned(0));
            let name = format!("m{module}f{function}");
            let prefix = if module == 0 { String::new() } else { format!("{module}:") };
            prop_assert_eq!(live.call(module, &name, argument), merged.call(&format!("{prefix}{name}"), argument));
            prop_assert!(live.memory() == merged.memory(), "the same is written");
        }
    }
}
