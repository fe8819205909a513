//! A word to developers whose build makes the compiler slow: they would wait for minutes, and not see for what.

use std::sync::Once;

/// The size of a module whose compilation takes a second without optimisation.
const LARGE: usize = 32 << 10;

const ADVICE: &str = "terrarium compiles machine code, which takes minutes in this build: its compiler was built without \
    optimisation. Add `opt-level = 3` in `[profile.dev.package.\"*\"]` to Cargo.toml, or build with `--release`";

/// Warns once in a process if the compiler was built without optimisation and has a large module to compile. The warning is
/// an event of `tracing`, or a line of standard error in a program that does not use `tracing`.
pub(super) fn warn(wasm: &[u8]) {
    static WARNED: Once = Once::new();
    if cfg!(unoptimised) && wasm.len() > LARGE {
        WARNED.call_once(|| {
            tracing::warn!("{ADVICE}");
            if !tracing::dispatcher::has_been_set() {
                eprintln!("{ADVICE}");
            }
        });
    }
}
