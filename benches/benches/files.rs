//! The time for ten megabytes of files in and out.

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use terrarium_core::{Bytes, ExecuteOptions, Sandbox, SandboxOptions};

const SIZE: usize = 10_000_000;

fn files(c: &mut Criterion) {
    let content = Bytes::from((0..=255).cycle().take(SIZE).collect::<Vec<u8>>());
    let sandbox = Sandbox::new(SandboxOptions::default()).expect("a sandbox");
    let mut session = sandbox.session().expect("a session");
    let mut group = c.benchmark_group("10 MB");
    group.throughput(Throughput::Bytes(SIZE as u64)).sample_size(20);
    for (name, code) in [
        ("in, not read", "1"),
        ("in and read", "len(open('in.bin', 'rb').read())"),
        ("in and out", "import shutil\nshutil.copyfile('in.bin', 'out.bin')"),
    ] {
        let given = || ExecuteOptions::new().file("in.bin", content.clone());
        let mut run = |options| session.execute_with(code, options).expect("a result");
        group.bench_function(name, |b| b.iter_batched(given, &mut run, BatchSize::PerIteration));
    }
    group.bench_function("out", |b| {
        b.iter(|| {
            let result = session.execute("open('out.bin', 'wb').write(bytes(10_000_000))").expect("a result");
            assert_eq!(result.output_files["out.bin"].len(), SIZE);
            result
        });
    });
    group.bench_function("in and out of a fresh interpreter", |b| {
        b.iter(|| {
            let code = "import shutil\nshutil.copyfile('in.bin', 'out.bin')";
            let result =
                sandbox.execute_with(code, ExecuteOptions::new().file("in.bin", content.clone())).expect("a result");
            assert_eq!(result.output_files["out.bin"].len(), SIZE);
            result
        });
    });
    group.finish();
}

criterion_group!(benches, files);
criterion_main!(benches);
