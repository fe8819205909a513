//! Guests that take as much as they can of what all guests of a process share, beside runs that do their work.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use terrarium_core::{Sandbox, SandboxOptions, Status, Value};

/// Held by the tests that depend on the number of stacks that others leave.
static STACKS: Mutex<()> = Mutex::new(());

/// Nests callbacks through libffi as deep as they go, and keeps what they have taken for a while.
const NESTED: &str = "
import ctypes, sys, time
sys.setrecursionlimit(10**6)
deepest = 0

@ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)
def deeper(depth):
    global deepest
    deepest = depth
    deeper(depth + 1)
    if deepest == depth:
        time.sleep(0.5)
    return depth

sys.unraisablehook = lambda _: None
deeper(0)
deepest";

/// Takes memory, descriptors and table slots until they are refused.
const GREEDY: &str = "
import ctypes, os
kept = []
for take in (lambda: bytearray(16 << 20), lambda: os.dup(1), lambda: ctypes.CFUNCTYPE(None)(lambda: None)):
    try:
        for _ in range(3000):
            kept.append(take())
    except (MemoryError, OSError):
        pass
len(kept) > 0";

/// Recurses in C as deep as it goes.
const DEEP: &str = "
a, b = [], []
a.append(a), b.append(b)
try:
    a == b
except RecursionError:
    pass
True";

/// Uses a callback, memory, a file and recursion, as ordinary programs do.
const INNOCENT: &str = "
import ctypes, json
numbers = (ctypes.c_int * 5)(5, 3, 1, 4, 2)
compare = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))
ctypes.CDLL(None).qsort(numbers, 5, 4, compare(lambda a, b: a[0] - b[0]))
open('out', 'w').write(json.dumps(list(numbers)))
def f(n): return n and 1 + f(n - 1)
[sum(json.load(open('out'))), f(500), len(bytearray(10_000_000))]";

#[test]
fn innocent_runs_are_not_hurt_by_guests_that_take_what_all_share() {
    let _alone = STACKS.lock().unwrap_or_else(PoisonError::into_inner);
    let sandbox = Sandbox::new(SandboxOptions::new().timeout(Duration::from_secs(120))).unwrap();
    let ended = AtomicBool::new(false);
    thread::scope(|scope| {
        let hostile: Vec<_> = (0..12)
            .map(|number| {
                let (sandbox, ended) = (&sandbox, &ended);
                scope.spawn(move || {
                    while !ended.load(Ordering::Relaxed) {
                        let code = [NESTED, NESTED, GREEDY, DEEP][number % 4];
                        let result = sandbox.execute(code).unwrap();
                        // The guest ends in order, whatever it could not have.
                        assert_eq!(result.status, Status::Success, "{:?}", result.error);
                    }
                })
            })
            .collect();
        for _ in 0..60 {
            let result = sandbox.execute(INNOCENT).unwrap();
            let expected = [15, 500, 10_000_000].map(Value::Int);
            assert_eq!(result.final_expression, Some(Value::List(expected.to_vec())), "{:?}", result.error);
        }
        ended.store(true, Ordering::Relaxed);
        for hostile in hostile {
            hostile.join().unwrap();
        }
    });
}

#[test]
fn callbacks_nest_deeply_and_their_end_is_a_recursion_error() {
    let _alone = STACKS.lock().unwrap_or_else(PoisonError::into_inner);
    let sandbox = Sandbox::new(SandboxOptions::new().timeout(Duration::from_secs(60))).unwrap();
    let result = sandbox.execute(NESTED).unwrap();
    assert_eq!(result.status, Status::Success, "{:?}", result.error);
    let Some(Value::Int(deepest)) = result.final_expression else { panic!("{result:?}") };
    assert!((50..1000).contains(&deepest), "{deepest}");
}

/// Holds the two stacks of a callback for a while, as a program does whose callback takes long.
const HOLDING: &str = "
import ctypes, time
callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)(lambda number: time.sleep(0.4) or number)
[callback(number) for number in range(2)]";

#[test]
fn more_callbacks_than_there_are_stacks_wait_for_their_turn() {
    let _alone = STACKS.lock().unwrap_or_else(PoisonError::into_inner);
    let sandbox = Sandbox::new(SandboxOptions::new().timeout(Duration::from_secs(120))).unwrap();
    // Some guests take most of the stacks, and the others are twice as many as there is room for besides.
    let kinds = [NESTED; 4].into_iter().chain([HOLDING; 250]);
    thread::scope(|scope| {
        let runs: Vec<_> = kinds.map(|code| (code, scope.spawn(|| sandbox.execute(code).unwrap()))).collect();
        for (code, run) in runs {
            let result = run.join().unwrap();
            assert_eq!(result.status, Status::Success, "{:?}", result.error);
            if code == HOLDING {
                assert_eq!(result.final_expression, Some(Value::List([0, 1].map(Value::Int).to_vec())));
            }
        }
    });
}

#[test]
fn a_wait_for_a_stack_ends_at_the_deadline() {
    let _alone = STACKS.lock().unwrap_or_else(PoisonError::into_inner);
    let patient = Sandbox::new(SandboxOptions::new().timeout(Duration::from_secs(120))).unwrap();
    let hurried = Sandbox::new(SandboxOptions::new().timeout(Duration::from_millis(300))).unwrap();
    let slow = HOLDING.replace("0.4", "3");
    thread::scope(|scope| {
        let holders: Vec<_> = (0..192).map(|_| scope.spawn(|| patient.execute(&slow).unwrap())).collect();
        thread::sleep(Duration::from_secs(2));
        let late = hurried.execute(HOLDING).unwrap();
        assert_eq!(late.status, Status::Timeout, "{:?}", late.error);
        for holder in holders {
            assert_eq!(holder.join().unwrap().status, Status::Success);
        }
    });
}
