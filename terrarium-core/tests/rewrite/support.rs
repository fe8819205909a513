//! An engine as the sandbox configures it, and where the test inputs are.

use std::path::PathBuf;

use wasmtime::{Config, Engine};

/// An engine that takes standard exceptions.
pub(crate) fn engine() -> Engine {
    let mut config = Config::new();
    config.wasm_exceptions(true).wasm_function_references(true).wasm_gc(true);
    Engine::new(&config).expect("the engine has this configuration")
}

/// The guest's main module as its toolchain wrote it: `TERRARIUM_TEST_WASM`, or what set-up laid into the runtime crate.
pub(crate) fn guest_module() -> Vec<u8> {
    let path = match std::env::var_os("TERRARIUM_TEST_WASM") {
        Some(path) => PathBuf::from(path),
        None => repository().join("terrarium-runtime/artifacts/pyodide.asm.wasm"),
    };
    std::fs::read(&path).unwrap_or_else(|error| {
        panic!("cannot read {}: {error}; run the set-up or set TERRARIUM_TEST_WASM", path.display())
    })
}

/// The root of the repository.
pub(crate) fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the repository").to_owned()
}
