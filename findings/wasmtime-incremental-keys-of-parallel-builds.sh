#!/usr/bin/env bash
# wasmtime 48.0.8 with incremental compilation: two builds of one module in one process ask the cache for different keys, if
# the engine compiles in parallel, which is its default. With `parallel_compilation(false)` each build asks for the same keys.
#
# The machine code is equal in all builds; only a look-up misses, so a function is compiled again and its record is kept
# twice. A test, or a cache, that expects a second build of the same bytes to find every record fails now and then. Guess
# before the run: the keys are hashes of the functions and the settings, so they are the same in every build.
#
# For terrarium's users: the records of compiled functions are kept as an addition to the images, so a miss costs the time of one
# function. The test of the records compiles on one thread (terrarium-core/src/engine/compile/stencil.rs).
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
mkdir -p "$dir/crate/src"
cat >"$dir/crate/Cargo.toml" <<'MANIFEST'
[package]
name = "seen"
version = "0.1.0"
edition = "2024"
[dependencies]
wasmtime = { version = "=48.0.8", default-features = false, features = ["cranelift", "incremental-cache", "parallel-compilation", "wat", "gc", "gc-drc", "runtime", "std"] }
MANIFEST
cat >"$dir/crate/src/main.rs" <<'PROGRAM'
use std::{
    borrow::Cow,
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex},
};

use wasmtime::{CacheStore, Config, Engine};

/// Keeps records, and the keys that were asked for.
#[derive(Debug, Default)]
struct Records {
    kept: Mutex<HashMap<Vec<u8>, Vec<u8>>>,
    asked: Mutex<BTreeSet<Vec<u8>>>,
}

impl CacheStore for Records {
    fn get(&self, key: &[u8]) -> Option<Cow<'_, [u8]>> {
        self.asked.lock().unwrap().insert(key.to_vec());
        self.kept.lock().unwrap().get(key).cloned().map(Cow::Owned)
    }

    fn insert(&self, key: &[u8], value: Vec<u8>) -> bool {
        self.kept.lock().unwrap().insert(key.to_vec(), value);
        true
    }
}

const MODULE: &str = r#"(module
    (import "a" "f" (func $f (param i32) (result i32)))
    (memory 1)
    (table 4 funcref)
    (tag $t (param i32))
    (func (export "g") (param i32 i64) (result i64)
        (local $x i64)
        (block $out (result i32)
            (try_table (catch $t $out)
                (throw $t (i32.div_s (call $f (local.get 0)) (i32.load offset=70000 (local.get 0)))))
            i32.const 1)
        drop
        (loop (local.set $x (i64.mul (local.get $x) (local.get 1)))
            (br_if 0 (i32.load8_u (local.get 0))))
        (i64.trunc_f64_s (f64.ceil (f64.convert_i64_s (local.get $x)))))
    (func (param i32) (result i32) (call_indirect (param i32) (result i32) (local.get 0) (local.get 0))))"#;

/// Builds the module anew many times; returns the number of sets of keys, and of results.
fn builds(is_parallel: bool) -> (usize, usize) {
    let (mut keys, mut results) = (BTreeSet::new(), BTreeSet::new());
    for _ in 0..300 {
        let records = Arc::<Records>::default();
        let mut config = Config::new();
        config.wasm_exceptions(true).wasm_gc(true).parallel_compilation(is_parallel);
        config.enable_incremental_compilation(Arc::clone(&records) as Arc<dyn CacheStore>).unwrap();
        results.insert(Engine::new(&config).unwrap().precompile_module(MODULE.as_bytes()).unwrap());
        keys.insert(records.asked.lock().unwrap().clone());
    }
    (keys.len(), results.len())
}

fn main() {
    let (parallel, single) = (builds(true), builds(false));
    println!("parallel: {} sets of keys, {} results", parallel.0.min(2), parallel.1);
    println!("one thread: {} sets of keys, {} results", single.0, single.1);
}
PROGRAM
cargo run -q --release --manifest-path "$dir/crate/Cargo.toml" >"$dir/seen"
cat "$dir/seen"
# Seen: at least two sets of keys in 300 parallel builds, one set on one thread, and one result of each.
diff "$dir/seen" - <<'SEEN'
parallel: 2 sets of keys, 1 results
one thread: 1 sets of keys, 1 results
SEEN
