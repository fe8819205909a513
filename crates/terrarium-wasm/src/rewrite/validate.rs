//! Which WebAssembly goes in and which comes out.

use wasmparser::{Validator, WasmFeatures};

use super::error::RewriteError;

/// What the engine compiles for us. Threads are left out: the engine is built without shared memory.
const COMPILED: WasmFeatures = WasmFeatures::WASM3.difference(WasmFeatures::THREADS);

/// Checks that `wasm` is a valid module of the proposals that the engine compiles, standard exceptions among
/// them and legacy ones not.
///
/// # Errors
/// [`RewriteError::Malformed`] with the place of the first violation.
pub fn validate(wasm: &[u8]) -> Result<(), RewriteError> {
    validate_with(wasm, COMPILED)
}

/// The same for what the toolchains write: with legacy exceptions.
pub(super) fn validate_input(wasm: &[u8]) -> Result<(), RewriteError> {
    validate_with(wasm, COMPILED | WasmFeatures::LEGACY_EXCEPTIONS)
}

fn validate_with(wasm: &[u8], features: WasmFeatures) -> Result<(), RewriteError> {
    Validator::new_with_features(features).validate_all(wasm)?;
    Ok(())
}
