//! A small Unix in memory: the host side of the guest's C library, without an engine.
//!
//! Five layers, each of which imports only layers above it in this list:
//!
//! - [`abi`]: numbers and layouts of the Emscripten ABI.
//! - [`memory`]: checked views of guest memory.
//! - [`vfs`]: the in-memory file system.
//! - [`fd`]: descriptors and the objects that they refer to.
//! - [`syscall`]: the guest's imports, as a table and as methods of a [`Process`](syscall::Process).
//!
//! The crate is internal to terrarium and has no stable interface: use `terrarium-core`.

pub mod abi;
pub mod fd;
pub mod memory;
pub mod syscall;
pub mod vfs;
