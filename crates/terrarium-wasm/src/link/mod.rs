//! Dynamic linking as data: what a module defines and needs, and the definition of each name. No engine.
//!
//! [`ModuleInfo`] describes a module: its `dylink.0` section, its exported functions and data, and the functions that
//! already have a table slot. [`Namespace`] holds the modules of one guest and resolves symbols among them in the order
//! of the platform's dynamic linker. [`load_order`] returns the libraries to load for a library. The engine carries out
//! the results. [`Merge`] makes one module of all loaded modules, and [`SplitModule`] makes several of one, of which most
//! are compiled when they are first needed.

mod error;
mod merge;
mod module;
mod namespace;
mod order;
mod split;
#[cfg(test)]
mod tests;

pub use error::LinkError;
pub use merge::{FunctionTarget, GlobalValue, Merge, MergeError, Part};
pub use module::{DataExports, FunctionExports, ModuleInfo};
pub use namespace::{Definition, Library, LibraryId, Namespace, NamespaceRecord};
pub use order::{Found, MAX_NEEDED, load_order};
pub use split::{PARTS, PARTS_LOAD, PARTS_TABLE, PartImport, SplitError, SplitModule};
