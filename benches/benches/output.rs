//! The time for ten megabytes of output.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use terrarium_core::{Sandbox, SandboxOptions};

const SIZE: usize = 10_000_000;

fn output(c: &mut Criterion) {
    let mut session = Sandbox::new(SandboxOptions::default()).and_then(|sandbox| sandbox.session()).expect("a session");
    let mut group = c.benchmark_group("10 MB of output");
    group.throughput(Throughput::Bytes(SIZE as u64)).sample_size(20);
    for (name, code) in [
        ("one write", "import sys\nn = sys.stdout.write('x' * 10_000_000)"),
        ("100,000 prints", "line = 'x' * 99\nfor _ in range(100_000): print(line)"),
        ("a value", "'x' * 10_000_000"),
    ] {
        let result = session.execute(code).expect("a result");
        assert!(result.stdout.len() == SIZE || result.final_expression.is_some(), "{name}");
        group.bench_function(name, |b| b.iter(|| session.execute(code).expect("a result")));
    }
    group.finish();
}

criterion_group!(benches, output);
criterion_main!(benches);
