//! Limits of memory, files and descriptors.

use std::time::Duration;

use terrarium_core::{Sandbox, Status};
use terrarium_tests::{options, run, run_in};

use crate::support::{error_of, int, success};

#[test]
fn too_large_a_request_is_a_memory_error_that_can_be_caught() {
    let baseline = run("pass").metrics.peak_memory;
    let options = options().memory(baseline + (128 << 20));
    let code = "try:\n    x = bytearray(300 << 20)\nexcept MemoryError:\n    print('caught')\nlen(bytearray(64 << 20))";
    let result = run_in(options.clone(), code);
    assert_eq!((success(&result).stdout.as_str(), result.final_expression.clone()), ("caught\n", int(64 << 20)));
    assert!(result.metrics.peak_memory <= baseline + (128 << 20));
    let result = run_in(options, "print('kept')\nx = bytearray(300 << 20)");
    assert_eq!((result.status, result.stdout.as_str()), (Status::MemoryExceeded, "kept\n"));
    assert_eq!(error_of(&result).0, "MemoryError");
    assert_eq!(result.error.and_then(|error| error.line), Some(2));
}

#[test]
fn the_memory_limit_holds_for_every_way_to_allocate() {
    let sandbox = Sandbox::new(options().memory(96 << 20)).unwrap();
    for code in [
        "x = []\nwhile True: x.append(bytes(10_000))",
        "x = []\nwhile True: x.append(object())",
        "x = {}\nn = 0\nwhile True:\n    x[n] = str(n)\n    n += 1",
        "b = bytearray(1)\nwhile True: b.extend(bytes(b))",
        "s = 'x'\nwhile True: s += s",
        "x = 1\nwhile True: x <<= 10_000_000",
        "import array; array.array('d', [0]) * (1 << 30)",
        "import mmap\nx = []\nwhile True: x.append(mmap.mmap(-1, 1 << 20))",
        "import io\nf = io.BytesIO()\nwhile True: f.write(bytes(1 << 20))",
        "class A: pass\nx = None\nwhile True:\n    a = A()\n    a.x = x\n    x = a",
    ] {
        let result = sandbox.execute(code).unwrap();
        let in_time = matches!(result.status, Status::MemoryExceeded)
            // Mapped memory is refused with an error of the system.
            || (code.contains("mmap") && error_of(&result).0 == "OSError");
        assert!(in_time, "{code}: {:?} {:?}", result.status, result.error);
        assert!(result.metrics.peak_memory <= 96 << 20, "{code}: {}", result.metrics.peak_memory);
    }
}

#[test]
fn a_session_continues_after_a_memory_error() {
    let mut session = Sandbox::new(options().memory(96 << 20)).unwrap().session().unwrap();
    session.execute("x = 41").unwrap();
    for _ in 0..5 {
        let result = session.execute("big = bytearray(200 << 20)").unwrap();
        assert_eq!((result.status, result.session_lost), (Status::MemoryExceeded, false));
    }
    assert_eq!(session.execute("x + 1").unwrap().final_expression, int(42));
}

#[test]
fn a_larger_limit_gives_the_code_more_memory() {
    let code = "len(bytearray(700 << 20))";
    assert_eq!(run(code).status, Status::MemoryExceeded);
    let large = options().memory(1 << 30);
    assert_eq!(success(&run_in(large, code)).final_expression, int(700 << 20));
    let largest = options().memory(4 << 30);
    let result = run_in(largest, "x = [bytearray(200 << 20) for _ in range(8)]\nsum(map(len, x))");
    assert_eq!(success(&result).final_expression, int(8 * (200 << 20)));
}

#[test]
fn a_memory_error_that_the_code_raises_itself_is_one() {
    assert_eq!(run("raise MemoryError('by hand')").status, Status::MemoryExceeded);
}

#[test]
fn a_class_that_is_derived_from_memory_error_is_one_and_a_namesake_is_not() {
    let derived = run("class _ArrayMemoryError(MemoryError): pass\nraise _ArrayMemoryError('too large')");
    assert_eq!(derived.status, Status::MemoryExceeded);
    assert_eq!(error_of(&derived), ("_ArrayMemoryError", "too large"));
    let namesake = run("class MemoryError(Exception): pass\nraise MemoryError('of the program')");
    assert_eq!(namesake.status, Status::Error);
}

#[test]
fn files_are_bounded_in_bytes() {
    let options = options().file_bytes(1_000_000);
    let code = "import os
open('a', 'wb').write(bytes(900_000))
try:
    f = open('b', 'wb', buffering=0)
    while True: f.write(bytes(10_000))
except OSError as error:
    print(error.strerror)
f.close()
os.remove('a')
os.remove('b')
print(open('c', 'wb').write(bytes(900_000)), os.statvfs('.').f_bavail >= 0)";
    let result = run_in(options.clone(), code);
    assert_eq!(success(&result).stdout, "No space left on device\n900000 True\n");
    assert_eq!(result.output_files.keys().collect::<Vec<_>>(), ["c"]);
    // Scratch files and open files without a name count too.
    let code = "import tempfile\nf = tempfile.TemporaryFile()\ntry:\n    f.write(bytes(2_000_000)); f.flush()\nexcept OSError as error:\n    print(error.strerror)";
    assert!(run_in(options, code).stdout.starts_with("No space left on device\n"));
}

#[test]
fn files_are_bounded_in_number() {
    let code = "import os
n = 0
try:
    while True:
        n += 1
        open(f'f{n}', 'w').close()
except OSError as error:
    print(error.strerror, n)
for name in os.listdir():
    os.remove(name)
os.mkdir('again')";
    let result = run_in(options().file_count(100), code);
    let (reason, n) = success(&result).stdout.trim().rsplit_once(' ').expect("a reason and a number");
    assert_eq!(reason, "No space left on device");
    assert!((80..=101).contains(&n.parse::<u32>().unwrap()), "{n}");
}

#[test]
fn descriptors_are_bounded() {
    let code = "import os
kept = []
try:
    while True: kept.append(os.open('/dev/null', os.O_RDONLY))
except OSError as error:
    print(error.strerror)
print(len(kept))
for fd in kept: os.close(fd)
open('/dev/null').close()";
    for (limit, least) in [(16, 8), (256, 240)] {
        let result = run_in(options().open_files(limit), code);
        let lines: Vec<&str> = success(&result).stdout.lines().collect();
        assert_eq!(lines[0], "No file descriptors available");
        assert!((least..=limit).contains(&lines[1].parse::<u32>().unwrap()), "{lines:?}");
    }
}

#[test]
fn many_files_in_a_run_are_given_back_quickly() {
    let result = run("for n in range(5000):\n    with open(f'f{n}', 'w') as f: f.write(str(n))");
    assert_eq!(success(&result).output_files.len(), 5000);
    assert!(result.metrics.total < Duration::from_secs(10), "{:?}", result.metrics);
    assert_eq!(result.output_files["f4999"].as_str(), Ok("4999"));
}
