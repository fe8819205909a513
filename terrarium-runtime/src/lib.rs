//! The guest that terrarium runs, as data: CPython compiled to WebAssembly, its standard library and
//! the time-zone database.
//!
//! [`Runtime::bundled`] returns the artifacts that are built into this crate, [`Runtime::from_dir`] those of a folder
//! with the same layout. Every artifact is checked against the hash in the [`Manifest`] before it is returned.
//! [`Runtime::key`] identifies the whole set without reading any of it, so a cache hit costs no decompression.
//!
//! This crate runs nothing; `terrarium-core` runs the guest.
#![cfg_attr(
    feature = "bundled",
    doc = r#"
```
# fn main() -> Result<(), terrarium_runtime::RuntimeError> {
let runtime = terrarium_runtime::Runtime::bundled()?;
assert_eq!(runtime.manifest().guest.python, "3.14.2");
assert!(runtime.python_wasm()?.starts_with(b"\0asm"));
# Ok(())
# }
```"#
)]
#![forbid(unsafe_code)]

#[cfg(feature = "bundled")]
mod bundled;
mod error;
mod hash;
mod manifest;
mod packed;
mod runtime;

pub use error::RuntimeError;
pub use hash::sha256_hex;
pub use manifest::{Artifact, Guest, Manifest, Source, Unpacked};
pub use packed::Packed;
pub use runtime::Runtime;
