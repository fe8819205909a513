//! The floating-point status of numpy's modules, on a small module with functions of the same form.

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
        self.write(2500, &[0, 0, 0, 0, 1, 0]);
        self.status("run", &[2000, 2400, 2420, 2440, 2500].map(Val::I32))
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
fn conversions_are_checked() {
    let mut library = library();
    let double = |number: f64| [Val::F64(number.to_bits())];
    for (number, bits) in [
        (1.5, 0),
        (-2_147_483_648.9, 0),
        (-2_147_483_649.0, INVALID),
        (2_147_483_647.9, 0),
        (2_147_483_648.0, INVALID),
        (f64::NAN, INVALID),
    ] {
        assert_eq!(library.status("to_int", &double(number)), bits, "{number}");
        assert_eq!(library.call("to_int", &double(number)).unwrap_i32(), number as i32);
    }
    for (number, bits) in
        [(1.5_f32, 0), (-0.5, 0), (-1.0, INVALID), (1.8e19, 0), (1.9e19, INVALID), (f32::NAN, INVALID)]
    {
        assert_eq!(library.status("to_unsigned", &[Val::F32(number.to_bits())]), bits, "{number}");
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
