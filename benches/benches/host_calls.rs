//! The time of a call of a host function, of functions that are declared only, and of calls that are awaited together.

use std::{thread, time::Duration};

use criterion::{Criterion, criterion_group, criterion_main};
use terrarium_core::{Call, ExecutionResult, HostFunction, HostFunctions, Sandbox, SandboxOptions, Status};

/// The number of calls of a run.
const CALLS: u32 = 10_000;

fn add() -> HostFunction {
    HostFunction::new("add", |call: Call| Ok(call.argument::<i64>("a")? + call.argument::<i64>("b")?))
        .signature("(a: int, b: int)")
}

fn sandbox(functions: HostFunctions) -> Sandbox {
    let options = SandboxOptions::new().functions(functions).host_calls(u64::MAX).host_calls_in_flight(64);
    Sandbox::new(options).expect("a sandbox")
}

fn succeed(result: &ExecutionResult) {
    assert_eq!(result.status, Status::Success, "{:?}", result.error);
}

/// Returns the time per call, by the clock of the code: without the start of the run.
fn per_call(sandbox: &Sandbox, runs: u64) -> Duration {
    let code = format!(
        "import time\nbegin = time.perf_counter()\nfor i in range({CALLS}): add(i, 1)\ntime.perf_counter() - begin"
    );
    (0..runs)
        .map(|_| {
            let result = sandbox.execute(&code).expect("a result");
            succeed(&result);
            let seconds = result.final_expression.and_then(|value| value.as_f64()).expect("a float");
            Duration::from_secs_f64(seconds) / CALLS
        })
        .sum()
}

fn host_calls(c: &mut Criterion) {
    let of = |function: HostFunction| sandbox(HostFunctions::new().function(function));
    let (plain, inline) = (of(add()), of(add().inline(true)));
    c.bench_function("a call", |b| b.iter_custom(|runs| per_call(&plain, runs)));
    c.bench_function("a call, inline", |b| b.iter_custom(|runs| per_call(&inline, runs)));

    let none = Sandbox::new(SandboxOptions::new()).expect("a sandbox");
    let function = |number: u32| HostFunction::new(format!("tool_{number}"), |_: Call| Ok(1)).signature("(a: int)");
    let hundred = sandbox((0..100).map(function).collect());
    c.bench_function("a fresh run", |b| b.iter(|| succeed(&none.execute("1 + 1").expect("a result"))));
    c.bench_function("a fresh run with 100 functions", |b| {
        b.iter(|| succeed(&hundred.execute("1 + 1").expect("a result")));
    });

    let wait = HostFunction::new("wait", |_: Call| {
        thread::sleep(Duration::from_millis(100));
        Ok(1)
    })
    .awaited();
    let waits = of(wait);
    let code = "import asyncio\nsum(await asyncio.gather(*[wait() for _ in range(50)]))";
    c.bench_function("50 awaited calls of 100 ms", |b| b.iter(|| succeed(&waits.execute(code).expect("a result"))));
}

criterion_group! { name = benches; config = Criterion::default().sample_size(10); targets = host_calls }
criterion_main!(benches);
