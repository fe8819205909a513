//! Sandboxed Python.

#[doc(hidden)]
pub mod rewrite;
