//! The delay of a stop after the deadline. The bound is 100 ms.

use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use terrarium_core::{ExecuteOptions, Sandbox, SandboxOptions, Status};

const TIMEOUT: Duration = Duration::from_millis(20);

fn deadline(c: &mut Criterion) {
    let sandbox = Sandbox::new(SandboxOptions::default()).expect("a sandbox");
    let mut group = c.benchmark_group("after the deadline");
    group.sample_size(20);
    for (name, code) in [
        ("Python loop", "while True: pass"),
        ("C loop", "sum(iter(int, 1))"),
        ("regular expression", "import re; re.match(r'(a+)+$', 'a' * 40 + 'b')"),
        ("sleep", "import time; time.sleep(100)"),
        (
            "loop that swallows the interruption",
            "while True:\n  try:\n    while True: pass\n  except BaseException: pass",
        ),
    ] {
        let mut session = sandbox.session().expect("a session");
        group.bench_function(name, |b| {
            b.iter_custom(|rounds| {
                let mut late = Duration::ZERO;
                for _ in 0..rounds {
                    // An interpreter that was lost by force is started again before the measurement.
                    session.execute("").expect("a result");
                    let options = ExecuteOptions::new().timeout(TIMEOUT);
                    let started = Instant::now();
                    let result = session.execute_with(code, options).expect("a result");
                    late += started.elapsed().saturating_sub(TIMEOUT);
                    assert_eq!(result.status, Status::Timeout, "{name}");
                }
                late
            });
        });
    }
    group.finish();
}

criterion_group!(benches, deadline);
criterion_main!(benches);
