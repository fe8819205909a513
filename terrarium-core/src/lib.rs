//! Sandboxed Python.

#[doc(hidden)]
pub mod abi;
#[doc(hidden)]
pub mod vfs;
