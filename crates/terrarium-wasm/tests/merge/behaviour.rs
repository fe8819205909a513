//! The behaviour of a merged module, one aspect at a time.

use crate::live::{LIBRARY_MEMORY, Live, Merged, Outcome};

/// The definitions that libraries need: memory, table, stack pointer, tag; a function that calls a slot and catches its
/// exception.
const MAIN: &str = r#"(module
    (type $f (func (param i32) (result i32)))
    (import "host" "twice" (func $twice (type $f)))
    (memory (export "memory") 2)
    (table $table (export "__indirect_function_table") 4 funcref)
    (table (export "references") 0 externref)
    (tag $tag (export "__cpp_exception") (param i32))
    (global $sp (export "__stack_pointer") (mut i32) (i32.const 4096))
    (global (export "data") i32 (i32.const 512))
    (elem (i32.const 1) func $next)
    (func $next (export "next") (type $f) (i32.add (local.get 0) (i32.const 1)))
    (func (export "take_stack") (type $f) (global.set $sp (i32.sub (global.get $sp) (local.get 0))) (global.get $sp))
    (func (export "twice_of_host") (type $f) (call $twice (local.get 0)))
    (func (export "caught") (type $f)
        (block $caught (result i32)
            (try_table (catch $tag $caught) (drop (call_indirect (type $f) (i32.const 7) (local.get 0))))
            (i32.const -1))))"#;

/// The imports that every library of a test may call.
const IMPORTS: &str = r#"
    (type $f (func (param i32) (result i32)))
    (import "env" "memory" (memory 0))
    (import "env" "__indirect_function_table" (table $table 0 funcref))
    (import "env" "__stack_pointer" (global $sp (mut i32)))
    (import "env" "__memory_base" (global $memory_base i32))
    (import "env" "__table_base" (global $table_base i32))
    (import "env" "__cpp_exception" (tag $tag (param i32)))"#;

fn returned(value: i32) -> Outcome {
    Outcome::Returned(value)
}

fn guest(libraries: &[&str]) -> Live {
    let mut live = Live::new(MAIN);
    for (library, number) in libraries.iter().zip(1..) {
        live.load(&format!("lib{number}."), &format!("(module {IMPORTS} {library})"));
    }
    live
}

fn merged(live: &mut Live) -> Merged {
    Merged::new(&live.merge().expect("the guest can be merged"))
}

#[test]
fn modules_share_one_stack_pointer_and_keep_its_value() {
    let mut live = guest(&[r#"(func (export "stack") (type $f)
        (global.set $sp (i32.sub (global.get $sp) (local.get 0))) (global.get $sp))"#]);
    assert_eq!(live.call(0, "take_stack", 16), returned(4080));
    let mut merged = merged(&mut live);
    assert_eq!(merged.call("lib1.stack", 16), returned(4064));
    assert_eq!(merged.call("take_stack", 16), returned(4048));
}

#[test]
fn globals_of_libraries_go_on_at_their_values() {
    let library = r#"
        (global $integer (mut i32) (i32.const 1)) (global $long (mut i64) (i64.const 1))
        (global $single (mut f32) (f32.const 1)) (global $double (mut f64) (f64.const 1))
        (func (export "set") (type $f)
            (global.set $integer (local.get 0)) (global.set $long (i64.extend_i32_s (local.get 0)))
            (global.set $single (f32.reinterpret_i32 (local.get 0)))
            (global.set $double (f64.reinterpret_i64 (i64.extend_i32_u (local.get 0))))
            (i32.const 0))
        (func (export "integer") (type $f) (global.get $integer))
        (func (export "long") (type $f) (i32.wrap_i64 (global.get $long)))
        (func (export "single") (type $f) (i32.reinterpret_f32 (global.get $single)))
        (func (export "double") (type $f) (i32.wrap_i64 (i64.reinterpret_f64 (global.get $double))))"#;
    let mut live = guest(&[library]);
    // The bits of a signalling NaN with a payload.
    let value = 0x7fa0_1234;
    live.call(1, "set", value);
    let mut merged = merged(&mut live);
    for name in ["integer", "long", "single", "double"] {
        assert_eq!(merged.call(&format!("lib1.{name}"), 0), returned(value), "{name}");
    }
}

#[test]
fn what_a_start_function_did_is_kept_and_not_done_again() {
    let library = r#"
        (global $address (mut i32) (i32.const 0))
        (start $start)
        (func $start
            (global.set $address (i32.add (global.get $memory_base) (i32.const 8)))
            (i32.store (global.get $address) (i32.add (i32.load (global.get $address)) (i32.const 1))))
        (func (export "started") (type $f) (i32.load (global.get $address)))
        (func (export "address") (type $f) (global.get $address))"#;
    let mut live = guest(&[library]);
    let mut merged = merged(&mut live);
    assert_eq!(merged.call("lib1.started", 0), returned(1));
    assert_eq!(merged.call("lib1.address", 0), returned(LIBRARY_MEMORY as i32 + 8));
}

#[test]
fn data_segments_do_not_overwrite_what_was_written_since() {
    let library = r#"
        (data (global.get $memory_base) "\07")
        (func (export "set") (type $f) (i32.store (global.get $memory_base) (local.get 0)) (i32.const 0))
        (func (export "get") (type $f) (i32.load (global.get $memory_base)))"#;
    let mut live = guest(&[library]);
    assert_eq!(live.call(1, "get", 0), returned(7));
    live.call(1, "set", 0);
    assert_eq!(merged(&mut live).call("lib1.get", 0), returned(0));
}

#[test]
fn an_exception_of_one_library_is_caught_by_another_module() {
    let mut live = guest(&[
        r#"(func (export "throws") (type $f) (throw $tag (i32.add (local.get 0) (i32.const 1))))"#,
        r#"(import "env" "throws" (func $throws (type $f)))
           (func (export "catches") (type $f)
               (block $caught (result i32) (try_table (catch $tag $caught) (return (call $throws (local.get 0)))) unreachable))"#,
    ]);
    let slot = live.address_of("throws");
    let mut merged = merged(&mut live);
    assert_eq!(merged.call("lib2.catches", 4), returned(5));
    assert_eq!(merged.call("caught", slot), returned(8), "through the table");
    assert_eq!(merged.call("lib1.throws", 1), Outcome::Thrown);
}

#[test]
fn a_library_has_tags_of_its_own_beside_the_shared_ones() {
    let mut live = guest(&[r#"
        (tag $own (param i32))
        (func (export "own") (type $f)
            (block $caught (result i32) (try_table (catch $own $caught) (throw $own (local.get 0))) unreachable))
        (func (export "other") (type $f)
            (block $caught (result i32) (try_table (catch $own $caught) (throw $tag (local.get 0))) unreachable))"#]);
    let mut merged = merged(&mut live);
    assert_eq!(merged.call("lib1.own", 3), returned(3));
    assert_eq!(merged.call("lib1.other", 3), Outcome::Thrown);
}

#[test]
fn slots_of_all_kinds_hold_the_same_functions_again() {
    let mut live = guest(&[
        r#"(func $half (export "half") (type $f) (i32.div_u (local.get 0) (i32.const 2)))
           (elem (i32.add (global.get $table_base) (i32.const 3)) func $half)"#,
        r#"(import "env" "half" (func $half (type $f)))
           (import "GOT.func" "next" (global $next (mut i32)))
           (elem (global.get $table_base) (ref null func) (ref.func $half) (ref.null func) (ref.func $half))
           (func (export "of_next") (type $f) (call_indirect (type $f) (local.get 0) (global.get $next)))
           (func (export "slot") (type $f) (call_indirect (type $f) (i32.const 10) (local.get 0)))"#,
    ]);
    live.address_of("half");
    let mut merged = merged(&mut live);
    assert_eq!(merged.call("lib2.of_next", 5), returned(6));
    let slots: Vec<_> = (0..24).map(|slot| (live.call(2, "slot", slot), merged.call("lib2.slot", slot))).collect();
    for (slot, (live, merged)) in slots.iter().enumerate() {
        assert_eq!(live, merged, "slot {slot}");
    }
    let half = slots.iter().filter(|(live, _)| *live == returned(5)).count();
    assert_eq!(half, 4, "one of its own, two of the other library, one that was asked for");
}

#[test]
fn functions_are_told_apart_by_their_type_and_called_by_reference() {
    // Modelled on the driver's trampoline; the types have other numbers and another order than the main module's.
    let trampoline = r#"
        (type $none (func (result i32)))
        (type $two (func (param i32 i32) (result i32)))
        (func (export "arity") (type $f) (local $function funcref) (local $known (ref null $two))
            (local.set $function (table.get (local.get 0)))
            (if (ref.test (ref $two) (local.get $function)) (then
                (local.set $known (ref.cast (ref null $two) (local.get $function)))
                (return (call_ref $two (i32.const 40) (i32.const 2) (local.get $known)))))
            (if (ref.test (ref $f) (local.get $function)) (then
                (return (call_ref $f (i32.const 1) (ref.cast (ref $f) (local.get $function))))))
            (if (ref.test (ref $none) (local.get $function)) (then (return (i32.const 0))))
            (i32.const -1))"#;
    let others = r#"
        (type $nothing (func (result i32)))
        (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
        (func (export "zero") (type $nothing) (i32.const 0))
        (func (export "long") (param i64))"#;
    let mut live = guest(&[others, trampoline]);
    let expected = [("add", 42), ("next", 2), ("zero", 0), ("long", -1)];
    let slots = expected.map(|(name, result)| (live.address_of(name), result));
    let mut merged = merged(&mut live);
    for (slot, result) in slots {
        assert_eq!(live.call(2, "arity", slot), returned(result));
        assert_eq!(merged.call("lib2.arity", slot), returned(result));
    }
}

#[test]
fn types_that_refer_to_each_other_are_the_same_in_all_modules() {
    let types = r#"
        (rec (type $list (struct (field i32) (field (ref null $other)))) (type $other (struct (field (ref null $list)))))
        (type $make (func (param i32) (result (ref $list))))"#;
    let makes = format!(
        r#"{types} (func (export "make") (type $make) (struct.new $list (local.get 0) (struct.new $other (ref.null $list))))"#
    );
    let uses = format!(
        r#"(type $filler (func (param f64))) (type $array (array (mut i8))) {types}
        (import "env" "make" (func $made (type $make)))
        (func (export "value") (type $f) (local $list (ref null $list)) (local $array (ref null $array))
            (local.set $list (call $made (local.get 0)))
            (local.set $array (array.new $array (i32.const 5) (i32.const 3)))
            (i32.add (struct.get $list 0 (local.get $list))
                (i32.add (array.get_u $array (local.get $array) (i32.const 1)) (array.len (local.get $array)))))"#
    );
    let mut live = guest(&[&makes, &uses]);
    assert_eq!(live.call(2, "value", 3), returned(11));
    assert_eq!(merged(&mut live).call("lib2.value", 3), returned(11));
}

#[test]
fn passive_and_declared_element_segments_are_kept() {
    let library = r#"
        (elem $declared declare func $nine)
        (elem $passive func $nine)
        (func $nine (type $f) (i32.const 9))
        (func (export "fill") (type $f)
            (table.init $passive (local.get 0) (i32.const 0) (i32.const 1))
            (elem.drop $passive)
            (call_indirect (type $f) (i32.const 0) (local.get 0)))
        (func (export "reference") (type $f) (call_ref $f (i32.const 0) (ref.func $nine)))"#;
    let mut live = guest(&["(elem func)", library]);
    let mut merged = merged(&mut live);
    assert_eq!(merged.call("lib2.reference", 0), returned(9));
    assert_eq!(merged.call("lib2.fill", 2), returned(9));
}

#[test]
fn an_import_of_an_import_is_where_it_is_defined() {
    let mut live = guest(&[
        r#"(import "env" "next" (func $next (type $f))) (import "host" "twice" (func $twice (type $f)))
           (export "next_too" (func $next)) (export "twice_too" (func $twice))"#,
        r#"(import "env" "next_too" (func $next (type $f))) (import "env" "twice_too" (func $twice (type $f)))
           (import "host" "note" (func $note (param i32)))
           (export "next_again" (func $next))
           (func (export "both") (type $f) (call $note (local.get 0)) (return_call $twice (call $next (local.get 0))))"#,
    ]);
    let slot = live.address_of("twice_too");
    assert_eq!(live.call(2, "both", 4), returned(10));
    let wasm = live.merge().expect("the guest can be merged");
    let mut merged = Merged::new(&wasm);
    assert_eq!(merged.call("lib2.both", 4), returned(10));
    assert_eq!(merged.call("lib2.next_again", 4), returned(5));
    assert_eq!(merged.call("lib1.twice_too", 4), returned(8));
    assert_eq!(merged.call("caught", slot), returned(-1), "a host function in a slot is called and throws nothing");
    assert_eq!((live.notes(), merged.notes()), (&[4][..], &[4][..]));
    let imports = crate::shape::imports(&wasm);
    assert_eq!(imports, ["host.twice", "host.note"], "each once, the main module's first");
}
