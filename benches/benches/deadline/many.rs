//! Many runs at once: more threads than processors, whose deadlines come at the same moment.

use std::{
    sync::{Barrier, Mutex},
    thread,
    time::{Duration, Instant},
};

use terrarium_core::{Sandbox, SandboxOptions};

use super::{guest::way, measure::Stop};

/// The number of runs at a time.
const THREADS: usize = 32;
/// Their time limit.
const TIMEOUT: Duration = Duration::from_millis(500);

/// The kinds of code.
const CODES: [(&str, &str); 5] = [
    ("sleep", "import time\nprint('begun')\ntime.sleep(100)"),
    ("Python_loop", "print('begun')\nwhile True: pass"),
    ("C_loop", "print('begun')\nsum(iter(int, 1))"),
    (
        "loop_that_ignores_the_interrupt",
        "print('begun')\nwhile True:\n  try:\n    while True: pass\n  except BaseException: pass",
    ),
    ("loop_that_allocates", "print('begun')\nwhile True: bytearray(10_000_000)"),
];

/// The name of the group.
const GROUP: &str = "32 threads";

/// Measures every selected kind; a row has the delays of all threads.
pub(crate) fn measure(selects: &dyn Fn(&str, &str) -> bool, mut add: impl FnMut(&str, &str, &[Stop])) {
    let sandbox = Sandbox::new(SandboxOptions::new().timeout(TIMEOUT)).expect("a sandbox");
    for (name, code) in CODES {
        if selects(GROUP, name) {
            add(GROUP, name, &run_all(&sandbox, code));
        }
    }
}

fn run_all(sandbox: &Sandbox, code: &str) -> Vec<Stop> {
    let (stops, begin) = (Mutex::new(Vec::new()), Barrier::new(THREADS));
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                begin.wait();
                // Here the waiting is the result.
                let started = Instant::now();
                let way = way(&sandbox.execute(code).expect("a result"));
                let late = started.elapsed().saturating_sub(TIMEOUT);
                stops.lock().expect("no thread panics").push(Stop { late, waited: Duration::ZERO, way });
            });
        }
    });
    stops.into_inner().expect("no thread panics")
}
