//! Training: programs run in a build of the interpreter that counts its calls.
//!
//! It serves `cargo xtask train` alone and is no part of the public interface.

use std::{
    path::Path,
    sync::{Mutex, PoisonError},
};

use crate::{
    Result,
    engine::{Machine, Source},
    image::Recipe,
};

/// The interpreter's module while one is trained.
static MODULE: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// Run programs, one after the other in one interpreter, in the training build `wasm` of the interpreter's module. For
/// each of them the content that the memory which `wasm` exports as `counters` had after it; it is cleared before.
///
/// # Errors
/// [`Error::Image`](crate::Error::Image) with the traceback of a program that fails, and faults of the host.
pub fn train(wasm: Vec<u8>, counters: &str, programs: &[String], cache_dir: Option<&Path>) -> Result<Vec<Vec<u8>>> {
    *MODULE.lock().unwrap_or_else(PoisonError::into_inner) = wasm;
    // A key that nothing else has, so that the module is compiled again each time.
    let key = format!("training {} {:?}", std::process::id(), std::time::SystemTime::now());
    let wasm = || Ok(MODULE.lock().unwrap_or_else(PoisonError::into_inner).clone());
    let machine = Machine::shared(cache_dir, Source { key: key.leak(), wasm }, false)?;
    Recipe::base()?.train(&machine, counters, programs)
}
