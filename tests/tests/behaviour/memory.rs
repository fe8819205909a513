//! The memory limit, exact to the page, and the memory metrics.

use terrarium_core::{Sandbox, Status};
use terrarium_tests::{options, run, sandbox};

use crate::support::{int, success};

/// A page of WebAssembly.
const PAGE: u64 = 64 << 10;

fn with(memory: u64) -> Sandbox {
    Sandbox::new(options().memory(memory)).unwrap()
}

/// Returns the memory that a run of `code` needs.
fn needs(code: &str) -> u64 {
    success(&run(code)).metrics.peak_memory
}

#[test]
fn the_limit_is_exact_to_a_page() {
    for megabytes in [40, 77, 130] {
        let code = format!("x = bytearray({megabytes} << 20)\nlen(x)");
        let needed = needs(&code);
        assert_eq!(needed % PAGE, 0);
        let result = with(needed).execute(&code).unwrap();
        assert_eq!(success(&result).final_expression, int(megabytes << 20));
        assert_eq!(result.metrics.peak_memory, needed);
        for less in [1, PAGE] {
            let result = with(needed - less).execute(&code).unwrap();
            assert_eq!(result.status, Status::MemoryExceeded, "{less} bytes less than {needed}: {:?}", result.error);
            let error = result.error.unwrap();
            assert_eq!((error.kind.as_str(), error.line), ("MemoryError", Some(1)));
            assert!(result.metrics.peak_memory <= needed - less);
        }
        // One more page in the limit is usable too: the allocation that needs it succeeds.
        let more = format!("x = bytearray(({megabytes} << 20) + {PAGE})\nlen(x)");
        assert_eq!(with(needed + PAGE).execute(&more).unwrap().status, Status::Success);
        assert_eq!(with(needed).execute(&more).unwrap().status, Status::MemoryExceeded);
    }
}

#[test]
fn a_memory_error_comes_first_and_what_it_freed_is_there_again() {
    let code = "found = []
try:
    while True: found.append(bytearray(1 << 20))
except MemoryError:
    n = len(found)
    found.clear()
again = [bytearray(1 << 20) for _ in range(n - 2)]
print('caught', n > 20, len(again) == n - 2)";
    for _ in 0..3 {
        let result = with(96 << 20).execute(code).unwrap();
        assert_eq!(success(&result).stdout, "caught True True\n");
        let peak = result.metrics.peak_memory;
        assert!(peak <= 96 << 20 && peak > 90 << 20, "{peak}");
    }
}

#[test]
fn the_peak_is_that_of_the_run() {
    let sandbox = sandbox();
    let small = sandbox.execute("1").unwrap().metrics.peak_memory;
    assert!((10 << 20..64 << 20).contains(&small), "{small}");
    let large = sandbox.execute("x = bytearray(100 << 20)\ndel x\n1").unwrap().metrics.peak_memory;
    // Some of the interpreter's initial memory is free.
    assert!(large >= small + (80 << 20) && large <= small + (104 << 20), "{small} {large}");
    // Not the peak of an earlier run.
    assert_eq!(sandbox.execute("1").unwrap().metrics.peak_memory, small);
    // A session has the peak of its life: memory is not returned.
    let mut session = sandbox.session().unwrap();
    assert_eq!(session.execute("1").unwrap().metrics.peak_memory, small);
    assert!(session.execute("len(bytearray(100 << 20))").unwrap().metrics.peak_memory >= large - (8 << 20));
    assert!(session.execute("1").unwrap().metrics.peak_memory >= large - (8 << 20));
    session.reset().unwrap();
    assert_eq!(session.execute("1").unwrap().metrics.peak_memory, small);
}
