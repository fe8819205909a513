//! [`LazyLibrary`]: a library of which a part is compiled when one of its functions is first called.
//!
//! A library is compiled this way where a guest needs it before its full-speed code is made. The code is compiled in the
//! least time, serves this process only, and is dropped with the library.

use std::sync::{Mutex, OnceLock, PoisonError};

use wasmtime::{Engine, Module};

use super::compiled;
use crate::{Error, Result, error::ErrorContext};
use terrarium_wasm::link::{PartImport, SplitModule};

/// The parts of a library.
pub(in crate::engine) struct LazyLibrary {
    engine: Engine,
    split: SplitModule,
    parts: Vec<Part>,
}

/// A part, and the lock of its compilation.
#[derive(Default)]
struct Part {
    compiled: OnceLock<(Module, Vec<PartImport>)>,
    compiling: Mutex<()>,
}

impl LazyLibrary {
    /// Splits a library that was rewritten, and compiles the root.
    ///
    /// # Errors
    /// [`Error::Engine`], for a library that cannot be split.
    pub(in crate::engine) fn new(engine: &Engine, wasm: Vec<u8>) -> Result<(Self, Module)> {
        let split = SplitModule::new(wasm, &|_| false).or_engine("a library")?;
        let root = compiled::quickly(engine, &split.root().or_engine("a library")?)?;
        let parts = (0..split.parts()).map(|_| Part::default()).collect();
        Ok((Self { engine: engine.clone(), split, parts }, root))
    }

    /// Returns the number of slots of the table of functions.
    pub(in crate::engine) fn slots(&self) -> u32 {
        self.split.slots()
    }

    /// Compiles the part that most likely initializes the library.
    ///
    /// # Errors
    /// [`Error::Engine`].
    pub(in crate::engine) fn prefetch(&self) -> Result<()> {
        match self.split.largest_part() {
            Some(part) => self.compiled(part).map(drop),
            None => Ok(()),
        }
    }

    /// Returns the part with the function of a slot, and its imports. The first caller compiles it.
    ///
    /// # Errors
    /// [`Error::Engine`], when no part has the function.
    pub(in crate::engine) fn part(&self, slot: u32) -> Result<(&Module, &[PartImport])> {
        let part = self.split.part_of(slot);
        self.compiled(part.ok_or_else(|| Error::engine(format!("no part has the function {slot}")))?)
    }

    fn compiled(&self, number: usize) -> Result<(&Module, &[PartImport])> {
        let missing = || Error::engine(format!("there is no part {number}"));
        let part = self.parts.get(number).ok_or_else(missing)?;
        if part.compiled.get().is_none() {
            let _compiling = part.compiling.lock().unwrap_or_else(PoisonError::into_inner);
            if part.compiled.get().is_none() {
                let (wasm, imports) = self.split.part(number).or_engine("a library")?;
                let module = compiled::quickly(&self.engine, &wasm)?;
                tracing::debug!(number, bytes = wasm.len(), "compiled a part of a library");
                part.compiled.get_or_init(|| (module, imports));
            }
        }
        part.compiled.get().map(|(module, imports)| (module, imports.as_slice())).ok_or_else(missing)
    }
}
