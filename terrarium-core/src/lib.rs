//! Sandboxed Python.

#[doc(hidden)]
pub mod abi;
