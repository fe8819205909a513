//! Threads: runs in parallel, sandboxes and sessions that move, small stacks.

use std::{
    sync::{Arc, Barrier, mpsc},
    thread,
    time::Duration,
};

use terrarium_core::{ExecuteOptions, Status};
use terrarium_tests::{sandbox, session};

use crate::support::{int, success};

#[test]
fn four_sandboxes_in_four_threads_run_in_parallel() {
    // Each run prints in the middle of its code; the callback of the first waits until all four have done so.
    let barrier = Arc::new(Barrier::new(4));
    thread::scope(|scope| {
        for n in 0..4 {
            let barrier = Arc::clone(&barrier);
            scope.spawn(move || {
                let options = ExecuteOptions::new().on_stdout(move |_| _ = barrier.wait());
                let result = sandbox().execute_with(&format!("print('here', flush=True)\n{n} * 10"), options).unwrap();
                assert_eq!(success(&result).final_expression, int(n * 10));
            });
        }
    });
}

#[test]
fn eight_threads_mix_everything() {
    let sandbox = sandbox();
    thread::scope(|scope| {
        for thread in 0..8_i64 {
            let sandbox = &sandbox;
            scope.spawn(move || {
                let mut session = sandbox.session().unwrap();
                session.execute(&format!("me = {thread}")).unwrap();
                for turn in 0..6 {
                    match (thread + turn) % 6 {
                        0 => {
                            let result = sandbox
                                .execute_with("open('f').read()", ExecuteOptions::new().file("f", thread.to_string()))
                                .unwrap();
                            assert_eq!(success(&result).final_repr, Some(format!("'{thread}'")));
                        }
                        1 => assert_eq!(sandbox.execute("1 / 0").unwrap().status, Status::Error),
                        2 => {
                            let options = ExecuteOptions::new().timeout(Duration::from_millis(100));
                            assert_eq!(
                                sandbox.execute_with("while True: pass", options).unwrap().status,
                                Status::Timeout
                            );
                        }
                        3 => {
                            let result = sandbox.execute("x = bytearray(10**9)").unwrap();
                            assert_eq!(result.status, Status::MemoryExceeded);
                        }
                        4 => {
                            assert_eq!(sandbox.execute("import os; os.abort()").unwrap().status, Status::Crashed);
                        }
                        _ => {
                            let result = sandbox.execute(&format!("print({thread})")).unwrap();
                            assert_eq!(result.stdout, format!("{thread}\n"));
                        }
                    }
                    assert_eq!(session.execute("me").unwrap().final_expression, int(thread));
                }
            });
        }
    });
}

#[test]
fn sandboxes_and_sessions_are_dropped_on_other_threads() {
    let (sender, receiver) = mpsc::channel();
    let dropper = thread::spawn(move || {
        for (sandbox, session) in receiver {
            drop::<terrarium_core::Sandbox>(sandbox);
            drop::<terrarium_core::Session>(session);
        }
    });
    for n in 0..10 {
        let sandbox = sandbox();
        let mut session = sandbox.session().unwrap();
        assert_eq!(session.execute(&n.to_string()).unwrap().final_expression, int(n));
        sender.send((sandbox, session)).unwrap();
    }
    drop(sender);
    dropper.join().unwrap();
}

#[test]
fn a_session_moves_from_thread_to_thread() {
    let mut session = session();
    for n in 1..=5 {
        session = thread::spawn(move || {
            let code = if n == 1 { "x = 1" } else { "x += 1" };
            session.execute(code).unwrap();
            // Deep recursion uses the guest's own stack, in every thread of the session.
            session.execute("def f(n): return n and f(n - 1)\nf(500)").unwrap();
            session
        })
        .join()
        .unwrap();
    }
    assert_eq!(session.execute("x").unwrap().final_expression, int(5));
}

#[test]
fn small_threads_run_code_that_needs_a_deep_stack() {
    let threads: Vec<_> = (0..4)
        .map(|_| {
            thread::Builder::new()
                .stack_size(512 << 10)
                .spawn(|| {
                    let code = "import json\ndef f(n): return n and f(n - 1)\nf(900)\njson.loads('[' * 900 + ']' * 900)\ntry:\n    json.loads('[' * 200_000)\nexcept (RecursionError, ValueError):\n    print('survived')";
                    let result = sandbox().execute(code).unwrap();
                    assert_eq!(success(&result).stdout, "survived\n");
                    let mut session = session();
                    session.execute("def g(): g()\ng()").unwrap();
                    assert_eq!(session.execute("6 * 7").unwrap().final_expression, int(42));
                })
                .unwrap()
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
}

#[test]
fn a_sandbox_is_cloned_freely() {
    let sandbox = sandbox();
    let clones: Vec<_> = (0..1000).map(|_| sandbox.clone()).collect();
    drop(sandbox);
    assert_eq!(clones[999].execute("2 + 3").unwrap().final_expression, int(5));
}
