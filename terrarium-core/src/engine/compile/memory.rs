//! The memory of compilations.
//!
//! With inlining, the compiler has all functions of a module in memory. It keeps some hundreds of kilobytes for each
//! function as long as its engine lives. So such a module has a separate compiler, which is dropped after the
//! compilation. A compilation that does not fit into memory is refused, since a machine without memory is of no use for
//! anything else, and the system would end the process without a word.

use std::sync::{Mutex, PoisonError};

use wasmparser::{Parser, Payload};

use crate::{Error, Result, sys::machine_memory};

/// The memory of a function with inlining, of the interpreter and of packages alike: 470 kB were measured.
const INLINED: u64 = 480 << 10;
/// The memory of a function without: 37 kB were measured for the bare image, and 43 kB for one with numpy, pandas and
/// matplotlib, together with the guest. A part of that is in use before.
const PLAIN: u64 = 32 << 10;

/// Compiles `wasm` with inlining by `compile`, which drops the compiler, if there is memory for it. One module at a
/// time: two would each find the memory that only one of them can have.
///
/// # Errors
/// [`Error::Engine`], when there is not enough memory.
pub(in crate::engine) fn inlining<T>(wasm: &[u8], compile: impl FnOnce() -> T) -> Result<T> {
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    check_inlining(functions(wasm).saturating_mul(INLINED), machine_memory::available().unwrap_or(u64::MAX))?;
    let compiled = compile();
    machine_memory::give_back();
    Ok(compiled)
}

/// Checks that `wasm` can be compiled without inlining: with the memory that is available, or can be swapped out for it.
///
/// # Errors
/// [`Error::Engine`], when there is not enough memory.
pub(in crate::engine) fn check(wasm: &[u8]) -> Result<()> {
    // What the system tells is not worth a look for small modules.
    const SMALL: u64 = 4_000;
    match functions(wasm) {
        ..SMALL => Ok(()),
        count => check_plain(count.saturating_mul(PLAIN), machine_memory::with_swap().unwrap_or(u64::MAX)),
    }
}

/// Leaves a quarter of the available memory to others.
fn check_inlining(needed: u64, available: u64) -> Result<()> {
    if needed <= available / 4 * 3 {
        return Ok(());
    }
    let [needed, available] = [needed, available].map(|bytes| bytes as f64 / 1e9);
    Err(Error::engine(format!(
        "compilation with inlining takes about {needed:.1} GB of memory and a third more to spare, of which \
         {available:.1} GB are available: build the image without `inline`, or on a machine with more memory"
    )))
}

fn check_plain(needed: u64, available: u64) -> Result<()> {
    if needed <= available {
        return Ok(());
    }
    let [needed, available] = [needed, available].map(|bytes| bytes as f64 / 1e9);
    Err(Error::engine(format!(
        "compilation takes about {needed:.1} GB of memory, of which {available:.1} GB are available: name fewer packages, \
         raise the memory limit of this machine or container, or bring an image that was built elsewhere"
    )))
}

/// Returns the number of functions of a module; zero for any other bytes.
fn functions(wasm: &[u8]) -> u64 {
    let mut payloads = Parser::new(0).parse_all(wasm).map_while(std::result::Result::ok);
    let count = payloads.find_map(|payload| match payload {
        Payload::CodeSectionStart { count, .. } => Some(count),
        _ => None,
    });
    count.unwrap_or_default().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_refused_with_both_sizes() {
        check_inlining(8 << 30, 16 << 30).unwrap();
        check_inlining(0, 0).unwrap();
        let error = check_inlining(19_000_000_000, 22_000_000_000).unwrap_err().to_string();
        assert!(error.contains("19.0 GB") && error.contains("22.0 GB") && error.contains("`inline`"), "{error}");
        check_plain(1 << 30, 1 << 30).unwrap();
        let error = check_plain(1_400_000_000, 900_000_000).unwrap_err().to_string();
        assert!(error.contains("1.4 GB of memory, of which 0.9 GB are available: name fewer packages"), "{error}");
    }

    #[test]
    fn functions_are_counted() {
        let wasm = wat::parse_str("(module (import \"a\" \"b\" (func)) (func) (func) (func))").unwrap();
        assert_eq!(functions(&wasm), 3);
        assert_eq!(functions(b"no module"), 0);
    }
}
