//! The time from the start of a process to the first result, with the compiled code in the cache.

use std::process::Command;

use criterion::{Criterion, criterion_group, criterion_main};

fn run() {
    let status = Command::new(env!("CARGO_BIN_EXE_terrarium-first-result")).status().expect("the helper starts");
    assert!(status.success());
}

fn start(c: &mut Criterion) {
    // The first run may have to fill the cache.
    run();
    c.bench_function("process start to first result", |b| b.iter(run));
}

criterion_group! { name = benches; config = Criterion::default().sample_size(30); targets = start }
criterion_main!(benches);
