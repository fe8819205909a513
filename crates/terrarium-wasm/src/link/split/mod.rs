//! The split of a library: a *root* that is compiled when the library is loaded, and *parts* that are compiled when one
//! of their functions is first called.
//!
//! A program calls a small share of a library's functions, so most parts are never compiled. The root has everything
//! except the functions of the parts: exports, segments, globals, and the functions that are called in any case. A
//! function of another module of the split is called through a *stub*, which takes the function from a table. The table
//! has a slot for each function of the library. While the slot is empty, the stub first calls a function of the host,
//! which compiles and instantiates the part; the part's segments then fill its slots. A function has one address in
//! either case: the slots of the guest's own table have stubs.
//!
//! Some functions are always in the root: those that are exported or smaller than a stub, and those that use what only
//! one module can have (segments, constants, references to functions). A library that defines tables, memories or tags,
//! or has types other than those of functions, is not split.

mod library;
mod mapping;
mod plan;
#[cfg(test)]
mod tests;
mod uses;
mod write;

pub use plan::{PartImport, SplitError, SplitModule};

/// The module of the imports that a split adds.
pub const PARTS: &str = "terrarium.parts";
/// The name of the imported table with a slot for each function of the library.
pub const PARTS_TABLE: &str = "table";
/// The name of the imported function that loads the part with the function of a slot.
pub const PARTS_LOAD: &str = "load";
