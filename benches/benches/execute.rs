//! The cost of a fresh interpreter.

use criterion::{Criterion, criterion_group, criterion_main};
use terrarium_core::{Sandbox, SandboxOptions, Status};

fn execute(c: &mut Criterion) {
    let sandbox = Sandbox::new(SandboxOptions::default()).expect("a sandbox");
    let mut group = c.benchmark_group("fresh execute");
    for (name, code) in [
        ("empty", ""),
        ("expression", "1 + 1"),
        ("print", "print(1 + 1)"),
        ("json", "import json\njson.loads(json.dumps({'a': [1, 2, 3]}))"),
        ("error", "1 / 0"),
    ] {
        group.bench_function(name, |b| b.iter(|| sandbox.execute(code).expect("a result")));
    }
    group.finish();

    c.bench_function("four fresh executes in four threads", |b| {
        b.iter(|| {
            std::thread::scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(|| {
                        let result = sandbox.execute("print(1 + 1)").expect("a result");
                        assert_eq!(result.status, Status::Success);
                    });
                }
            });
        });
    });
}

criterion_group! { name = benches; config = Criterion::default().sample_size(40); targets = execute }
criterion_main!(benches);
