//! The input of a merge.

use std::collections::BTreeMap;

/// The modules of a guest and the state that they share.
///
/// ```
/// use std::collections::BTreeMap;
/// use terrarium_wasm::link::{GlobalValue, Merge, FunctionTarget, Part};
///
/// let main = wat::parse_str(r#"(module (memory (export "memory") 1) (func (export "answer") (result i32) i32.const 42))"#)?;
/// let library = wat::parse_str(
///     r#"(module (import "env" "answer" (func (result i32))) (global (mut i32) (i32.const 0))
///         (func (export "sum") (result i32) (i32.add (call 0) (global.get 0))))"#,
/// )?;
/// let part = |wasm, prefix: &str| Part {
///     wasm,
///     globals: BTreeMap::new(),
///     imported_globals: BTreeMap::new(),
///     functions: Vec::new(),
///     prefix: prefix.to_owned(),
/// };
/// let main = part(&main, "");
/// let library = Part {
///     globals: BTreeMap::from([(0, GlobalValue::I32(7))]),
///     functions: vec![FunctionTarget::Function { part: 0, index: 0 }],
///     ..part(&library, "library.")
/// };
/// let merge = Merge { parts: vec![main, library], memory: &[0; 65_536], table_size: 0, slots: BTreeMap::new() };
/// let wasm = merge.write()?;
/// assert!(wasm.starts_with(b"\0asm"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Merge<'a> {
    /// The modules, with the main module first.
    pub parts: Vec<Part<'a>>,
    /// The whole linear memory that the main module exports as `memory`. Its size is a multiple of 64 KiB.
    pub memory: &'a [u8],
    /// The present number of slots of the function table, which the main module exports as `__indirect_function_table`.
    pub table_size: u64,
    /// Slots of the function table that were filled individually, besides the modules' own element segments.
    pub slots: BTreeMap<u32, FunctionTarget>,
}

/// One module of a guest at the moment of a snapshot.
#[derive(Debug)]
pub struct Part<'a> {
    /// Its bytes, as they were compiled.
    pub wasm: &'a [u8],
    /// The values of the mutable globals that it defines itself, by index (imports counted). A missing one starts with
    /// its initial value again.
    pub globals: BTreeMap<u32, GlobalValue>,
    /// The values of the 32-bit globals that it imports and that no longer change, by index. A missing one is the main
    /// module's export of that name.
    pub imported_globals: BTreeMap<u32, i32>,
    /// The targets of its function imports, in their order.
    pub functions: Vec<FunctionTarget>,
    /// The prefix of the names of its exports; empty for the main module. The other modules export only functions.
    pub prefix: String,
}

/// The target of a function import or of a slot of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FunctionTarget {
    /// A function of one of the modules.
    Function {
        /// The position of the module in [`Merge::parts`].
        part: usize,
        /// The index in that module, imports counted. It may be an import again.
        index: u32,
    },
    /// A function that the merged module imports.
    Import {
        /// The module name of the import.
        module: String,
        /// The name of the import.
        name: String,
    },
}

/// The value of a global. Floating-point values are kept as bits, so that no NaN changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GlobalValue {
    /// An `i32`.
    I32(i32),
    /// An `i64`.
    I64(i64),
    /// The bits of an `f32`.
    F32(u32),
    /// The bits of an `f64`.
    F64(u64),
}
