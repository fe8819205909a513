//! Dynamic linking, with handwritten libraries that the code provides, and `ctypes` as their user.

use std::collections::BTreeMap;

use terrarium_core::{Bytes, ExecuteOptions, ExecutionResult, Image, ImageOptions, Sandbox, SandboxOptions, Status};
use terrarium_tests::{options, wheel};

use crate::support::{error_of, success};

/// Makes the library of a module's text, with `head` in its `dylink.0` section.
fn library(head: &str, body: &str) -> Bytes {
    let text = format!("(module (@dylink.0 {head}) {body})");
    wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}")).into()
}

/// Functions and data, with the memory that every library imports.
const SIMPLE: &str = r#"
    (import "env" "memory" (memory 0))
    (import "env" "__memory_base" (global $base i32))
    (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
    (func (export "half") (param f64) (result f64) (f64.mul (local.get 0) (f64.const 0.5)))
    (func (export "count") (result i32)
        (i32.store (global.get $base) (i32.add (i32.load (global.get $base)) (i32.const 1)))
        (i32.load (global.get $base)))
    (global (export "counter") i32 (i32.const 0))
    (data (offset (global.get $base)) "\29\00\00\00")"#;
const WITH_MEMORY: &str = "(mem-info (memory 16 2) (table 0 0))";

fn run(libraries: &[(&str, Bytes)], code: &str) -> ExecutionResult {
    let options = options().untrusted_libraries(true);
    run_with(options, libraries, code)
}

fn run_with(options: SandboxOptions, libraries: &[(&str, Bytes)], code: &str) -> ExecutionResult {
    let files: BTreeMap<_, _> = libraries.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.clone())).collect();
    let execute = ExecuteOptions::new().files(files);
    let code = format!("import ctypes\nfrom ctypes import *\n{code}");
    Sandbox::new(options).unwrap().execute_with(&code, execute).unwrap()
}

/// Returns the output of the code.
#[track_caller]
fn printed(libraries: &[(&str, Bytes)], code: &str) -> String {
    success(&run(libraries, code)).stdout.clone()
}

#[test]
fn functions_and_data_of_a_library_are_found() {
    let code = "lib = CDLL('./a.so')
lib.half.restype, lib.half.argtypes = c_double, [c_double]
print(lib.add(2, 40), lib.half(5.0), lib.count(), c_int.in_dll(lib, 'counter').value)
print(CDLL('a.so' if False else '/home/earth/a.so').count())";
    assert_eq!(printed(&[("a.so", library(WITH_MEMORY, SIMPLE))], code), "42 2.5 42 42\n43\n");
}

#[test]
fn a_library_that_the_code_brings_is_refused_unless_the_option_allows_it() {
    let result = run_with(options(), &[("a.so", library(WITH_MEMORY, SIMPLE))], "CDLL('./a.so')");
    let (kind, message) = error_of(&result);
    assert_eq!(kind, "OSError");
    assert!(message.contains("./a.so") && message.contains("option `untrusted_libraries`"), "{message}");
}

#[test]
fn what_is_no_library_is_an_error_that_names_the_file_and_why() {
    let wasm = wat::parse_str("(module)").unwrap().into();
    let files = [("text.so", "no library".into()), ("plain.so", wasm), ("empty.so", "".into())];
    let code = "for name in ['./gone.so', 'gone.so', './text.so', './plain.so', './empty.so', '/home', './text.so/x']:
    try: CDLL(name)
    except OSError as e: print(e)";
    let printed = printed(&files, code);
    let lines: Vec<&str> = printed.lines().collect();
    assert_eq!(lines[0], "./gone.so: cannot open shared object file: No such file or directory");
    assert_eq!(lines[1], "gone.so: cannot open shared object file: No such file or directory");
    assert!(lines[2].starts_with("./text.so: not a valid WebAssembly module: "), "{}", lines[2]);
    assert_eq!(lines[3], "./plain.so: not a shared library: it has no section `dylink.0`");
    assert!(lines[4].starts_with("./empty.so: not a valid WebAssembly module: "), "{}", lines[4]);
    assert!(lines[5].starts_with("/home: cannot open shared object file: "), "{}", lines[5]);
    assert_eq!(lines[6], "./text.so/x: cannot open shared object file: Not a directory");
}

#[test]
fn a_missing_symbol_is_named() {
    let lacking = library(
        "",
        r#"(import "GOT.mem" "nowhere" (global (mut i32))) (import "GOT.func" "neither" (global (mut i32)))"#,
    );
    let result = run(&[("a.so", lacking)], "CDLL('./a.so')");
    assert_eq!(error_of(&result), ("OSError", "./a.so: undefined symbols: neither, nowhere"));
    let result = run(&[("a.so", library(WITH_MEMORY, SIMPLE))], "CDLL('./a.so').gone");
    let (kind, message) = error_of(&result);
    assert!(kind == "AttributeError" && message.contains("gone"), "{kind}: {message}");
}

#[test]
fn a_function_that_nobody_defines_fails_when_it_is_called() {
    let body = r#"(import "env" "nowhere" (func $f (result i32)))
        (func (export "fine") (result i32) i32.const 7) (func (export "call") (result i32) call $f)"#;
    let files = [("a.so", library("", body))];
    assert_eq!(printed(&files, "print(CDLL('./a.so').fine())"), "7\n");
    let result = run(&files, "print('before', flush=True)\nCDLL('./a.so').call()");
    assert_eq!((result.status, result.stdout.as_str()), (Status::Crashed, "before\n"));
    assert!(error_of(&result).1.contains("called the undefined function nowhere"), "{:?}", result.error);
}

#[test]
fn a_needed_library_is_loaded_first_from_the_runtime_path() {
    let user = r#"(import "env" "add" (func $add (param i32 i32) (result i32)))
        (func (export "seven") (result i32) (call $add (i32.const 3) (i32.const 4)))"#;
    let head = r#"(needed "base.so") (runtime-path "$ORIGIN/libs")"#;
    let files = [("user.so", library(head, user)), ("libs/base.so", library(WITH_MEMORY, SIMPLE))];
    assert_eq!(printed(&files, "print(CDLL('./user.so').seven(), CDLL('./libs/base.so').count())"), "7 42\n");
    let result = run(&files[..1], "CDLL('./user.so')");
    let expected = "./user.so: cannot find base.so, which /home/earth/user.so needs (searched /home/earth/libs)";
    assert_eq!(error_of(&result), ("OSError", expected));
}

#[test]
fn symbols_are_seen_by_others_only_if_the_library_is_global() {
    let base = library("", r#"(func (export "shared") (result i32) i32.const 5)"#);
    let user =
        library("", r#"(import "env" "shared" (func $f (result i32))) (func (export "call") (result i32) call $f)"#);
    let files = [("base.so", base), ("user.so", user)];
    assert_eq!(run(&files, "CDLL('./base.so')\nCDLL('./user.so').call()").status, Status::Crashed);
    let global = "CDLL('./base.so', mode=RTLD_GLOBAL)\nprint(CDLL('./user.so').call(), CDLL(None).shared())";
    assert_eq!(printed(&files, global), "5 5\n");
    let late = "user = CDLL('./user.so')\nCDLL('./base.so', mode=RTLD_GLOBAL)\nprint(user.call())";
    assert_eq!(printed(&files, late), "5\n", "a library that comes later is found too");
}

#[test]
fn weak_symbols_may_be_undefined() {
    let body = r#"(import "GOT.func" "maybe" (global $f (mut i32))) (import "GOT.mem" "perhaps" (global $d (mut i32)))
        (func (export "sum") (result i32) (i32.add (global.get $f) (global.get $d)))"#;
    let head = r#"(import-info "GOT.func" "maybe" binding-weak) (import-info "GOT.mem" "perhaps" binding-weak)"#;
    assert_eq!(printed(&[("a.so", library(head, body))], "print(CDLL('./a.so').sum())"), "0\n");
}

#[test]
fn a_function_has_one_address_wherever_it_is_taken() {
    // Two in the table of the library itself, one only exported, two of the interpreter's own.
    let body = r#"
        (import "env" "__indirect_function_table" (table 0 funcref))
        (import "env" "__table_base" (global $table i32))
        (import "GOT.func" "first" (global $first (mut i32)))
        (import "GOT.func" "third" (global $third (mut i32)))
        (import "GOT.func" "strlen" (global $strlen (mut i32)))
        (import "GOT.func" "PyLong_Type" (global $type (mut i32)))
        (func $first (export "first")) (func $second (export "second")) (func $third (export "third"))
        (elem (offset (global.get $table)) func $first $second)
        (func (export "of_first") (result i32) (global.get $first))
        (func (export "of_first_in_table") (result i32) (global.get $table))
        (func (export "of_third") (result i32) (global.get $third))
        (func (export "of_strlen") (result i32) (global.get $strlen))
        (func (export "of_type") (result i32) (global.get $type))"#;
    let code = "address = lambda f: cast(f, c_void_p).value
lib = CDLL('./a.so')
print(address(lib.first) == lib.of_first() == lib.of_first_in_table())
print(address(lib.second) == lib.of_first() + 1)
print(address(lib.third) == lib.of_third() == address(CDLL('./a.so').third))
print(address(CDLL(None).strlen) == lib.of_strlen(), lib.of_type() == id(int))
print(len({address(getattr(lib, n)) for n in ('first', 'second', 'third')}))";
    let files = [("a.so", library("(mem-info (memory 0 0) (table 2 0))", body))];
    assert_eq!(printed(&files, code), "True\nTrue\nTrue\nTrue True\n3\n");
}

#[test]
fn relocations_and_constructors_run_in_this_order_before_anything_else() {
    let body = r#"
        (import "env" "memory" (memory 0))
        (import "env" "__memory_base" (global $base i32))
        (import "GOT.mem" "value" (global $value (mut i32)))
        (global (export "value") i32 (i32.const 4))
        (data (offset (global.get $base)) "\00\00\00\00\07\00\00\00")
        (func (export "__wasm_apply_data_relocs") (i32.store (global.get $base) (global.get $value)))
        (func (export "__wasm_call_ctors")
            (i32.store (global.get $value) (i32.add (i32.load (i32.load (global.get $base))) (i32.const 1))))
        (func (export "read") (result i32) (i32.load (i32.load (global.get $base))))"#;
    assert_eq!(
        printed(&[("a.so", library("(mem-info (memory 8 3) (table 0 0))", body))], "print(CDLL('./a.so').read())"),
        "8\n"
    );
}

#[test]
fn exceptions_cross_the_borders_of_libraries() {
    for tag in ["__cpp_exception", "__c_longjmp"] {
        let thrower = format!(
            r#"(import "env" "{tag}" (tag $e (param i32)))
            (func (export "thrower") (param i32) (throw $e (local.get 0)))"#
        );
        let catcher = format!(
            r#"(import "env" "{tag}" (tag $e (param i32)))
            (import "env" "thrower" (func $f (param i32)))
            (func (export "caught") (param i32) (result i32)
                try (result i32) local.get 0 call $f i32.const 0 catch $e end)"#
        );
        let head = r#"(needed "t.so") (runtime-path "$ORIGIN")"#;
        let files = [("t.so", library("", &thrower)), ("c.so", library(head, &catcher))];
        assert_eq!(printed(&files, "print(CDLL('./c.so').caught(123))"), "123\n", "{tag}");
    }
    // Through a callback of Python and the host's foreign calls.
    let through = r#"(import "env" "__cpp_exception" (tag $e (param i32)))
        (import "env" "__indirect_function_table" (table 0 funcref))
        (func (export "throws") (throw $e (i32.const 9)))
        (func (export "caught") (param i32) (result i32)
            try (result i32) local.get 0 call_indirect i32.const 0 catch $e end)"#;
    let code = "lib = CDLL('./x.so')
print(lib.caught(CFUNCTYPE(None)(lambda: None)), lib.caught(lib.throws))";
    assert_eq!(printed(&[("x.so", library("", through))], code), "0 9\n");
}

#[test]
fn a_broken_library_ends_as_a_result_and_the_next_call_answers() {
    let sandbox = Sandbox::new(options().untrusted_libraries(true)).unwrap();
    let huge = [
        "(mem-info (memory 4000000000 0) (table 0 0))",
        "(mem-info (memory 0 0) (table 4000000000 0))",
        "(mem-info (memory 0 40) (table 0 0))",
        "(mem-info (memory 900000000 0) (table 0 0))",
        "(mem-info (memory 0 0) (table 1048576 0))",
    ];
    let mut cases: Vec<(Bytes, Status)> = huge.iter().map(|head| (library(head, ""), Status::Error)).collect();
    for body in [
        r#"(import "env" "strlen" (func (param f64)))"#,
        r#"(import "env" "nothing_of_the_kind" (global i32))"#,
        r#"(import "env" "__memory_base" (global (mut i64)))"#,
    ] {
        cases.push((library("", body), Status::Error));
    }
    for body in [
        "(func $f unreachable) (start $f)",
        "(func $f (export \"__wasm_call_ctors\") call $f)",
        r#"(import "env" "memory" (memory 0)) (func $f (i32.store (i32.const -4) (i32.const 1))) (start $f)"#,
    ] {
        cases.push((library("", body), Status::Crashed));
    }
    cases.push((library("", "(func (export \"__wasm_call_ctors\") (loop (br 0)))"), Status::Timeout));
    for (number, (bytes, status)) in cases.into_iter().enumerate() {
        let options = ExecuteOptions::new().file("a.so", bytes).timeout(std::time::Duration::from_secs(2));
        let result = sandbox.execute_with("import ctypes\nctypes.CDLL('./a.so')", options).unwrap();
        assert_eq!(result.status, status, "case {number}: {:?}", result.error);
        assert_eq!(
            sandbox.execute_with("1 + 1", ExecuteOptions::new().file("x", "")).unwrap().final_repr.as_deref(),
            Some("2")
        );
    }
}

#[test]
fn a_session_goes_on_after_a_library_that_cannot_be_linked() {
    let sandbox = Sandbox::new(options().untrusted_libraries(true)).unwrap();
    let mut session = sandbox.session().unwrap();
    let bad = library("(mem-info (memory 16 2) (table 4 0))", r#"(import "GOT.mem" "nowhere" (global (mut i32)))"#);
    session.write_file("bad.so", bad).unwrap();
    session.write_file("good.so", library(WITH_MEMORY, SIMPLE)).unwrap();
    session.execute("import ctypes").unwrap();
    for _ in 0..3 {
        assert_eq!(session.execute("ctypes.CDLL('./bad.so')").unwrap().status, Status::Error);
    }
    assert_eq!(session.execute("ctypes.CDLL('./good.so').add(1, 2)").unwrap().final_repr.as_deref(), Some("3"));
}

#[test]
fn the_libraries_that_code_brings_are_bounded() {
    let body = format!(r#"(@custom "fill" "{}")"#, "x".repeat(9 << 20));
    let code = "import shutil
for n in range(12):
    shutil.copy('a.so', f'{n}.so')
    try: CDLL(f'./{n}.so')
    except OSError as e: print(n, e); break
    os_remove = __import__('os').remove(f'{n}.so')";
    let printed = printed(&[("a.so", library("", &body))], code);
    assert_eq!(printed, "7 ./7.so: too many libraries were loaded before it\n");
}

#[test]
fn what_native_code_throws_becomes_a_python_exception() {
    let options = options()
        .packages(["tiktoken", "contourpy"])
        .preload(false)
        .package_source(concat!(env!("CARGO_MANIFEST_DIR"), "/corpus"))
        .timeout(None);
    let code = "import contourpy, tiktoken
# A panic in Rust: a letter that the vocabulary lacks.
encoding = tiktoken.Encoding('x', pat_str=r'\\w+', mergeable_ranks={b'a': 0, b'b': 1, b'ab': 2}, special_tokens={})
try: encoding.encode('zz')
except BaseException as e: print(type(e).__name__, e)
print(encoding.encode('abab'))
# An exception in C++.
lines = contourpy.contour_generator(z=[[0, 1], [1, 2]])
try: lines.filled(3, 2)
except ValueError as e: print('ValueError', e)
print(len(lines.lines(1)))";
    let result = run_with(options, &[], code);
    assert_eq!(
        success(&result).stdout,
        "PanicException no entry found for key\n[2, 2]\nValueError upper_level must be larger than lower_level\n1\n"
    );
    assert!(result.stderr.contains("panicked at"), "{}", result.stderr);
}

#[test]
fn what_is_loaded_on_top_of_an_image_links_with_the_libraries_in_it() {
    // Nothing takes the address of `twice` before the image is made.
    let twice =
        library("", r#"(func (export "twice") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2)))"#);
    let package = "import ctypes, os
lib = ctypes.CDLL(os.path.join(os.path.dirname(__file__), 'twice.so'), mode=ctypes.RTLD_GLOBAL)";
    let dir = tempfile::tempdir().unwrap();
    let files = [("twice/__init__.py", package.as_bytes()), ("twice/twice.so", &twice)];
    wheel(dir.path(), "twice", "1", &files, &[]);
    let image =
        Image::build(ImageOptions::new().package("twice").package_source(dir.path().to_string_lossy().into_owned()));
    let image = image.unwrap();
    let path = image.info().path.clone();
    let user = library(
        WITH_MEMORY,
        r#"(import "env" "memory" (memory 0))
        (import "env" "__memory_base" (global $base i32))
        (import "GOT.func" "twice" (global $address (mut i32)))
        (import "env" "twice" (func $twice (param i32) (result i32)))
        (import "env" "strlen" (func $strlen (param i32) (result i32)))
        (func (export "four_times") (param i32) (result i32) (call $twice (call $twice (local.get 0))))
        (func (export "address") (result i32) (global.get $address))
        (func (export "length") (result i32) (call $strlen (global.get $base)))
        (data (offset (global.get $base)) "seven..")"#,
    );
    let options = options().untrusted_libraries(true);
    let execute = ExecuteOptions::new().file("user.so", user);
    let code = "import ctypes, twice
user = ctypes.CDLL('./user.so')
address = ctypes.cast(twice.lib.twice, ctypes.c_void_p).value
print(user.four_times(3), user.address() == address, twice.lib.twice(4), user.length())";
    let result = Sandbox::on_image(image, options).unwrap().execute_with(code, execute).unwrap();
    std::fs::remove_file(path).unwrap();
    assert_eq!(success(&result).stdout, "12 True 8 7\n");
}
