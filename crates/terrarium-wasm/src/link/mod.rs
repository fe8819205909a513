//! Dynamic linking as data: what a module brings and wants, and which definition a name means. No engine.
//!
//! [`ModuleInfo`] is what a module's bytes say: its `dylink.0` section, its exported functions and data, and which of
//! its functions have a table slot already. [`Namespace`] holds the modules of one guest and resolves symbols among
//! them in the order of the platform's dynamic linker. [`load_order`] says which libraries have to be loaded for one
//! of them. The engine does what they say. [`Merge`] makes one module of all of them, once they are loaded.

mod error;
mod merge;
mod module;
mod namespace;
mod order;
#[cfg(test)]
mod tests;

pub use error::LinkError;
pub use merge::{GlobalValue, Merge, MergeError, Part, Target};
pub use module::{DataExports, FunctionExports, ModuleInfo};
pub use namespace::{Definition, Library, LibraryId, Namespace, NamespaceRecord};
pub use order::{Found, MAX_NEEDED, load_order};
