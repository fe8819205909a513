//! The cost of packages: preparing them once per machine, loading their libraries, importing them.

use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, SamplingMode, criterion_group, criterion_main};
use terrarium_core::{ExecutionResult, Sandbox, SandboxOptions, Status};

/// The wheels that `cargo xtask setup --dev` lays out.
const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/corpus");

/// Loads the libraries of packages, as importing them would, and returns the seconds.
const LOAD: &str = "import ctypes, glob, time
found = [f for name in names for f in glob.glob(f'/lib/python3.14/site-packages/{name}/**/*.so', recursive=True)]
found = [f for f in found if 'test' not in f]
start = time.perf_counter()
for path in found: ctypes.CDLL(path)
time.perf_counter() - start";

fn options(packages: &[&str]) -> SandboxOptions {
    // A run would neither load nor import packages that an image contains.
    SandboxOptions::new().packages(packages).package_source(CORPUS).timeout(None).preload(false)
}

fn run(sandbox: &Sandbox, code: &str) -> ExecutionResult {
    let result = sandbox.execute(code).expect("the host can run it");
    assert_eq!(result.status, Status::Success, "{:?}", result.error);
    result
}

/// In an empty cache except for the interpreter: bytecode, machine code and the image are made.
fn prepare(c: &mut Criterion) {
    let mut group = c.benchmark_group("prepare");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    for name in ["numpy", "pandas"] {
        group.bench_function(BenchmarkId::from_parameter(name), |b| {
            b.iter_custom(|count| {
                (0..count).fold(Duration::ZERO, |sum, _| {
                    let cache = tempfile::tempdir().expect("a folder");
                    Sandbox::new(SandboxOptions::new().cache_dir(cache.path())).expect("one");
                    let started = Instant::now();
                    let sandbox =
                        Sandbox::new(options(&[name]).cache_dir(cache.path()).preload(true)).expect("a sandbox");
                    run(&sandbox, &format!("import {name}"));
                    sum + started.elapsed()
                })
            });
        });
    }
}

fn load(c: &mut Criterion) {
    for names in [&["numpy"][..], &["numpy", "pandas"]] {
        let sandbox = Sandbox::new(options(names)).expect("a sandbox");
        let code = format!("names = {names:?}\n{LOAD}");
        c.bench_function(&format!("load the libraries of {}", names.join(" and ")), |b| {
            b.iter_custom(|count| {
                let seconds = (0..count).map(|_| run(&sandbox, &code).final_expression.and_then(|v| v.as_f64()));
                Duration::from_secs_f64(seconds.map(|seconds| seconds.expect("seconds")).sum())
            });
        });
    }
}

fn import(c: &mut Criterion) {
    let mut group = c.benchmark_group("fresh execute");
    group.sample_size(10);
    for name in ["numpy", "pandas", "matplotlib.pyplot", "sympy"] {
        let package = name.split('.').next().unwrap_or(name);
        let sandbox = Sandbox::new(options(&[package])).expect("a sandbox");
        let code = format!("import {name}");
        group.bench_function(BenchmarkId::new("import", name), |b| b.iter(|| run(&sandbox, &code)));
    }
}

criterion_group! { name = benches; config = Criterion::default().sample_size(20); targets = prepare, load, import }
criterion_main!(benches);
