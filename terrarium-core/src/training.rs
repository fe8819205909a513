//! Other builds of the interpreter than the one that is shipped: one that counts its calls, and one whose code cannot be
//! stopped.
//!
//! They serve `cargo xtask train` and the benchmark `safepoints` alone and are no part of the public interface.

use std::{
    path::Path,
    sync::{Mutex, PoisonError},
};

use crate::{
    Result,
    engine::{Machine, Source},
    guest::LiveInterpreter,
    image::Recipe,
    provision::{self, runtime},
};
use terrarium_wasm::rewrite::Safepoint;

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
    let source = Source { key: key.leak(), wasm, safepoint: Safepoint::Define };
    let machine = Machine::shared(cache_dir, source, false)?;
    Recipe::bare()?.train(&machine, counters, programs)
}

/// An interpreter that has booted, and runs programs that are measured.
pub struct Measured {
    recipe: Recipe,
    interpreter: LiveInterpreter,
}

impl Measured {
    /// One whose code reads the safepoint page, as that of every sandbox does, or one that cannot be stopped by it. Those
    /// of different numbers are compiled apart.
    ///
    /// # Errors
    /// Faults of the host.
    pub fn new(safepoints: bool, number: usize, cache_dir: Option<&Path>) -> Result<Self> {
        let safepoint = if safepoints { Safepoint::Define } else { Safepoint::DefineUnread };
        let key = format!("measured {number} {safepoint:?} {}", runtime()?.key());
        let machine = Machine::shared(cache_dir, Source { key: key.leak(), wasm: provision::wasm, safepoint }, false)?;
        let recipe = Recipe::bare()?;
        let interpreter = recipe.booted(&machine)?;
        Ok(Self { recipe, interpreter })
    }

    /// What a program prints. It is watched over like any other.
    ///
    /// # Errors
    /// [`Error::Image`](crate::Error::Image) with the traceback of a program that fails, and faults of the host.
    pub fn run(&mut self, program: &str) -> Result<String> {
        self.recipe.run_program(&mut self.interpreter, program)
    }
}
