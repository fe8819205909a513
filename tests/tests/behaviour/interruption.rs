//! Runs that are stopped at any time and place, in many threads, and the state afterwards.

use std::{thread, time::Duration};

use terrarium_core::{CancelHandle, ExecuteOptions, Sandbox, Status};
use terrarium_tests::{options, sandbox};

use crate::support::{error_of, int, success, timed};

/// The permitted delay of a stop; the machine may be busy with the other tests. The benchmark measures the exact delay.
const SLACK: Duration = Duration::from_secs(5);

fn limited(milliseconds: u64) -> ExecuteOptions {
    ExecuteOptions::new().timeout(Duration::from_millis(milliseconds))
}

/// Code that ignores interrupts; `numbers` is a long list.
const STUBBORN: &[(&str, &str)] = &[
    ("a regular expression", "import re\nre.match(r'(a+)+$', 'a' * 60 + 'b')"),
    ("swallowed interrupts", "while True:\n    try:\n        while True: pass\n    except BaseException: pass"),
    ("a sort", "sorted(numbers, key=int.__neg__)"),
    ("a search", "numbers.index(-1) if False else [numbers.count(-1) for _ in iter(int, 1)]"),
    ("a sum", "sum(iter(int, 1))"),
    ("a power", "7 ** 10**8"),
];

#[test]
fn code_that_heeds_nothing_is_stopped_and_its_session_begins_anew() {
    let sandbox = Sandbox::new(options().timeout(None)).unwrap();
    let mut session = sandbox.session().unwrap();
    let prepare = "numbers = [n * 7919 % 1_000_003 for n in range(1_000_000)] * 6\nkept = 41";
    success(&session.execute(prepare).unwrap());
    for (name, code) in STUBBORN {
        let (result, took) = timed(|| session.execute_with(code, limited(100)).unwrap());
        assert_eq!(result.status, Status::Timeout, "{name}: {:?}", result.error);
        assert!(took >= Duration::from_millis(100) && took < Duration::from_millis(150) + SLACK, "{name}: {took:?}");
        if result.session_lost {
            let result = session.execute("kept").unwrap();
            assert_eq!((error_of(&result).0, result.session_lost), ("NameError", false), "{name}: a new interpreter");
            success(&session.execute(prepare).unwrap());
        }
        assert_eq!(session.execute("kept + 1").unwrap().final_expression, int(42), "{name}");
        assert_eq!(sandbox.execute("6 * 7").unwrap().final_expression, int(42), "{name}");
    }
}

#[test]
fn a_session_keeps_its_state_through_many_soft_interrupts() {
    let mut session = sandbox().session().unwrap();
    session.execute("done = []\ndef work():\n    while True:\n        done.append(len(done))").unwrap();
    let mut least = 0;
    for run in 0..40_u64 {
        let result = session.execute_with("work()", limited(1 + run % 7)).unwrap();
        assert_eq!((result.status, result.session_lost), (Status::Timeout, false), "run {run}");
        let result = session.execute("assert done == list(range(len(done)))\nlen(done)").unwrap();
        let length = success(&result).final_expression.as_ref().and_then(|value| value.as_i64()).unwrap();
        assert!(length >= least, "run {run}: {length} after {least}");
        least = length;
        success(&session.execute("done[1000:] = []").unwrap());
        least = least.min(1000);
    }
    assert!(least > 0);
}

#[test]
fn runs_that_are_cancelled_at_random_times_harm_no_other() {
    let sandbox = Sandbox::new(options().grace(Duration::ZERO)).unwrap();
    let programs = [
        "while True: pass",
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        "x = 1",
        "import json\nfor n in range(50): json.dumps(list(range(n)))",
        "sorted(range(100_000), key=int.__neg__)",
        "import time\ntime.sleep(10)",
    ];
    let mut ended = std::collections::BTreeMap::new();
    for run in 0..240_u64 {
        let handle = CancelHandle::new();
        let options = ExecuteOptions::new().cancel(handle.clone());
        let code = programs[usize::try_from(run).unwrap() % programs.len()];
        let canceller = thread::spawn(move || {
            thread::sleep(Duration::from_micros(run * 7919 % 3000));
            handle.cancel();
        });
        let result = sandbox.execute_with(code, options).unwrap();
        assert!(
            matches!(result.status, Status::Cancelled | Status::Success),
            "{code}: {:?} {:?}",
            result.status,
            result.error
        );
        *ended.entry(format!("{:?}", result.status)).or_insert(0) += 1;
        assert_eq!(sandbox.execute("6 * 7").unwrap().final_expression, int(42), "{code}");
        canceller.join().unwrap();
    }
    assert!(ended.len() == 2 && ended.values().all(|count| *count > 10), "{ended:?}");
}

#[test]
fn deadlines_hold_in_eight_threads_at_once() {
    let sandbox = sandbox();
    let soft = "n = 0\nwhile True: n += 1";
    let hard = "while True:\n    try:\n        while True: pass\n    except BaseException: pass";
    thread::scope(|scope| {
        for number in 0..8_u64 {
            let sandbox = &sandbox;
            scope.spawn(move || {
                let mut session = sandbox.session().unwrap();
                for turn in 0..4 {
                    let limit = 50 + 10 * number;
                    let code = if (number + turn) % 2 == 0 { soft } else { hard };
                    let (result, took) = timed(|| sandbox.execute_with(code, limited(limit)).unwrap());
                    assert_eq!(result.status, Status::Timeout, "{:?}", result.error);
                    assert!(
                        took >= Duration::from_millis(limit) && took < Duration::from_millis(limit) + SLACK,
                        "{took:?}"
                    );
                    let result = session.execute_with(soft, limited(limit)).unwrap();
                    assert_eq!((result.status, result.session_lost), (Status::Timeout, false));
                    assert_eq!(session.execute("n > 0").unwrap().final_repr.as_deref(), Some("True"));
                }
            });
        }
    });
}

#[test]
fn a_deadline_that_comes_while_a_run_ends_does_not_reach_the_next() {
    let sandbox = sandbox();
    let mut session = sandbox.session().unwrap();
    let code = "for n in range(50_000): pass";
    session.execute(code).unwrap();
    let (_, took) = timed(|| session.execute(code).unwrap());
    let mut stopped = 0;
    // Deadlines close to the duration of the run.
    for run in 1..=200 {
        let options = ExecuteOptions::new().timeout(took * run / 100);
        let result = session.execute_with(code, options.clone()).unwrap();
        stopped += usize::from(result.status != Status::Success);
        assert!(matches!(result.status, Status::Success | Status::Timeout), "{:?}", result.error);
        let fresh = sandbox.execute_with(code, options).unwrap();
        assert!(matches!(fresh.status, Status::Success | Status::Timeout), "{:?}", fresh.error);
        assert_eq!(session.execute("6 * 7").unwrap().final_expression, int(42), "run {run}");
        assert_eq!(sandbox.execute("6 * 7").unwrap().final_expression, int(42), "run {run}");
    }
    assert!(stopped > 0, "every run was over before its deadline");
}

/// Programs that clean up after an interrupt, and their output.
const CLEANUPS: &[(&str, &str)] = &[
    (
        "import asyncio\nasync def main():\n    try: await asyncio.sleep(100)\n    finally: print('cleanup')\nasyncio.run(main())",
        "cleanup\n",
    ),
    (
        "import asyncio, contextlib
@contextlib.asynccontextmanager
async def opened():
    try: yield
    finally:
        await asyncio.sleep(0)
        print('closed')
async def main():
    async with opened(), asyncio.timeout(100), asyncio.TaskGroup() as group:
        group.create_task(asyncio.sleep(100))
        await asyncio.Event().wait()
asyncio.run(main())",
        "closed\n",
    ),
    ("import asyncio\ntry: await asyncio.sleep(100)\nfinally: print('cleanup')", "cleanup\n"),
    (
        "import asyncio\nasync def main():\n    try:\n        while True: pass\n    finally: print('cleanup')\nasyncio.run(main())",
        "cleanup\n",
    ),
    (
        "import asyncio\nasync def main():\n    try:\n        while True: await asyncio.sleep(0)\n    finally: print('cleanup')\nasyncio.run(main())",
        "cleanup\n",
    ),
    (
        "import asyncio, signal
async def main():
    task = asyncio.current_task()
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, task.cancel)
    try: await asyncio.sleep(100)
    finally: print('cleanup')
asyncio.run(main())",
        "cleanup\n",
    ),
    (
        "import asyncio, os
async def main():
    r, w = os.pipe()
    asyncio.get_running_loop().add_reader(r, print)
    try: await asyncio.sleep(100)
    finally: print('cleanup')
asyncio.run(main())",
        "cleanup\n",
    ),
    (
        "import asyncio, threading
async def main():
    thread = threading.Timer(100, print)
    thread.daemon = True
    thread.start()
    try: await asyncio.sleep(100)
    finally:
        thread.cancel()
        print('cleanup')
asyncio.run(main())",
        "cleanup\n",
    ),
    (
        "import signal, sys, time
signal.signal(signal.SIGINT, lambda number, frame: (print('signal', int(number)), sys.exit(3)))
try: time.sleep(100)
finally: print('cleanup')",
        "signal 2\ncleanup\n",
    ),
    ("import time\ntry: time.sleep(100)\nexcept KeyboardInterrupt: print('caught')\nraise ValueError", "caught\n"),
    ("import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_DFL)\ntime.sleep(100)", ""),
];

#[test]
fn programs_clean_up_after_an_interrupt_as_natively() {
    let sandbox = Sandbox::new(options().grace(Duration::from_secs(3))).unwrap();
    let mut session = sandbox.session().unwrap();
    session.execute("kept = 42").unwrap();
    for (code, output) in CLEANUPS {
        let result = session.execute_with(code, limited(300)).unwrap();
        assert_eq!((result.status, result.stdout.as_str()), (Status::Timeout, *output), "{code}\n{:?}", result.error);
        assert!(!result.session_lost, "{code}");
        let handle = CancelHandle::new();
        let result = thread::scope(|scope| {
            scope.spawn(|| {
                thread::sleep(Duration::from_millis(300));
                handle.cancel();
            });
            session.execute_with(code, ExecuteOptions::new().cancel(handle.clone())).unwrap()
        });
        assert_eq!((result.status, result.stdout.as_str()), (Status::Cancelled, *output), "{code}\n{:?}", result.error);
        assert_eq!(session.execute("kept").unwrap().final_expression, int(42), "{code}");
    }
}

#[test]
fn a_handler_of_one_run_does_not_serve_the_next() {
    let mut session = sandbox().session().unwrap();
    session.execute("import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)").unwrap();
    let result = session.execute_with("while True: pass", limited(200)).unwrap();
    assert_eq!((result.status, result.session_lost), (Status::Timeout, false));
    let result = session.execute("signal.getsignal(signal.SIGINT) is signal.default_int_handler").unwrap();
    assert_eq!(success(&result).final_expression, Some(terrarium_core::Value::Bool(true)));
}

#[test]
fn a_program_that_ignores_interrupts_is_stopped() {
    for code in [
        "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass",
        "import signal, time\nsignal.signal(signal.SIGINT, lambda *_: None)\ntime.sleep(100)",
        "import asyncio, contextlib
async def main():
    while True:
        with contextlib.suppress(BaseException): await asyncio.sleep(100)
asyncio.run(main())",
    ] {
        let (result, took) = timed(|| sandbox().execute_with(code, limited(200)).unwrap());
        assert_eq!(result.status, Status::Timeout, "{code}");
        assert!(took < Duration::from_millis(200) + SLACK, "{code}: {took:?}");
    }
}
