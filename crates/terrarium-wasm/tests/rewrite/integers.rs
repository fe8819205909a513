//! The width of numpy's default integer: places in a module that fit the rules, and modules in which they do not.

use terrarium_wasm::rewrite::{RewriteOptions, integer_rules_that_fail, rewrite, validate};
use wasmtime::{Func, Instance, Module, Store};

use crate::support::engine;

/// A function with the instructions that the rule for the old generators describes. It gives a number to C's `long`, or
/// counts a reference to its argument and converts it.
const CUT: &str = r#"(func (export "EXPORT") (param i32) (result i32)
    (local i32 i32 i32 i32 i32 i32 i32 i32 i64)
    block block block block block
      local.get 0 i32.load offset=8
      if
        block
          i64.const 0x500000007 local.tee 9 i64.const -1 i64.ne br_if 0
          call $error i32.eqz br_if 0
          i32.const 116 local.set 6 br 2
        end
        local.get 9 i32.wrap_i64 call $long local.tee 3 br_if 5
        i32.const 117 local.set 6 br 1
      end
      local.get 0 i32.load local.tee 2 i32.const 1073741823 i32.le_s
      if
        local.get 0 local.get 2 i32.const 1 i32.add i32.store
      end
      i32.const -5 local.set 3
    end end end end end
    local.get 3)"#;

fn module(export: &str, functions: &[String]) -> Vec<u8> {
    let text = format!(
        r#"(module
            (import "env" "PyLong_FromLong" (func $long (param i32) (result i32)))
            (import "env" "PyErr_Occurred" (func $error (result i32)))
            (import "env" "PyLong_FromLongLong" (func $longlong (param i64) (result i32)))
            (memory (export "memory") 1)
            (func (export "{export}"))
            {})"#,
        functions.join("\n")
    );
    wat::parse_str(text).unwrap()
}

fn function(export: &str) -> String {
    CUT.replace("EXPORT", export)
}

fn wide(wasm: &[u8]) -> Vec<u8> {
    let options = RewriteOptions { default_integers: true, ..RewriteOptions::default() };
    let rewritten = rewrite(wasm, &options).unwrap();
    validate(&rewritten).unwrap();
    rewritten
}

/// Returns what the function gives for an object at address 16, with a number or another thing in it, and the object's
/// references after that.
fn call(wasm: &[u8], number: bool) -> (i32, i32) {
    let engine = engine();
    let module = Module::new(&engine, wasm).unwrap();
    let mut store = Store::new(&engine, ());
    let long = Func::wrap(&mut store, |number: i32| number);
    let error = Func::wrap(&mut store, || 0);
    let longlong = Func::wrap(&mut store, |number: i64| (number >> 32) as i32 * 1000);
    let instance = Instance::new(&mut store, &module, &[long.into(), error.into(), longlong.into()]).unwrap();
    let memory = instance.get_memory(&mut store, "memory").unwrap();
    memory.write(&mut store, 16, &3_i32.to_le_bytes()).unwrap();
    memory.write(&mut store, 24, &i32::from(number).to_le_bytes()).unwrap();
    let cut = instance.get_typed_func::<i32, i32>(&mut store, "cut").unwrap();
    let result = cut.call(&mut store, 16).unwrap();
    let mut references = [0; 4];
    memory.read(&store, 16, &mut references).unwrap();
    (result, i32::from_le_bytes(references))
}

#[test]
fn a_place_that_fits_the_rule_is_changed() {
    let wasm = module("PyInit_mtrand", &[function("cut")]);
    assert_eq!(integer_rules_that_fail(&wasm).unwrap(), Some(vec![]));
    assert_eq!(call(&wasm, true), (7, 3), "the module as built gives the lower half");
    assert_eq!(call(&wasm, false), (-5, 4));
    let wide = wide(&wasm);
    assert_eq!(call(&wide, true), (5000, 3), "all of the number goes to the wide conversion");
    assert_eq!(call(&wide, false), (16, 4), "another object comes back as it is, with one more reference");
}

#[test]
fn a_module_stays_as_it_is_unless_each_rule_fits_once() {
    for functions in [vec![], vec![function("cut"), function("again")]] {
        let wasm = module("PyInit_mtrand", &functions);
        let failed = integer_rules_that_fail(&wasm).unwrap().unwrap();
        assert_eq!(failed, ["integers of the old generators, which C's long would cut"]);
        assert_eq!(wide(&wasm), rewrite(&wasm, &RewriteOptions::default()).unwrap());
    }
}

#[test]
fn other_modules_have_no_rules() {
    let wasm = module("PyInit_other", &[function("cut")]);
    assert_eq!(integer_rules_that_fail(&wasm).unwrap(), None);
    assert_eq!(wide(&wasm), rewrite(&wasm, &RewriteOptions::default()).unwrap());
}
