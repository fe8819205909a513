//! The time of rewriting the interpreter's module. The bound is 2 s.

use std::{fs, path::Path};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use terrarium_wasm::rewrite::{RewriteOptions, rewrite};

fn main_module(c: &mut Criterion) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../terrarium-runtime/downloads/pyodide.asm.wasm");
    let Ok(module) = fs::read(&path) else {
        println!("no {}: run `cargo xtask setup`", path.display());
        return;
    };
    let mut group = c.benchmark_group("rewrite");
    group.throughput(Throughput::Bytes(module.len() as u64)).sample_size(10);
    group.bench_function("main module", |b| {
        b.iter(|| rewrite(&module, &RewriteOptions::default()).expect("the module is rewritten"));
    });
    group.finish();
}

criterion_group!(benches, main_module);
criterion_main!(benches);
