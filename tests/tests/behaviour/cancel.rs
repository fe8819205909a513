//! Stopping a run from another thread.

use std::{
    thread,
    time::{Duration, Instant},
};

use terrarium_core::{CancelHandle, ExecuteOptions, Status};
use terrarium_tests::{sandbox, session};

use crate::support::{error_of, int, timed};

fn cancelled_by(handle: &CancelHandle) -> ExecuteOptions {
    ExecuteOptions::new().cancel(handle.clone())
}

/// Uses the handle after 200 ms.
fn soon(handle: &CancelHandle) -> thread::JoinHandle<Instant> {
    let handle = handle.clone();
    thread::spawn(move || {
        thread::sleep(Duration::from_millis(200));
        handle.cancel();
        Instant::now()
    })
}

#[test]
fn a_run_is_cancelled_wherever_it_is() {
    let mut session = session();
    session.execute("x = 41").unwrap();
    for code in [
        "while True: pass",
        "import time; time.sleep(100)",
        "sum(iter(int, 1))",
        "import re; re.match(r'(a+)+$', 'a' * 40 + 'b')",
        "import asyncio; await asyncio.sleep(100)",
        "import select, os; r, w = os.pipe(); select.select([r], [], [])",
    ] {
        let handle = CancelHandle::new();
        let canceller = soon(&handle);
        let result = session.execute_with(code, cancelled_by(&handle)).unwrap();
        let ended = Instant::now();
        let late = ended.saturating_duration_since(canceller.join().unwrap());
        assert_eq!(result.status, Status::Cancelled, "{code}: {:?}", result.error);
        assert_eq!(error_of(&result), ("CancelledError", "the run was cancelled"));
        assert!(late < Duration::from_secs(5), "{code}: {late:?}");
    }
    assert!(handle_is_used_up());
    // An interruption in C code may have lost the state by force; the session answers in any case.
    assert_eq!(session.execute("6 * 7").unwrap().final_expression, int(42));
}

fn handle_is_used_up() -> bool {
    let handle = CancelHandle::new();
    handle.cancel();
    handle.cancel();
    handle.is_cancelled() && handle.clone().is_cancelled()
}

#[test]
fn a_session_keeps_its_names_when_a_loop_is_cancelled() {
    let mut session = session();
    session.execute("x = 41").unwrap();
    let handle = CancelHandle::new();
    soon(&handle);
    let result = session.execute_with("n = 0\nwhile True: n += 1", cancelled_by(&handle)).unwrap();
    assert_eq!((result.status, result.session_lost), (Status::Cancelled, false));
    assert_eq!(session.execute("x + (n > 0)").unwrap().final_expression, int(42));
}

#[test]
fn a_used_handle_ends_a_run_at_once() {
    let handle = CancelHandle::new();
    handle.cancel();
    let (result, took) = timed(|| sandbox().execute_with("while True: pass", cancelled_by(&handle)).unwrap());
    assert_eq!(result.status, Status::Cancelled);
    assert!(took < Duration::from_secs(5), "{took:?}");
}

#[test]
fn a_used_handle_keeps_a_run_from_its_beginning() {
    let handle = CancelHandle::new();
    handle.cancel();
    let code = "print('begun')";
    let result = sandbox().execute_with(code, cancelled_by(&handle)).unwrap();
    assert_eq!((result.status, result.stdout.as_str()), (Status::Cancelled, ""));
    let mut session = session();
    session.execute("x = 41").unwrap();
    let result = session.execute_with("x = 0", cancelled_by(&handle)).unwrap();
    assert_eq!((result.status, result.session_lost), (Status::Cancelled, false));
    assert_eq!(session.execute("x + 1").unwrap().final_expression, int(42));
}

#[test]
fn one_handle_stops_many_runs_and_no_other() {
    let handle = CancelHandle::new();
    thread::scope(|scope| {
        let others = scope.spawn(|| sandbox().execute("import time; time.sleep(0.6); 7").unwrap());
        let runs: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| sandbox().execute_with("while True: pass", cancelled_by(&handle)).unwrap()))
            .collect();
        thread::sleep(Duration::from_millis(300));
        handle.cancel();
        for run in runs {
            assert_eq!(run.join().unwrap().status, Status::Cancelled);
        }
        assert_eq!(others.join().unwrap().final_expression, int(7));
    });
}

#[test]
fn a_handle_that_is_used_after_the_run_does_nothing() {
    let mut session = session();
    let handle = CancelHandle::new();
    session.execute_with("x = 1", cancelled_by(&handle)).unwrap();
    handle.cancel();
    let result = session.execute("import time; time.sleep(0.1); x").unwrap();
    assert_eq!((result.status, result.final_expression), (Status::Success, int(1)));
}

#[test]
fn a_stubborn_run_is_cancelled_by_force() {
    let handle = CancelHandle::new();
    soon(&handle);
    let code = "while True:\n    try:\n        while True: pass\n    except BaseException: pass";
    let (result, took) = timed(|| sandbox().execute_with(code, cancelled_by(&handle)).unwrap());
    assert_eq!(result.status, Status::Cancelled);
    assert!(took < Duration::from_secs(5), "{took:?}");
}
