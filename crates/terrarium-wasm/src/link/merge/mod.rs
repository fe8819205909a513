//! The static merge: the modules of a live guest become one module that needs no loading.
//!
//! A [`Merge`] holds the main module and its libraries with their state at one moment: the values of their globals, the
//! bindings of their imports, the memory, the slots of the function table. [`Merge::write`] returns a module that is in
//! this state as soon as it is instantiated. It leaves only the host's functions to be resolved.
//!
//! - Calls of another module's functions become direct calls.
//! - Addresses are known at the merge: globals that hold them become constants in the code.
//! - Memories, tables and tags are the main module's; libraries import them by name. An import of `env` means the main
//!   module's export of that name, one of `terrarium` its export of that name after `terrarium.`.
//! - The contents of the memory are the only data segments, and the segments of the function table have constant
//!   offsets, so that an engine can map both without running anything.
//! - Start functions are left out. They ran when their modules were instantiated (libraries fill in the addresses that
//!   they keep in globals), and their effects are in the memory and in the globals.
//! - Mutable globals are exported as the rewriting does it, so a merged module can be the main module of another merge.
//! - A passive element segment that a module has dropped is there again, because the merge cannot see the drop.
//!
//! Types come first, because everything refers to them; then functions, then the rest, module by module in their order.

pub(in crate::link) mod code;
pub(in crate::link) mod elements;
pub(in crate::link) mod error;
mod exports;
mod functions;
mod globals;
mod input;
pub(in crate::link) mod module;
mod renumber;
mod shared;
mod snapshot;
mod types;
mod write;

pub use error::MergeError;
pub use input::{FunctionTarget, GlobalValue, Merge, Part};
