//! Deadlines hold in every kind of code.

use std::time::{Duration, Instant};

use terrarium_core::{ExecuteOptions, Sandbox, SandboxOptions, Status};
use terrarium_tests::{Job, Step, options, run_in, run_job, session};

use crate::support::{error_of, int, probe, success, timed};

/// The permitted delay of a stop; the machine may be busy with the other tests. The benchmark measures the exact delay.
const SLACK: Duration = Duration::from_secs(5);

fn within(milliseconds: u64) -> SandboxOptions {
    options().timeout(Duration::from_millis(milliseconds))
}

#[test]
fn an_endless_loop_ends_while_another_session_answers_and_its_own_continues() {
    let sandbox = Sandbox::new(within(300)).unwrap();
    let mut looping = sandbox.session().unwrap();
    let mut other = sandbox.session().unwrap();
    looping.execute("x = 41").unwrap();
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| timed(|| looping.execute("while True: pass").unwrap()));
        let answers = (0..).take_while(|_| !thread.is_finished()).filter(|n| {
            let result = other.execute(&format!("{n} + 1")).unwrap();
            std::thread::sleep(Duration::from_millis(5));
            result.final_expression == int(n + 1)
        });
        assert!(answers.count() > 5);
        let (result, took) = thread.join().unwrap();
        assert_eq!((result.status, result.session_lost), (Status::Timeout, false));
        assert!(took >= Duration::from_millis(300) && took < Duration::from_millis(300) + SLACK, "{took:?}");
    });
    assert_eq!(looping.execute("x + 1").unwrap().final_expression, int(42));
}

#[test]
fn a_long_sleep_ends_at_its_deadline_a_hundred_times() {
    let sandbox = Sandbox::new(within(1000)).unwrap();
    // Sleeping costs no processor time, so many threads can do it at once.
    std::thread::scope(|scope| {
        for _ in 0..5 {
            scope.spawn(|| {
                let mut session = sandbox.session().unwrap();
                for _ in 0..20 {
                    let (result, took) = timed(|| session.execute("import time; time.sleep(100)").unwrap());
                    assert_eq!((result.status, result.session_lost), (Status::Timeout, false));
                    assert!(took >= Duration::from_secs(1) && took < Duration::from_secs(1) + SLACK, "{took:?}");
                }
                assert_eq!(session.execute("6 * 7").unwrap().final_expression, int(42));
            });
        }
    });
}

#[test]
fn deadlines_hold_in_python_and_in_c() {
    let sandbox = Sandbox::new(within(500)).unwrap();
    for code in [
        "while True: pass",
        "import re; re.match(r'(a+)+$', 'a' * 40 + 'b')",
        "sum(iter(int, 1))",
        "3 ** (10 ** 9)",
        "x = 7 ** (10 ** 7); x * x * x; str(x)",
        "import itertools; list(zip(itertools.repeat(0, 10**9), itertools.filterfalse(None, itertools.repeat(1))))",
        "sorted(range(10**7), key=lambda n: -n)\nwhile True: sorted(range(10**6), key=str)",
        "import hashlib\nwhile True: hashlib.sha256(bytes(10**8))",
        "'x' * 10**8 in 'x' * (10**8 - 1) + 'y' + 'x' * (10**8 - 1)\nwhile True: pass",
        "import zlib\nwhile True: zlib.compress(bytes(10**7), 9)",
        "import json\nwhile True: json.loads('[' + '1,' * 10**6 + '1]')",
        "import decimal; decimal.getcontext().prec = 10**6; decimal.Decimal(2).sqrt().exp()",
        "import sqlite3; sqlite3.connect(':memory:').execute('with recursive n(x) as (select 1 union all select x + 1 from n) select max(x) from n').fetchone()",
        "import ast; ast.literal_eval('[' + '1,' * 10**7 + ']')",
        "while True: exec(compile('x = 1\\n' * 10**5, 'c', 'exec'))",
        "import pickle\nwhile True: pickle.loads(pickle.dumps(list(range(10**6))))",
        "import unicodedata\nwhile True: unicodedata.normalize('NFKD', 'é' * 10**6)",
        "import lzma\nwhile True: lzma.compress(bytes(range(256)) * 10**4, preset=9)",
    ] {
        let (result, took) = timed(|| sandbox.execute(code).unwrap());
        let expected = [Status::Timeout, Status::MemoryExceeded];
        assert!(expected.contains(&result.status), "{code}: {:?} {:?}", result.status, result.error);
        assert!(took < Duration::from_millis(500) + SLACK, "{code}: {took:?}");
    }
}

#[test]
fn bytecode_that_a_program_makes_itself_ends() {
    let head = "from opcode import opmap\ndef f(): pass\nresume = f.__code__.co_code[:2]
def call(code, **more): type(f)(f.__code__.replace(co_code=resume + code, co_stacksize=9, **more), {})()\n";
    for code in [
        // Far forward, and back by a call.
        "code = bytes([opmap['NOP'], 0]) * 10**7 + f.__code__.co_code[2:]\nwhile True: call(code)",
        // Back, by the jump that does not check for signals.
        "call(bytes([opmap['JUMP_BACKWARD_NO_INTERRUPT'], 1]))",
        // Back, by the handler of an exception: from the second instruction, two long, to the second.
        "call(bytes([opmap['NOP'], 0, opmap['RAISE_VARARGS'], 0]), co_exceptiontable=bytes([0x81, 2, 1, 0]))",
    ] {
        let (result, took) = timed(|| run_in(within(500), &format!("{head}{code}")));
        assert_eq!(result.status, Status::Timeout, "{code}: {:?}", result.error);
        assert!(took < Duration::from_millis(500) + SLACK, "{code}: {took:?}");
    }
}

#[test]
fn a_power_without_end_is_stopped() {
    let (result, took) = timed(|| run_in(within(500), "2 ** (10 ** 9)\n3 ** (10 ** 8)\nwhile True: pass"));
    assert!([Status::Timeout, Status::MemoryExceeded].contains(&result.status), "{:?}", result.status);
    assert!(took < Duration::from_millis(500) + SLACK, "{took:?}");
}

#[test]
fn a_timeout_says_what_it_was_and_where() {
    let result = run_in(within(200), "def work():\n    while True:\n        pass\n\nwork()");
    assert_eq!(result.status, Status::Timeout);
    assert_eq!(error_of(&result), ("TimeoutError", "the run was stopped after 0.2 s"));
    let error = result.error.expect("an error");
    assert!(error.traceback.contains("in work"), "{}", error.traceback);
    assert!(error.traceback.ends_with("TimeoutError: the run was stopped after 0.2 s\n"), "{}", error.traceback);
}

#[test]
fn code_may_clean_up_in_the_grace() {
    let options = within(200).grace(Duration::from_secs(2));
    let code = "try:\n    while True: pass\nfinally:\n    print('cleaned'); open('saved', 'w').write('state')";
    let result = run_in(options, code);
    assert_eq!((result.status, result.stdout.as_str()), (Status::Timeout, "cleaned\n"));
    assert_eq!(result.output_files["saved"].as_str(), Ok("state"));
}

#[test]
fn code_that_swallows_the_interruption_is_stopped_after_the_grace() {
    let options = within(200).grace(Duration::from_millis(300));
    let code =
        "while True:\n    try:\n        while True: pass\n    except BaseException as e: print(type(e).__name__)";
    let (result, took) = timed(|| run_in(options, code));
    assert_eq!((result.status, result.stdout.as_str()), (Status::Timeout, "KeyboardInterrupt\n"));
    assert!(took >= Duration::from_millis(500) && took < Duration::from_millis(500) + SLACK, "{took:?}");
}

#[test]
fn code_that_is_called_for_the_report_lives_on_the_grace_too() {
    let thread_time = || {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        Duration::new(time.tv_sec.try_into().unwrap(), time.tv_nsec.try_into().unwrap())
    };
    let code = "class E(Exception):
    def __str__(self):
        while True:
            try:
                while True: pass
            except BaseException: pass
try:
    while True: pass
except BaseException:
    raise E from None";
    let mut session = Sandbox::new(within(200)).unwrap().session().unwrap();
    let started = thread_time();
    let result = session.execute(code).unwrap();
    assert_eq!((result.status, result.session_lost), (Status::Timeout, true));
    // 0.2 s and a grace of 0.05 s, in processor time, which a busy machine hardly changes.
    let used = thread_time() - started;
    assert!(used < Duration::from_millis(450), "{used:?}");
}

#[test]
fn code_that_goes_on_after_the_interruption_may_end_in_the_grace() {
    let options = within(200).grace(Duration::from_secs(5));
    let result = run_in(options, "try:\n    while True: pass\nexcept KeyboardInterrupt:\n    print('caught')\n42");
    // The deadline has passed, so the status says so; what the code has done is kept.
    assert_eq!((result.status, result.stdout.as_str()), (Status::Timeout, "caught\n"));
    assert_eq!(error_of(&result).0, "TimeoutError");
}

#[test]
fn a_run_whose_deadline_has_passed_is_no_success_whatever_its_code_makes_of_the_interrupt() {
    let wait = "import os, signal, time
start = time.monotonic()
def wait():
    while time.monotonic() < start + 0.4: pass
";
    for (code, is_lost) in [
        ("signal.signal(signal.SIGINT, signal.SIG_IGN)\nwait()", false),
        ("signal.signal(signal.SIGINT, lambda *_: None)\nwait()", false),
        ("signal.signal(signal.SIGINT, lambda *_: 1 / 0)\nwait()", false),
        ("try: wait()\nexcept KeyboardInterrupt: os._exit(0)", true),
        ("try: wait()\nexcept KeyboardInterrupt: raise SystemExit(0)", false),
    ] {
        let mut session = Sandbox::new(within(200).grace(Duration::from_secs(5))).unwrap().session().unwrap();
        let result = session.execute(&format!("{wait}{code}")).unwrap();
        assert_eq!((result.status, result.session_lost), (Status::Timeout, is_lost), "{code}");
    }
}

#[test]
fn the_timeout_of_a_run_takes_the_place_of_the_sandboxs() {
    let mut session = session();
    let options = ExecuteOptions::new().timeout(Duration::from_millis(200));
    let started = Instant::now();
    assert_eq!(session.execute_with("while True: pass", options).unwrap().status, Status::Timeout);
    assert!(started.elapsed() < Duration::from_millis(200) + SLACK);
    // The deadline applies to that run only.
    assert_eq!(success(&session.execute("import time; time.sleep(0.5); 1").unwrap()).final_expression, int(1));
}

#[test]
fn an_earlier_deadline_does_not_stop_a_later_run() {
    let mut session = Sandbox::new(within(300)).unwrap().session().unwrap();
    for _ in 0..8 {
        let result = session.execute("import time; time.sleep(0.15)").unwrap();
        assert_eq!(result.status, Status::Success, "{:?}", result.error);
    }
}

#[test]
fn no_timeout_is_no_timeout() {
    let result = run_in(options().timeout(None), "import time; time.sleep(0.3); 1");
    assert_eq!(success(&result).final_expression, int(1));
}

#[test]
fn sleeping_burns_no_processor_time() {
    let code = "import time\ncpu = time.process_time()\nstart = time.perf_counter()\ntime.sleep(0.5)\n(time.process_time() - cpu, time.perf_counter() - start)";
    let value = run_in(options(), code).final_expression.expect("a value");
    let parts: Vec<f64> = value.items().unwrap().iter().filter_map(|v| v.as_f64()).collect();
    assert!(parts[0] < 0.1 && (0.5..1.0).contains(&parts[1]), "{parts:?}");
}

#[test]
fn many_deadlines_at_once_are_all_kept() {
    // Each stop makes all guests of the engine check their deadlines: no wake-up may be lost between them.
    let sandbox = Sandbox::new(within(30).grace(Duration::from_millis(2))).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let sandbox = &sandbox;
            scope.spawn(move || {
                let mut session = sandbox.session().unwrap();
                let loops = [
                    "while True: pass",
                    "sum(iter(int, 1))",
                    "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
                ];
                for turn in 0..25 {
                    let options = ExecuteOptions::new().timeout(Duration::from_millis(20 + thread));
                    let (result, took) = timed(|| session.execute_with(loops[turn % 3], options).unwrap());
                    assert_eq!(result.status, Status::Timeout);
                    assert!(took < Duration::from_secs(10), "{took:?}");
                }
            });
        }
    });
}

#[test]
fn no_stop_is_lost_on_a_busy_machine() {
    // A guest that is checked just when its thread waits for a processor must be checked again.
    let step = Step { code: "sum(iter(int, 1))".to_owned(), ..Step::default() };
    let options = within(20).grace(Duration::from_millis(3));
    let job = Job { options, steps: vec![step; 80], ..Job::default() };
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                let report = run_job(probe(), &job, &[], Duration::from_secs(120));
                assert!(report.is_healthy(), "{:?} after {} runs", report.ending, report.results.len());
                assert!(report.results.iter().all(|(result, _)| result.status == Status::Timeout));
            });
        }
    });
}
