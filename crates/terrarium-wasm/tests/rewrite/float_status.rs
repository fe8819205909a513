//! The floating-point status of numpy's modules, on a small module with functions of the same form.

use std::cell::RefCell;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use terrarium_wasm::rewrite::{RewriteOptions, rewrite, validate};
use wasmtime::{
    Global, GlobalType, Instance, Memory, MemoryType, Module, Mutability, Ref, Store, Table, TableType, Val,
};

use crate::support::engine;

/// Functions that read, clear and set the status, as toolchains write them where there are no flags; a division of
/// integers and of single numbers; conversions; and a loop with the function that calls it.
const LIBRARY: &str = r#"(module
    (type $loop (func (param i32 i32 i32 i32)))
    (import "env" "memory" (memory 1))
    (import "env" "__indirect_function_table" (table 4 funcref))
    (import "env" "__stack_pointer" (global $stack (mut i32)))
    (import "env" "__table_base" (global $slots i32))
    (import "env" "fetestexcept" (func $test (param i32) (result i32)))
    (import "env" "feraiseexcept" (func $raise (param i32) (result i32)))
    (elem (global.get $slots) func $divide)
    (func $get (export "get") (param i32) (result i32)
        i32.const 0 call $test drop
        local.get 0 if local.get 0 i32.load8_u drop end
        i32.const 0)
    (func $clear (export "clear") (param i32) (result i32) local.get 0 call $get drop i32.const 0)
    (func $set i32.const 0 call $raise drop)
    (func (export "integer") (param i32 i32) (result i32)
        block (result i32)
            local.get 1
            if
                local.get 0 i32.const 0x80000000 i32.ne
                local.get 1 i32.const -1 i32.ne
                i32.or i32.eqz
                if call $set i32.const 0x80000000 br 2 end
                local.get 0 local.get 1 i32.div_s
                br 1
            end
            call $set
            i32.const 0
        end)
    (func $helper (param f64 f64) (result f64) local.get 0 local.get 1 f64.mul)
    (func (export "scalar") (param f64 f64) (result i32) (local f64)
        i32.const 0 call $clear drop
        local.get 0 local.get 1 f64.div local.set 2
        local.get 0 local.get 1 call $helper drop
        i32.const 0 call $get)
    (func (export "unchecked") (param f64 f64) (result f64) local.get 0 local.get 1 call $helper)
    (func (export "to_int") (param f64) (result i32) local.get 0 i32.trunc_sat_f64_s)
    (func (export "to_unsigned") (param f32) (result i64) local.get 0 i64.trunc_sat_f32_u)
    (func (export "to_float") (param f64) (result f32) local.get 0 f32.demote_f64)
    ;; args, dimensions, steps, data
    (func $divide (param i32 i32 i32 i32) (local $i i32)
        (loop $next
            (f64.store
                (i32.add (i32.load offset=8 (local.get 0)) (i32.mul (local.get $i) (i32.load offset=8 (local.get 2))))
                (f64.div
                    (f64.load (i32.add (i32.load (local.get 0)) (i32.mul (local.get $i) (i32.load (local.get 2)))))
                    (f64.load (i32.add (i32.load offset=4 (local.get 0))
                        (i32.mul (local.get $i) (i32.load offset=4 (local.get 2)))))))
            (br_if $next (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.load (local.get 1))))))
    ;; context, args, dimensions, steps, data: a loop of `ufunc.at`, for places in an axis
    (func (export "at") (param i32 i32 i32 i32 i32) (result i32) (local $n i32) (local $length i32) (local $at i32)
        i32.const 0 local.set 0
        local.get 2 i32.load local.tee 2 i32.const 0 local.get 2 i32.const 0 i32.gt_s select local.set $n
        local.get 3 i32.load offset=12 local.set $length
        (loop $next
            (local.set $at (i32.load (i32.add (i32.load offset=4 (local.get 1)) (i32.shl (local.get 0) (i32.const 2)))))
            (if (i32.lt_s (local.get $at) (i32.const 0))
                (then (local.set $at (i32.add (local.get $at) (local.get $length)))))
            (local.set $at (i32.add (i32.load (local.get 1)) (i32.shl (local.get $at) (i32.const 3))))
            (f64.store (local.get $at)
                (f64.div (f64.load (local.get $at)) (f64.load (i32.load offset=8 (local.get 1)))))
            (br_if $next (i32.lt_s (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (local.get $n))))
        i32.const 0)
    (func (export "run") (param i32 i32 i32 i32 i32) (result i32)
        local.get 1 local.get 2 local.get 3 local.get 4 i32.load offset=20 local.get 4 i32.load offset=16
        call_indirect (type $loop)
        i32.const 0))"#;

const DIVISION: i32 = 1;
const OVERFLOW: i32 = 2;
const UNDERFLOW: i32 = 4;
const INVALID: i32 = 8;

struct Library {
    store: Store<()>,
    instance: Instance,
    memory: Memory,
}

impl Library {
    fn new(options: &RewriteOptions) -> Self {
        let rewritten = rewrite(&wat::parse_str(LIBRARY).unwrap(), options).unwrap();
        validate(&rewritten).unwrap();
        let engine = engine();
        let module = Module::new(&engine, &rewritten).unwrap();
        let mut store = Store::new(&engine, ());
        let memory = Memory::new(&mut store, MemoryType::new(16, None)).unwrap();
        let table =
            Table::new(&mut store, TableType::new(wasmtime::RefType::FUNCREF, 4, None), Ref::Func(None)).unwrap();
        let int = wasmtime::ValType::I32;
        let stack = GlobalType::new(int.clone(), Mutability::Var);
        let stack = Global::new(&mut store, stack, Val::I32(1 << 19)).unwrap();
        let slots = Global::new(&mut store, GlobalType::new(int, Mutability::Const), Val::I32(1)).unwrap();
        let flags = wasmtime::Func::wrap(&mut store, |_: i32| 0);
        let imports = [memory.into(), table.into(), stack.into(), slots.into(), flags.into(), flags.into()];
        let instance = Instance::new(&mut store, &module, &imports).unwrap();
        Self { store, instance, memory }
    }

    fn call(&mut self, name: &str, arguments: &[Val]) -> Val {
        let function = self.instance.get_func(&mut self.store, name).unwrap();
        let mut results = [Val::I32(0)];
        function.call(&mut self.store, arguments, &mut results).unwrap();
        results[0]
    }

    /// Returns the status that a call leaves.
    fn status(&mut self, name: &str, arguments: &[Val]) -> i32 {
        self.call("clear", &[Val::I32(0)]);
        self.call(name, arguments);
        let status = self.call("get", &[Val::I32(0)]).unwrap_i32();
        assert_eq!(self.call("clear", &[Val::I32(0)]).unwrap_i32(), status, "{name} {arguments:?}");
        assert_eq!(self.call("get", &[Val::I32(0)]).unwrap_i32(), 0);
        status
    }

    fn write(&mut self, address: usize, words: &[i32]) {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        self.memory.write(&mut self.store, address, &bytes).unwrap();
    }

    /// Divides the arrays as the loop of the ufunc `name`, into another array or into the first one, and returns the
    /// status. A step of 0 repeats the second array's only number.
    fn divide(&mut self, name: &[u8; 8], first: &[f64], second: &[f64], in_place: bool) -> i32 {
        const DOUBLE: i32 = 12;
        let array = |n: i32| 0x1_0000 + n * 0x4_0000;
        for (n, numbers) in [first, second].into_iter().enumerate() {
            let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
            self.memory.write(&mut self.store, array(n as i32) as usize, &bytes).unwrap();
        }
        // The context: caller, method, descriptors. The data of the loop: its slot, and its own data.
        self.write(2000, &[2200, 0, 2100]);
        self.write(2100, &[2120, 2120, 2120]);
        self.write(2120, &[0, 0, 0, 0, DOUBLE]);
        self.write(2200, &[0, 0, 2, 1, 3, 0, 0, 0, 0, 0, 2300, 0, 0, 0, 0, 0, 0]);
        self.memory.write(&mut self.store, 2300, name).unwrap();
        self.write(2400, &[array(0), array(1), if in_place { array(0) } else { array(2) }]);
        self.write(2420, &[first.len() as i32]);
        self.write(2440, &[8, if second.len() == 1 { 0 } else { 8 }, 8]);
        // The loop has data of its own, so that no loop of the rewriting takes its place.
        self.write(2500, &[0, 0, 0, 0, 1, 1]);
        self.status("run", &[2000, 2400, 2420, 2440, 2500].map(Val::I32))
    }

    /// Runs numpy's loop of the ufunc `name` on `count` elements of the type `kind`, with operands and a result at
    /// these addresses with these steps, and returns the status.
    fn operate(&mut self, name: &[u8], kind: i32, places: &[(i32, i32)], count: i32) -> i32 {
        let inputs = places.len() as i32 - 1;
        self.write(2000, &[2200, 0, 2100]);
        self.write(2100, &[2120, 2120, 2120]);
        self.write(2120, &[0, 0, 0, 0, kind]);
        self.write(2200, &[0, 0, inputs, 1, inputs + 1, 0, 0, 0, 0, 0, 2300, 0, 0, 0, 0, 0, 0]);
        let mut text = [0; 16];
        text[..name.len()].copy_from_slice(name);
        self.memory.write(&mut self.store, 2300, &text).unwrap();
        self.write(2400, &places.iter().map(|place| place.0).collect::<Vec<_>>());
        self.write(2420, &[count]);
        self.write(2440, &places.iter().map(|place| place.1).collect::<Vec<_>>());
        self.write(2500, &[0, 0, 0, 0, 1, 0]);
        // The last loop is forgotten: in numpy, a slot has one loop, and not those of all tests.
        self.write(1012, &[0]);
        self.status("run", &[2000, 2400, 2420, 2440, 2500].map(Val::I32))
    }

    fn bytes(&self, at: usize, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        self.memory.read(&self.store, at, &mut bytes).unwrap();
        bytes
    }
}

fn library() -> Library {
    Library::new(&RewriteOptions { float_status: true, ..RewriteOptions::default() })
}

#[test]
fn without_the_option_there_is_no_status() {
    let mut library = Library::new(&RewriteOptions::default());
    assert_eq!(library.status("integer", &[Val::I32(1), Val::I32(0)]), 0);
    assert_eq!(library.divide(b"divide\0\0", &[1.0], &[0.0], false), 0);
}

#[test]
fn divisions_of_integers_set_the_bits_that_they_mean() {
    let mut library = library();
    assert_eq!(library.status("integer", &[Val::I32(7), Val::I32(2)]), 0);
    assert_eq!(library.status("integer", &[Val::I32(7), Val::I32(0)]), DIVISION);
    assert_eq!(library.status("integer", &[Val::I32(i32::MIN), Val::I32(-1)]), OVERFLOW);
    assert_eq!(library.call("integer", &[Val::I32(7), Val::I32(2)]).unwrap_i32(), 3);
}

#[test]
fn single_numbers_are_checked_where_the_status_is_read() {
    let mut library = library();
    let cases = [
        (1.0, 2.0, 0),
        (1.0, 0.0, DIVISION),
        (0.0, 0.0, INVALID),
        (1e308, 1e-10, OVERFLOW),
        (1e308, 1e10, OVERFLOW),
        (1e-300, 1e-300, UNDERFLOW),
        (1e-300, 1e300, UNDERFLOW),
        (f64::NAN, 0.0, 0),
        (f64::INFINITY, 2.0, 0),
        (f64::INFINITY, f64::INFINITY, INVALID),
        (0.0, 1e-300, 0),
    ];
    for (a, b, bits) in cases {
        let arguments = [Val::F64(f64::to_bits(a)), Val::F64(f64::to_bits(b))];
        assert_eq!(library.call("scalar", &arguments).unwrap_i32(), bits, "{a} {b}");
    }
    // Loops call the function too, without the cost of a check.
    let arguments = [Val::F64(1e308_f64.to_bits()), Val::F64(1e10_f64.to_bits())];
    assert_eq!(library.status("unchecked", &arguments), 0);
}

#[test]
fn the_loops_for_places_in_an_axis_are_checked() {
    let divide = |library: &mut Library, divisor: f64, places: [i32; 3]| {
        for (at, number) in [(3000, 1.0), (3008, 0.0), (3016, f64::MAX), (3100, divisor)] {
            library.memory.write(&mut library.store, at, &f64::to_le_bytes(number)).unwrap();
        }
        library.write(2400, &[3000, 3200, 3100]);
        library.write(2420, &[3]);
        library.write(2440, &[8, 4, 0, 3]);
        library.write(3200, &places);
        let status = library.status("at", &[0, 2400, 2420, 2440, 0].map(Val::I32));
        (status, library.bytes(3000, 24))
    };
    let (mut checked, mut plain) = (library(), Library::new(&RewriteOptions::default()));
    for (divisor, places, bits) in [
        (2.0, [0, 1, 2], 0),
        (0.0, [0, 0, 0], DIVISION),
        (0.0, [1, 1, 1], INVALID),
        (0.0, [0, 1, -1], DIVISION | INVALID),
        (0.5, [0, 1, 1], 0),
        (0.5, [0, 0, -1], OVERFLOW),
        (f64::NAN, [0, 1, 2], 0),
    ] {
        let (status, numbers) = divide(&mut checked, divisor, places);
        assert_eq!(status, bits, "{divisor} {places:?}");
        assert_eq!((0, numbers), divide(&mut plain, divisor, places));
    }
}

#[test]
fn conversions_are_checked() {
    let mut library = library();
    let double = |number: f64| [Val::F64(number.to_bits())];
    for (number, bits, result) in [
        (1.5, 0, 1),
        (-2_147_483_648.9, 0, i32::MIN),
        (-2_147_483_649.0, INVALID, i32::MIN),
        (2_147_483_647.9, 0, i32::MAX),
        (2_147_483_648.0, INVALID, i32::MIN),
        (f64::NAN, INVALID, i32::MIN),
    ] {
        assert_eq!(library.status("to_int", &double(number)), bits, "{number}");
        assert_eq!(library.call("to_int", &double(number)).unwrap_i32(), result);
    }
    for (number, bits, result) in [
        (1.5_f32, 0, 1),
        (-0.5, 0, 0),
        (-1.0, INVALID, u64::MAX),
        (1e19, 0, 9_999_999_980_506_447_872),
        (1.9e19, INVALID, 0),
        (-1e19, INVALID, 1 << 63),
        (f32::NAN, INVALID, 1 << 63),
    ] {
        let number = [Val::F32(number.to_bits())];
        assert_eq!(library.status("to_unsigned", &number), bits, "{number:?}");
        assert_eq!(library.call("to_unsigned", &number).unwrap_i64().cast_unsigned(), result, "{number:?}");
    }
    for (number, bits) in [(1e38, 0), (1e39, OVERFLOW), (f64::INFINITY, 0), (f64::NAN, 0)] {
        assert_eq!(library.status("to_float", &double(number)), bits, "{number}");
    }
}

#[test]
fn loops_are_checked_at_every_length_and_place() {
    let mut library = library();
    for length in [1, 2, 7, 8, 9, 16, 17, 100, 2047, 2048, 2049, 5000] {
        let ones = vec![1.0; length];
        for in_place in [false, true] {
            assert_eq!(library.divide(b"divide\0\0", &ones, &ones, in_place), 0, "{length}");
            assert_eq!(library.divide(b"divide\0\0", &ones, &[0.0], in_place), DIVISION, "{length}");
            assert_eq!(
                library.divide(b"add\0\0\0\0\0", &vec![1e308; length], &[1e-10], in_place),
                OVERFLOW,
                "{length}"
            );
            let absent = vec![f64::NAN; length];
            assert_eq!(library.divide(b"divide\0\0", &absent, &[0.0], in_place), 0, "{length}");
            for place in [0, length / 2, length - 1] {
                let mut zeros = ones.clone();
                zeros[place] = 0.0;
                assert_eq!(library.divide(b"divide\0\0", &ones, &zeros, in_place), DIVISION, "{length} {place}");
                assert_eq!(library.divide(b"divide\0\0", &zeros, &zeros, in_place), INVALID, "{length} {place}");
                // Among numbers that are absent, those that come to be are found.
                let mut mixed = absent.clone();
                mixed[place] = 1.0;
                assert_eq!(library.divide(b"divide\0\0", &mixed, &zeros, in_place), DIVISION, "{length} {place}");
                assert_eq!(library.divide(b"divide\0\0", &absent, &zeros, in_place), 0, "{length} {place}");
            }
        }
    }
}

#[test]
fn a_piece_of_a_loop_leaves_the_results_as_they_were() {
    let (mut checked, mut plain) = (library(), Library::new(&RewriteOptions::default()));
    let first: Vec<f64> = (0..5000).map(|n| f64::from(n % 7) - 3.0).collect();
    let second: Vec<f64> = (0..5000).map(|n| f64::from(n % 3)).collect();
    let results = |library: &mut Library| {
        library.divide(b"divide\0\0", &first, &second, false);
        let mut bytes = vec![0; 5000 * 8];
        library.memory.read(&library.store, 0x9_0000, &mut bytes).unwrap();
        bytes
    };
    assert_eq!(results(&mut checked), results(&mut plain));
}

/// A number type of the loops that the rewriting brings.
trait Number: Copy + PartialEq + std::fmt::Debug {
    const KIND: i32;
    const SIZE: usize;
    fn from_bytes(bytes: &[u8]) -> Self;
    fn write(self, bytes: &mut [u8]);
    /// Returns the result of the operation `name` and the bits that it sets.
    fn operate(name: &str, x: Self, y: Self) -> (Self, i32);
    fn same(self, other: Self) -> bool;
}

macro_rules! float {
    ($type:ident, $kind:literal) => {
        impl Number for $type {
            const KIND: i32 = $kind;
            const SIZE: usize = size_of::<$type>();

            fn from_bytes(bytes: &[u8]) -> Self {
                Self::from_le_bytes(bytes.try_into().unwrap())
            }

            fn write(self, bytes: &mut [u8]) {
                bytes.copy_from_slice(&self.to_le_bytes());
            }

            fn operate(name: &str, x: Self, y: Self) -> (Self, i32) {
                let (x, y, result) = match name {
                    "add" => (x, y, x + y),
                    "subtract" => (x, y, x - y),
                    "multiply" => (x, y, x * y),
                    "divide" => (x, y, x / y),
                    "square" => (x, x, x * x),
                    "reciprocal" => (1.0, x, 1.0 / x),
                    _ => (x, 1.0, x.sqrt()),
                };
                let finite = x.is_finite() && y.is_finite();
                let bits = match result {
                    _ if result.is_nan() && !x.is_nan() && !y.is_nan() => INVALID,
                    _ if result.is_infinite() && finite && matches!(name, "divide" | "reciprocal") && y == 0.0 => {
                        DIVISION
                    }
                    _ if result.is_infinite() && finite => OVERFLOW,
                    _ => 0,
                };
                (result, bits)
            }

            fn same(self, other: Self) -> bool {
                self.to_bits() == other.to_bits() || self.is_nan() && other.is_nan()
            }
        }
    };
}
float!(f64, 12);
float!(f32, 11);

/// Tries an operation on numbers of every kind: arrays of any length, strided, single, in place, and with a result that
/// is an operand of a later element.
fn operations_agree<T: Number + 'static>(names: &[&'static str], numbers: &[T]) {
    const AREA: usize = 0x2_0000;
    const START: usize = 0x1_0000;
    let library = RefCell::new(library());
    let place = || (0..3_usize, 0..3_usize, 0..6_usize);
    let inputs = (
        0..names.len(),
        1..400_usize,
        [place(), place(), place()],
        proptest::collection::vec(0..numbers.len(), 1..12),
        any::<bool>(),
    );
    let mut runner = TestRunner::deterministic();
    runner
        .run(&inputs, |(name, count, places, chosen, rare)| {
            let library = &mut *library.borrow_mut();
            let name = names[name];
            let unary = matches!(name, "square" | "sqrt" | "reciprocal");
            let size = T::SIZE;
            // Three areas; an operand has the area of the result or another one, is a little apart from it, and has a
            // step of none, one or two elements. The result has a step of at least one.
            let mut places: Vec<(usize, usize)> =
                places.iter().map(|(area, step, apart)| (START + area * AREA + apart * size, step * size)).collect();
            places[2].1 = places[2].1.max(size);
            let mut memory = vec![0; 3 * AREA];
            for (index, bytes) in memory.chunks_exact_mut(size).enumerate() {
                let usual = rare && index % 150 != 0;
                let number = if usual { 0 } else { chosen[index % chosen.len()] };
                numbers[number].write(bytes);
            }
            library.memory.write(&mut library.store, START, &memory).unwrap();
            let mut bits = 0;
            for index in 0..count {
                let at = |place: (usize, usize)| place.0 + index * place.1 - START;
                let read = |place| T::from_bytes(&memory[at(place)..at(place) + size]);
                let (result, set) = T::operate(name, read(places[0]), read(places[1]));
                bits |= set;
                result.write(&mut memory[at(places[2])..at(places[2]) + size]);
            }
            let mut given: Vec<(i32, i32)> = places.iter().map(|(at, step)| (*at as i32, *step as i32)).collect();
            if unary {
                given.remove(1);
            }
            let status = library.operate(name.as_bytes(), T::KIND, &given, count as i32);
            prop_assert_eq!(status, bits, "{} {} {:?}", name, count, given);
            let after = library.bytes(START, memory.len());
            for (here, there) in after.chunks_exact(size).zip(memory.chunks_exact(size)) {
                prop_assert!(T::from_bytes(here).same(T::from_bytes(there)), "{} {} {:?}", name, count, given);
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn operations_on_doubles_and_floats_are_exact_and_set_their_bits() {
    let names = ["add", "subtract", "multiply", "divide", "square", "reciprocal", "sqrt"];
    let doubles = [
        1.5,
        -0.0,
        0.0,
        -2.5,
        1e308,
        -1.7e308,
        1e-308,
        5e-324,
        1e154,
        1e200,
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
    ];
    operations_agree::<f64>(&names, &doubles);
    let floats =
        [1.5, -0.0, 0.0, -2.5, 1e38, -3e38, 1e-38, 1e-45, 1e19, 1e30, f32::NAN, f32::INFINITY, f32::NEG_INFINITY];
    operations_agree::<f32>(&names, &floats);
}
