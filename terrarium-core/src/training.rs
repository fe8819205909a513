//! Builds of the interpreter other than the shipped one: one that counts its calls, and one whose code cannot be
//! stopped; and numpy without a floating-point status.
//!
//! They serve only `cargo xtask train` and the benchmarks `safepoints` and `float_status`, and are not part of the
//! public interface.

use std::{
    path::Path,
    sync::{Mutex, PoisonError},
};

use crate::{
    ImageOptions, Result,
    engine::{InterpreterSource, Machine},
    guest::LiveInterpreter,
    image::Recipe,
    provision::{self, runtime},
};
use terrarium_wasm::rewrite::SafepointMode;

/// The interpreter's module during its training.
static MODULE: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// Runs programs, one after the other in one interpreter, in the training build `wasm` of the interpreter's module.
/// Returns for each program the content of the memory that `wasm` exports as `counters`, which is cleared before it.
///
/// # Errors
/// [`Error::Image`](crate::Error::Image) with the traceback of a program that fails, and faults of the host.
pub fn train(wasm: Vec<u8>, counters: &str, programs: &[String], cache_dir: Option<&Path>) -> Result<Vec<Vec<u8>>> {
    *MODULE.lock().unwrap_or_else(PoisonError::into_inner) = wasm;
    // A unique key, so that the module is compiled again each time.
    let key = format!("training {} {:?}", std::process::id(), std::time::SystemTime::now());
    let wasm = || Ok(MODULE.lock().unwrap_or_else(PoisonError::into_inner).clone());
    let source = InterpreterSource { key: key.leak(), wasm, safepoint: SafepointMode::Define, float_status: true };
    let machine = Machine::shared(cache_dir, source, false)?;
    Recipe::bare()?.train(&machine, counters, programs)
}

/// A booted interpreter for programs that are measured.
pub struct Measured {
    recipe: Recipe,
    interpreter: LiveInterpreter,
}

impl Measured {
    /// Boots an interpreter whose code reads the safepoint page, as that of every sandbox does, or an interpreter that
    /// the page cannot stop. Interpreters with different numbers are compiled separately.
    ///
    /// # Errors
    /// Faults of the host.
    pub fn new(safepoints: bool, number: usize, cache_dir: Option<&Path>) -> Result<Self> {
        let safepoint = if safepoints { SafepointMode::Define } else { SafepointMode::DefineUnread };
        let key = format!("measured {number} {safepoint:?} {}", runtime()?.key());
        Self::booted(Recipe::bare()?, key, safepoint, true, cache_dir)
    }

    /// Boots an interpreter with the packages of `options`, in which numpy's modules have a floating-point status or
    /// none.
    ///
    /// # Errors
    /// Faults of the host, and those of missing packages.
    pub fn with_packages(float_status: bool, options: &ImageOptions, cache_dir: Option<&Path>) -> Result<Self> {
        let key = format!("measured with status {float_status} {}", runtime()?.key());
        Self::booted(Recipe::new(options, None)?, key, SafepointMode::Define, float_status, cache_dir)
    }

    fn booted(
        recipe: Recipe,
        key: String,
        safepoint: SafepointMode,
        float_status: bool,
        cache_dir: Option<&Path>,
    ) -> Result<Self> {
        let source = InterpreterSource { key: key.leak(), wasm: provision::wasm, safepoint, float_status };
        let machine = Machine::shared(cache_dir, source, false)?;
        let interpreter = recipe.booted(&machine)?;
        Ok(Self { recipe, interpreter })
    }

    /// Runs a program under a deadline, as in a sandbox, and returns its standard output.
    ///
    /// # Errors
    /// [`Error::Image`](crate::Error::Image) with the traceback of a program that fails, and faults of the host.
    pub fn run(&mut self, program: &str) -> Result<String> {
        self.recipe.run_program(&mut self.interpreter, program)
    }
}
