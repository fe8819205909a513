//! Threads that do work of all kinds at once.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use terrarium_core::{CancelHandle, ExecuteOptions, Sandbox, Status, Value};
use terrarium_tests::sandbox;

/// The duration of the load. `TERRARIUM_STRESS_SECONDS` makes it longer, for changes of how instances are shared: a
/// minute shows more, but the whole of the tests should not take it.
const SECONDS: u64 = 20;

fn length() -> Duration {
    let asked = std::env::var("TERRARIUM_STRESS_SECONDS").ok().and_then(|seconds| seconds.parse().ok());
    Duration::from_secs(asked.unwrap_or(SECONDS))
}

fn limited(milliseconds: u64) -> ExecuteOptions {
    ExecuteOptions::new().timeout(Duration::from_millis(milliseconds))
}

/// Does one item of many kinds; returns a wrong result.
fn turn(sandbox: &Sandbox, kind: u64, thread: u64) -> Result<(), String> {
    let fresh = |code: &str| sandbox.execute(code).map_err(|error| error.to_string());
    let given = |code: &str, options| sandbox.execute_with(code, options).map_err(|error| error.to_string());
    let (result, status, stdout) = match kind {
        0..=7 => (
            fresh(&format!("import builtins\nassert not hasattr(builtins, 'x')\nbuiltins.x = 1\nprint({thread})"))?,
            Status::Success,
            format!("{thread}\n"),
        ),
        8 => (
            fresh("import json\nprint(json.dumps([1, {'a': None}]))")?,
            Status::Success,
            "[1, {\"a\": null}]\n".to_owned(),
        ),
        9 => (fresh("1 / 0")?, Status::Error, String::new()),
        10 => (fresh("x = bytearray(30_000_000)\nprint(len(x))")?, Status::Success, "30000000\n".to_owned()),
        11 => (fresh("x = bytearray(10**9)")?, Status::MemoryExceeded, String::new()),
        12 => (fresh("import os\nos.abort()")?, Status::Crashed, String::new()),
        13 => (given("while True: pass", limited(20))?, Status::Timeout, String::new()),
        14 => (
            given("while True:\n    try:\n        while True: pass\n    except BaseException: pass", limited(20))?,
            Status::Timeout,
            String::new(),
        ),
        15 => (
            fresh("def f(): return f()\ntry: f()\nexcept RecursionError: print('deep')")?,
            Status::Success,
            "deep\n".to_owned(),
        ),
        16 => {
            let handle = CancelHandle::new();
            let options = ExecuteOptions::new().cancel(handle.clone());
            let canceller = thread::spawn(move || {
                thread::sleep(Duration::from_millis(5));
                handle.cancel();
            });
            let result = given("while True: pass", options)?;
            canceller.join().map_err(|_| "the canceller panicked")?;
            (result, Status::Cancelled, String::new())
        }
        17 => (
            fresh("import ctypes\nf = ctypes.CFUNCTYPE(ctypes.c_int)(lambda: 7)\nprint(f())")?,
            Status::Success,
            "7\n".to_owned(),
        ),
        _ => {
            let mut session = sandbox.session().map_err(|error| error.to_string())?;
            for n in 0..3 {
                let code = format!("x = {thread} if {n} == 0 else x + 1\nx");
                let value = session.execute(&code).map_err(|error| error.to_string())?.final_expression;
                if value.as_ref().and_then(Value::as_i64) != i64::try_from(thread + n).ok() {
                    return Err(format!("a session: {value:?} in run {n}"));
                }
            }
            let result = session.execute_with("while True: pass", limited(10)).map_err(|error| error.to_string())?;
            let answer = session.execute("print(x)").map_err(|error| error.to_string())?;
            if !result.session_lost && answer.stdout != format!("{}\n", thread + 2) {
                return Err(format!("a session after its interrupt: {:?} {:?}", answer.error, answer.stdout));
            }
            (result, Status::Timeout, String::new())
        }
    };
    if result.status == status && result.stdout == stdout {
        return Ok(());
    }
    Err(format!("kind {kind}: {:?}, not {status:?}: {:?} {:?}", result.status, result.error, result.stdout))
}

#[test]
fn eight_threads_of_mixed_load_do_without_an_error() {
    let (sandbox, turns) = (sandbox(), AtomicUsize::new(0));
    let until = Instant::now() + length();
    let faults: Vec<String> = thread::scope(|scope| {
        let threads: Vec<_> = (0..8_u64)
            .map(|thread| {
                let (sandbox, turns) = (&sandbox, &turns);
                scope.spawn(move || {
                    let mut dice = thread + 1;
                    let mut faults = Vec::new();
                    while Instant::now() < until {
                        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                        faults.extend(turn(sandbox, (dice >> 33) % 20, thread).err());
                        turns.fetch_add(1, Ordering::Relaxed);
                    }
                    faults
                })
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let turns = turns.into_inner();
    println!("{turns} turns in {:?}", length());
    assert!(faults.is_empty(), "{} of {turns}: {}", faults.len(), faults.join("\n"));
    assert!(turns > 100, "{turns}");
}
