//! Compiling with inlining, and the memory that it takes.
//!
//! The compiler then holds all functions of a module at a time, and keeps what it needed for each, some hundreds of
//! kilobytes, for as long as its engine lives. So such a module has a compiler of its own, which is dropped when it is
//! compiled, and one that would not fit into memory is refused: a machine without memory does nothing else either.

use std::fs;

use wasmparser::{Parser, Payload};

use crate::{Error, Result};

/// What a function takes, of the interpreter and of packages alike: 470 kB were measured.
const FUNCTION: u64 = 480 << 10;

/// Whether there is memory to compile `wasm` with inlining.
///
/// # Errors
/// [`Error::Engine`], when there is not.
pub(super) fn check_memory(wasm: &[u8]) -> Result<()> {
    check(functions(wasm).saturating_mul(FUNCTION), available().unwrap_or(u64::MAX))
}

/// A quarter of what is there is left to others.
fn check(needed: u64, available: u64) -> Result<()> {
    if needed <= available / 4 * 3 {
        return Ok(());
    }
    let [needed, available] = [needed, available].map(|bytes| bytes as f64 / 1e9);
    Err(Error::Engine(format!(
        "to compile with inlining takes about {needed:.1} GB of memory and a third more to spare, of which \
         {available:.1} GB are available: build the image without `inline`, or on a machine with more memory"
    )))
}

/// Give the memory back to the system that the compiler has freed, all of it: the C library would keep most.
pub(super) fn give_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[expect(unsafe_code, reason = "the C library has no safe interface")]
    // SAFETY: the function may be called at any time, from any thread, and touches free memory only.
    unsafe {
        libc::malloc_trim(0);
    }
}

/// How many functions a module has; what is none has none.
fn functions(wasm: &[u8]) -> u64 {
    let mut payloads = Parser::new(0).parse_all(wasm).map_while(std::result::Result::ok);
    let count = payloads.find_map(|payload| match payload {
        Payload::CodeSectionStart { count, .. } => Some(count),
        _ => None,
    });
    count.unwrap_or_default().into()
}

/// The memory that this process could still use without swapping, if the system tells.
fn available() -> Option<u64> {
    let machine = meminfo(&fs::read_to_string("/proc/meminfo").ok()?)?;
    // What a container may use besides; elsewhere these files are not there.
    let number = |name: &str| fs::read_to_string(format!("/sys/fs/cgroup/memory.{name}")).ok()?.trim().parse().ok();
    let container = number("max").zip(number("current")).map(|(max, current): (u64, u64)| max.saturating_sub(current));
    Some(container.map_or(machine, |container| container.min(machine)))
}

/// `MemAvailable` in the text of `/proc/meminfo`.
fn meminfo(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_refused_with_both_sizes() {
        check(8 << 30, 16 << 30).unwrap();
        check(0, 0).unwrap();
        let error = check(19_000_000_000, 22_000_000_000).unwrap_err().to_string();
        assert!(error.contains("19.0 GB") && error.contains("22.0 GB") && error.contains("`inline`"), "{error}");
    }

    #[test]
    fn functions_are_counted() {
        let wasm = wat::parse_str("(module (import \"a\" \"b\" (func)) (func) (func) (func))").unwrap();
        assert_eq!(functions(&wasm), 3);
        assert_eq!(functions(b"no module"), 0);
    }

    #[test]
    fn the_system_tells_what_is_available() {
        let text = "MemTotal:       24614856 kB\nMemFree:  100 kB\nMemAvailable:   23004300 kB\nBuffers: 1 kB\n";
        assert_eq!(meminfo(text), Some(23_004_300 << 10));
        assert_eq!(meminfo("MemTotal: 1 kB\n"), None);
        assert!(available().is_some_and(|bytes| bytes > 1 << 20));
    }
}
