//! Sandboxed Python.

#[doc(hidden)]
pub mod abi;
#[doc(hidden)]
pub mod fd;
#[doc(hidden)]
pub mod memory;
#[doc(hidden)]
pub mod syscall;
#[doc(hidden)]
pub mod vfs;
