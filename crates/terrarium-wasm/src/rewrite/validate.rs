//! The WebAssembly features of the input and of the output.

use wasmparser::{Validator, WasmFeatures};

use super::error::RewriteError;

/// The features that the engine compiles. Threads are left out: the engine is built without shared memory.
const COMPILED: WasmFeatures = WasmFeatures::WASM3.difference(WasmFeatures::THREADS);

/// Checks that `wasm` is a valid module of the proposals that the engine compiles: with standard exceptions, without
/// legacy ones.
///
/// # Errors
/// [`RewriteError::Malformed`] with the place of the first violation.
pub fn validate(wasm: &[u8]) -> Result<(), RewriteError> {
    validate_with(wasm, COMPILED)
}

/// Checks that `wasm` is a valid module as toolchains write it: with legacy exceptions.
pub(super) fn validate_input(wasm: &[u8]) -> Result<(), RewriteError> {
    validate_with(wasm, COMPILED | WasmFeatures::LEGACY_EXCEPTIONS)
}

fn validate_with(wasm: &[u8], features: WasmFeatures) -> Result<(), RewriteError> {
    Validator::new_with_features(features).validate_all(wasm)?;
    Ok(())
}
