//! The cost of a run in a live interpreter.

use criterion::{Criterion, criterion_group, criterion_main};
use terrarium_core::{ExecuteOptions, Sandbox, SandboxOptions, Value};

fn session(c: &mut Criterion) {
    let sandbox = Sandbox::new(SandboxOptions::default()).expect("a sandbox");
    let mut group = c.benchmark_group("session execute");
    for (name, code) in [
        ("empty", ""),
        ("expression", "1 + 1"),
        ("print", "print(1 + 1)"),
        ("names", "x = 5\ny = x * 2\nx + y"),
        ("error", "1 / 0"),
        ("file", "with open('f', 'w') as f:\n    f.write('x')"),
        ("list of 1000", "list(range(1000))"),
    ] {
        let mut session = sandbox.session().expect("a session");
        group.bench_function(name, |b| b.iter(|| session.execute(code).expect("a result")));
    }
    let mut session = sandbox.session().expect("a session");
    group.bench_function("inputs and outputs", |b| {
        b.iter(|| {
            let options = ExecuteOptions::new().input("x", Value::Int(20)).output("y");
            session.execute_with("y = x * 2 + 2", options).expect("a result")
        });
    });
    group.finish();
}

criterion_group!(benches, session);
criterion_main!(benches);
