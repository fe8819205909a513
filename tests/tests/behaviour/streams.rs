//! Standard output and error: exact, bounded, kept, streamed.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use terrarium_core::{ExecuteOptions, SandboxOptions, Status, StreamCallback};
use terrarium_tests::{run, run_in, sandbox, session};

use crate::support::{error_of, success, timed};

#[test]
fn text_of_every_script_is_exact_and_a_lone_surrogate_is_a_python_error() {
    let result = run("print('Hello 世界! 🌍')");
    assert_eq!((result.stdout.as_str(), result.stdout_bytes), ("Hello 世界! 🌍\n", None));
    let result = run("print('before')\nprint('\\ud800')");
    assert_eq!((result.status, result.stdout.as_str()), (Status::Error, "before\n"));
    assert_eq!(error_of(&result).0, "UnicodeEncodeError");
    let result = run("print('ok'); 'Grüße 世界'");
    assert_eq!(result.final_repr.as_deref(), Some("'Grüße 世界'"));
}

#[test]
fn ten_thousand_lines_arrive_in_order() {
    let result = run("for n in range(10_000): print('line', n)");
    let expected: String = (0..10_000).map(|n| format!("line {n}\n")).collect();
    assert!(success(&result).stdout == expected, "{} bytes", result.stdout.len());
    assert!(!result.stdout_truncated);
}

#[test]
fn concurrent_runs_do_not_mix() {
    let sandbox = sandbox();
    std::thread::scope(|scope| {
        for n in 0..6 {
            let sandbox = &sandbox;
            scope.spawn(move || {
                let code =
                    format!("import sys\nfor _ in range(2000):\n    print({n})\n    print('e{n}', file=sys.stderr)");
                let result = sandbox.execute(&code).unwrap();
                assert_eq!(result.stdout, format!("{n}\n").repeat(2000));
                assert_eq!(result.stderr, format!("e{n}\n").repeat(2000));
            });
        }
    });
}

#[test]
fn bytes_that_are_no_text_are_kept_apart() {
    let result = run("import os, sys\nsys.stdout.buffer.write(b'a\\xffb')\nsys.stdout.flush()\nos.write(2, b'\\x80')");
    assert_eq!(result.stdout, "a\u{fffd}b");
    assert_eq!(result.stdout_bytes.as_deref(), Some(&b"a\xffb"[..]));
    assert_eq!(result.stderr_bytes.as_deref(), Some(&b"\x80"[..]));
    let result = run("import os; os.write(1, '世'.encode()[:2])");
    assert_eq!(result.stdout_bytes.as_deref(), Some(&"世".as_bytes()[..2]));
}

#[test]
fn nothing_is_added_to_what_is_written() {
    for (code, expected) in [
        ("print('x', end='')", "x"),
        ("print()", "\n"),
        ("print('a\\r\\nb\\r', end='')", "a\r\nb\r"),
        ("print('\\0\\x1b[31m', end='')", "\0\u{1b}[31m"),
        ("import sys; sys.stdout.write('no flush')", "no flush"),
        ("import sys; sys.stdout.buffer.write(b'raw')", "raw"),
    ] {
        assert_eq!(run(code).stdout, expected, "{code}");
    }
}

#[test]
fn each_stream_is_bounded_and_flagged_by_itself() {
    let options = SandboxOptions::new().stream_bytes(1000);
    let result = run_in(options.clone(), "import sys\nprint('x' * 5000)\nprint('é' * 300, file=sys.stderr)\n42");
    let result = success(&result);
    assert_eq!((result.stdout.as_str(), result.stdout_truncated), ("x".repeat(1000).as_str(), true));
    assert_eq!((result.stderr.as_str(), result.stderr_truncated), (format!("{}\n", "é".repeat(300)).as_str(), false));
    assert_eq!(result.final_repr.as_deref(), Some("42"));
    let exact = run_in(options.clone(), "print('x' * 999)");
    assert!(!exact.stdout_truncated && exact.stdout.len() == 1000);
    // A character is not split.
    let cut = run_in(options, "print('世' * 999)");
    assert!(cut.stdout_truncated && cut.stdout.len() <= 1000 && cut.stdout.starts_with("世世"));
    assert!(!cut.stdout.contains('\u{fffd}'), "{:?}", &cut.stdout[990..]);
}

/// Makes a callback that collects chunks.
fn collector() -> (Arc<Mutex<Vec<Vec<u8>>>>, StreamCallback) {
    let chunks = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&chunks);
    (chunks, Arc::new(move |chunk: &[u8]| sink.lock().unwrap().push(chunk.to_vec())))
}

#[test]
fn callbacks_get_the_bytes_while_the_code_runs() {
    let (out, on_stdout) = collector();
    let (err, on_stderr) = collector();
    let seen = Arc::clone(&out);
    let gate = Arc::new(Mutex::new(Vec::new()));
    let (during, inner) = (Arc::clone(&gate), on_stderr);
    let options = ExecuteOptions::new()
        .on_stdout(move |chunk| on_stdout(chunk))
        // Earlier output must have arrived when the error stream is written.
        .on_stderr(move |chunk| {
            during.lock().unwrap().push(seen.lock().unwrap().concat());
            inner(chunk);
        });
    let code = "import sys\nprint('one', flush=True)\nsys.stderr.write('E\\n')\nprint('two')\nsys.stdout.buffer.write(b'\\xff')";
    let result = sandbox().execute_with(code, options).unwrap();
    success(&result);
    assert_eq!(out.lock().unwrap().concat(), b"one\ntwo\n\xff");
    assert_eq!(err.lock().unwrap().concat(), b"E\n");
    assert_eq!(gate.lock().unwrap()[0], b"one\n");
    // They are in the result as well.
    assert_eq!(result.stdout_bytes.as_deref(), Some(&b"one\ntwo\n\xff"[..]));
}

#[test]
fn a_slow_callback_does_not_delay_the_end_and_misses_nothing() {
    let (out, on_stdout) = collector();
    let options = ExecuteOptions::new().timeout(Duration::from_millis(500)).on_stdout(move |chunk| {
        std::thread::sleep(Duration::from_millis(100));
        on_stdout(chunk);
    });
    let code = "n = 0
try:
    while True: print(n := n + 1)
finally:
    for _ in range(200): print('late')";
    let (result, took) = timed(|| sandbox().execute_with(code, options).unwrap());
    assert_eq!(result.status, Status::Timeout);
    assert!(took < Duration::from_secs(5), "{took:?}");
    assert!(result.stdout.ends_with("late\n"));
    let chunks = out.lock().unwrap();
    assert_eq!(String::from_utf8_lossy(&chunks.concat()), result.stdout);
    assert!(chunks.len() < 20, "{} calls", chunks.len());
}

#[test]
fn the_time_of_a_callback_after_the_run_is_told() {
    let options = ExecuteOptions::new().timeout(Duration::from_millis(300)).on_stdout(|chunk| {
        if chunk.starts_with(b"late") {
            std::thread::sleep(Duration::from_millis(400));
        }
    });
    let code = "try:
    while True: pass
finally: print('late')";
    let result = sandbox().execute_with(code, options).unwrap();
    assert_eq!((result.status, result.stdout.as_str()), (Status::Timeout, "late\n"));
    assert!(result.metrics.total >= result.metrics.run + Duration::from_millis(400), "{:?}", result.metrics);
}

#[test]
fn callbacks_of_a_session_are_for_one_run() {
    let mut session = session();
    let (out, on_stdout) = collector();
    session.execute_with("print('first')", ExecuteOptions::new().on_stdout(move |chunk| on_stdout(chunk))).unwrap();
    assert_eq!(session.execute("print('second')").unwrap().stdout, "second\n");
    assert_eq!(out.lock().unwrap().concat(), b"first\n");
}

#[test]
fn output_is_kept_on_every_status() {
    let options = || SandboxOptions::new().timeout(Duration::from_millis(400)).memory(128 << 20);
    for (code, status) in [
        ("while True: pass", Status::Timeout),
        ("while True:\n    try:\n        while True: pass\n    except BaseException: pass", Status::Timeout),
        ("import time; time.sleep(100)", Status::Timeout),
        ("b = bytearray(10**9)", Status::MemoryExceeded),
        ("1 / 0", Status::Error),
        ("import os; os._exit(3)", Status::Error),
        ("import os; os.abort()", Status::Crashed),
    ] {
        let code =
            format!("import sys\nprint('out')\nsys.stderr.write('err\\n')\nopen('file', 'w').write('data')\n{code}");
        let result = run_in(options(), &code);
        assert_eq!(result.status, status, "{code}: {:?}", result.error);
        assert_eq!(result.stdout, "out\n", "{code}");
        assert!(result.stderr.starts_with("err"), "{code}: {}", result.stderr);
        assert_eq!(result.output_files["file"].as_str(), Ok("data"), "{code}");
    }
}

#[test]
fn warnings_and_unraisable_exceptions_go_to_the_error_stream() {
    let result =
        run("import warnings\nwarnings.warn('careful')\nclass A:\n    def __del__(self): 1 / 0\nA()\nprint('on')");
    assert_eq!(success(&result).stdout, "on\n");
    assert!(result.stderr.contains("UserWarning: careful"), "{}", result.stderr);
    assert!(result.stderr.contains("ZeroDivisionError"), "{}", result.stderr);
    assert!(!result.stderr.contains("terrarium"), "{}", result.stderr);
}
