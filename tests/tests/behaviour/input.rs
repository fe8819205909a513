//! Standard input that the host gives while the code runs.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use terrarium_core::{Bytes, CancelHandle, ExecuteOptions, InputAnswer, InputReply, InputRequest, Status, Stdin};
use terrarium_tests::{sandbox, session};

use crate::support::{error_of, success, timed};

/// The permitted delay of a stop; the machine may be busy with the other tests.
const SLACK: Duration = Duration::from_secs(5);

fn with(stdin: impl Into<Stdin>) -> ExecuteOptions {
    ExecuteOptions::new().stdin(stdin.into())
}

/// Runs code in a fresh interpreter, and returns its standard output.
fn output(code: &str, stdin: Stdin) -> String {
    success(&sandbox().execute_with(code, with(stdin)).unwrap()).stdout.clone()
}

#[test]
fn a_function_is_asked_with_the_prompt_and_the_echo() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&asked);
    let stdin = Stdin::ask(move |request| {
        sink.lock().unwrap().push((request.prompt.clone(), request.echo));
        "answer"
    });
    let code = "import getpass, sys
print(input('first? '), input(), getpass.getpass(), getpass.getpass('pin: '), sys.stdin.readline())
print(input(None), sep='')";
    assert_eq!(output(code, stdin), "answer answer answer answer answer\n\nanswer\n", "without the prompts");
    let asked = asked.lock().unwrap();
    let asked: Vec<(&str, bool)> = asked.iter().map(|(prompt, echo)| (prompt.as_str(), *echo)).collect();
    let expected = [("first? ", true), ("", true), ("Password: ", false), ("pin: ", false), ("", true), ("None", true)];
    assert_eq!(asked, expected);
}

#[test]
fn the_given_bytes_come_first_and_nothing_is_asked_before_it_is_needed() {
    let count = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&count);
    let stdin = move || {
        let counter = Arc::clone(&counter);
        Stdin::ask(move |_| (counter.fetch_add(1, Ordering::Relaxed) < 1).then_some("asked")).after("given\n")
    };
    assert_eq!(output("print(input())", stdin()), "given\n");
    assert_eq!(count.load(Ordering::Relaxed), 0);
    assert_eq!(output("import sys; print(list(sys.stdin))", stdin()), "['given\\n', 'asked\\n']\n");
}

#[test]
fn every_way_to_read_asks() {
    let three = || Stdin::pieces(["1", "2", "3"]);
    for (code, expected) in [
        ("import sys; print(sys.stdin.read(3), sys.stdin.read(), end='|')", "1\n2 \n3\n|"),
        ("import sys; print(sys.stdin.buffer.read(4), sys.stdin.buffer.readline())", "b'1\\n2\\n' b'3\\n'\n"),
        ("import os; print(os.read(0, 1), os.read(0, 100), os.read(0, 100), os.read(0, 9), os.read(0, 9))", ""),
        ("import fileinput; print(list(fileinput.input()))", "['1\\n', '2\\n', '3\\n']\n"),
        ("import os; b = [bytearray(3), bytearray(9)]; print(os.readv(0, b), b[0][:2])", "2 bytearray(b'1\\n')\n"),
        ("print(open('/dev/stdin').read().split())", "['1', '2', '3']\n"),
        ("import sys; print([int(line) for line in sys.stdin])", "[1, 2, 3]\n"),
        ("print(input('prompt '))", "prompt 1\n"),
    ] {
        let expected = if expected.is_empty() { "b'1' b'\\n' b'2\\n' b'3\\n' b''\n" } else { expected };
        assert_eq!(output(code, three()), expected, "{code}");
    }
}

#[test]
fn a_wait_for_the_input_ends_with_the_answer() {
    let later = |milliseconds| {
        Stdin::ask(move |_| {
            thread::sleep(Duration::from_millis(milliseconds));
            "late"
        })
    };
    let code = "import select, sys, os, time
print(select.select([0], [], [], 0)[0], select.select([0], [], [], 0.05)[0])
os.set_blocking(0, False)
try: os.read(0, 9)
except BlockingIOError as error: print(error.errno)
print(select.select([0, sys.stdin], [], [], 600)[0] == [0, sys.stdin], os.read(0, 9))";
    assert_eq!(output(code, later(500)), "[] []\n6\nTrue b'late\\n'\n");
    let code = "import asyncio, sys
async def main():
    loop, reader = asyncio.get_running_loop(), asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    ticks = []
    async def tick():
        while True:
            await asyncio.sleep(0.01)
            ticks.append(1)
    task = asyncio.create_task(tick())
    print(await reader.readline(), len(ticks) > 3)
    task.cancel()
asyncio.run(main())";
    assert_eq!(output(code, later(500)), "b'late\\n' True\n");
}

#[test]
fn the_end_comes_once_for_a_function_and_for_ever_for_an_iterator() {
    let code = "
for _ in range(3):
    try: print(input())
    except EOFError: print('end')";
    let turns = AtomicU64::new(0);
    let by_turns = Stdin::ask(move |_| (turns.fetch_add(1, Ordering::Relaxed) == 1).then_some("line"));
    assert_eq!(output(code, by_turns), "end\nline\nend\n");
    assert_eq!(output(code, Stdin::pieces(["line"])), "line\nend\nend\n");
}

#[test]
fn a_failure_is_an_ordinary_error_of_the_code() {
    let code = "
try: input()
except OSError as error: print(error.errno, 'next')
print(input())";
    type Answer = Box<dyn Fn() -> InputAnswer + Send + Sync>;
    let first: [(&str, Answer); 4] = [
        ("an error", Box::new(|| Err::<&str, _>("no network").into())),
        ("a panic", Box::new(|| panic!("a panic of the host's function"))),
        ("too much", Box::new(|| Bytes::from(vec![b'x'; (64 << 20) + 1]).into())),
        ("no answer", Box::new(|| InputAnswer::Failed)),
    ];
    for (name, answer) in first {
        let turns = AtomicU64::new(0);
        let ask =
            move |_: &InputRequest| if turns.fetch_add(1, Ordering::Relaxed) == 0 { answer() } else { "ok".into() };
        let errno = if name == "too much" { 35 } else { 29 };
        assert_eq!(output(code, Stdin::ask(ask)), format!("{errno} next\nok\n"), "{name}");
    }
    let result = sandbox().execute_with("input()", with(Stdin::ask_later(|_, reply| drop(reply)))).unwrap();
    assert_eq!(error_of(&result).0, "OSError");
    let result = sandbox().execute_with("input()", with(Stdin::ask_later(|_, _| panic!("at once")))).unwrap();
    assert_eq!(error_of(&result).0, "OSError");
}

#[test]
fn an_interrupt_is_a_keyboard_interrupt_and_the_run_goes_on() {
    let turns = AtomicU64::new(0);
    let stdin = Stdin::ask(move |_| match turns.fetch_add(1, Ordering::Relaxed) {
        0 => InputAnswer::Interrupt,
        _ => "after".into(),
    });
    let code = "
try: input()
except KeyboardInterrupt: print('interrupted')
print(input(), sum(range(10**6)))";
    assert_eq!(output(code, stdin), "interrupted\nafter 499999500000\n");
    let handled = "import signal
signal.signal(signal.SIGINT, lambda *_: print('handler'))
print(input())";
    let turns = AtomicU64::new(0);
    let stdin = Stdin::ask(move |_| match turns.fetch_add(1, Ordering::Relaxed) {
        0 => InputAnswer::Interrupt,
        _ => "asked again".into(),
    });
    assert_eq!(output(handled, stdin), "handler\nasked again\n");
    let result = sandbox().execute_with("input()", with(Stdin::ask(|_| InputAnswer::Interrupt))).unwrap();
    assert_eq!((result.status, error_of(&result).0), (Status::Error, "KeyboardInterrupt"));
}

#[test]
fn an_alarm_ends_the_wait_and_the_question_stays() {
    let (answer, answers) = mpsc::channel::<&str>();
    let answers = Mutex::new(answers);
    let stdin = Stdin::ask(move |_| answers.lock().unwrap().recv().ok());
    let code = "import signal
def ring(*_): raise TimeoutError('too slow')
signal.signal(signal.SIGALRM, ring)
signal.setitimer(signal.ITIMER_REAL, 0.1)
try: input('quick? ')
except TimeoutError as error: print(error)
print('now')
print(input())";
    let options = with(stdin).on_stdout(move |text| {
        if text.starts_with(b"now") {
            answer.send("in time").unwrap();
        }
    });
    assert_eq!(success(&sandbox().execute_with(code, options).unwrap()).stdout, "too slow\nnow\nin time\n");
}

#[test]
fn a_function_that_never_returns_holds_no_run_and_is_counted() {
    let (release, held) = mpsc::channel::<()>();
    let held = Mutex::new(held);
    let stdin = Stdin::ask(move |_| held.lock().unwrap().recv().ok().map(|()| "late"));
    let mut session = session();
    success(&session.execute("x = 41").unwrap());
    let options = with(stdin.clone()).timeout(Duration::from_millis(200));
    let (result, took) = timed(|| session.execute_with("input()", options).unwrap());
    assert_eq!((result.status, result.session_lost, result.metrics.abandoned), (Status::Timeout, false, 1));
    assert!(took < Duration::from_millis(200) + SLACK, "{took:?}");

    let cancel = CancelHandle::new();
    let other = cancel.clone();
    let canceller = thread::spawn(move || {
        thread::sleep(Duration::from_millis(200));
        other.cancel();
    });
    let options = with(stdin).timeout(None).cancel(cancel);
    let (result, took) = timed(|| session.execute_with("input()", options).unwrap());
    assert_eq!((result.status, result.metrics.abandoned), (Status::Cancelled, 1));
    assert!(took < SLACK, "{took:?}");
    canceller.join().unwrap();

    // The late answers reach no other run.
    release.send(()).unwrap();
    release.send(()).unwrap();
    drop(release);
    let result = session.execute_with("print(input(), x + 1)", with("own\n")).unwrap();
    assert_eq!((success(&result).stdout.as_str(), result.metrics.abandoned), ("own 42\n", 0));
}

#[test]
fn answers_after_the_run_are_dropped() {
    let (requests, asked) = mpsc::channel::<(InputRequest, InputReply)>();
    let stdin = Stdin::ask_later(move |request, reply| drop(requests.send((request, reply))));
    let mut session = session();
    let options = with(stdin).timeout(Duration::from_millis(100));
    assert_eq!(session.execute_with("input()", options).unwrap().status, Status::Timeout);
    let (_, reply) = asked.recv().unwrap();
    assert!(!reply.is_open());
    reply.send("late");
    let result = session.execute_with("input()", with("")).unwrap();
    assert_eq!(error_of(&result).0, "EOFError");
}

#[test]
fn the_time_at_a_terminal_is_not_the_run_s() {
    let slow = |_: &InputRequest| {
        thread::sleep(Duration::from_millis(700));
        "answer"
    };
    let limited = |stdin| with(stdin).timeout(Duration::from_millis(500));
    let code = "import sys; print(input(), sys.stdin.isatty())";
    let result = sandbox().execute_with(code, limited(Stdin::ask(slow).as_terminal())).unwrap();
    assert_eq!(success(&result).stdout, "answer True\n");
    let result = sandbox().execute_with(code, limited(Stdin::ask(slow))).unwrap();
    assert_eq!(result.status, Status::Timeout);
    // A cancel ends a wait at a terminal too.
    let cancel = CancelHandle::new();
    let other = cancel.clone();
    let never = Stdin::ask(move |_| {
        other.cancel();
        thread::sleep(Duration::from_secs(60));
        "late"
    });
    let (result, took) = timed(|| sandbox().execute_with("input()", with(never.as_terminal()).cancel(cancel)).unwrap());
    assert_eq!(result.status, Status::Cancelled);
    assert!(took < SLACK, "{took:?}");
}

#[test]
fn a_hundred_thousand_questions_are_answered() {
    let count = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&count);
    let stdin = Stdin::ask(move |_| counter.fetch_add(1, Ordering::Relaxed).to_string());
    let code = "print(sum(int(input('n')) for _ in range(100_000)))";
    let result = sandbox().execute_with(code, with(stdin).timeout(Duration::from_secs(300))).unwrap();
    assert_eq!(success(&result).stdout, "4999950000\n");
    assert_eq!(count.load(Ordering::Relaxed), 100_000);
}

#[test]
fn code_that_forges_requests_gets_errors() {
    let code = "import fcntl
for request, argument in [
    (0x740a, b''), (0x740a, b'\\x01'), (0x740a, b'\\x01\\0\\0\\0\\xff\\xff\\xff\\xff'), (0x740b, b''),
    (0x740a, b'\\x01\\0\\0\\0\\x02\\0\\0\\0\\xff\\xfe'), (0x740a, 2**31 - 1), (0x740b, -1),
]:
    try: fcntl.ioctl(1 << 20, request, argument)
    except (OSError, ValueError, OverflowError) as error: pass
print(input('p'))";
    assert_eq!(output(code, Stdin::ask(|request| request.prompt.clone())), "p\n");
}

#[test]
fn a_program_may_replace_its_input() {
    let code = "import io, sys, builtins
sys.stdin = io.StringIO('own\\n')
print(input('p '))
sys.stdin = sys.__stdin__
print(input('q '))
sys.stdin = None
try: input()
except RuntimeError as error: print(error)";
    let expected = "p own\nq \nlost sys.stdin\n";
    assert_eq!(output(code, Stdin::ask(|request| request.prompt.clone())), expected);
}
