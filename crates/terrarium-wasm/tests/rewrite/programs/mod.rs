//! Random programs of legacy exceptions: as data, from entropy, run by a reference, and as WebAssembly.
//!
//! Every program mixes its observations into one hash: the values that reach a block, a handler or a result, and
//! constants on its path. Two executions that differ anywhere end with different hashes.

mod encode;
mod generate;
mod reference;

pub(crate) use encode::encode;
pub(crate) use generate::{Entropy, generate};
pub(crate) use reference::Reference;

/// The number of functions that a run may enter before calls return at once.
pub(crate) const FUEL: i64 = 60;

/// The values that each tag carries. The last one is never named by a handler.
pub(crate) const TAGS: [&[Type]; 4] = [&[], &[Type::I32], &[Type::I64, Type::I32], &[]];

/// A value type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    I32,
    I64,
}

/// The source of a value.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Value {
    Constant(i32),
    Parameter,
}

/// Parameters and results of a block.
#[derive(Clone, Debug, Default)]
pub(crate) struct Signature {
    pub(crate) params: Vec<Type>,
    pub(crate) results: Vec<Type>,
}

/// A block's signature and the values that go in.
#[derive(Clone, Debug, Default)]
pub(crate) struct Entry {
    pub(crate) signature: Signature,
    pub(crate) inputs: Vec<Value>,
}

/// Statements, and the values left at their end.
#[derive(Clone, Debug, Default)]
pub(crate) struct Body {
    pub(crate) statements: Vec<Statement>,
    pub(crate) results: Vec<Value>,
}

/// A `catch` with its tag, or a `catch_all`.
#[derive(Clone, Debug)]
pub(crate) struct Handler {
    pub(crate) tag: Option<usize>,
    pub(crate) body: Body,
}

/// One step. Conditions are bits of the hash; depths count blocks as branches do.
#[derive(Clone, Debug)]
pub(crate) enum Statement {
    /// Mixes a constant into the hash.
    Log(i32),
    /// Runs a statement above an operand and mixes the operand in afterwards.
    Above(i32, Box<Statement>),
    Block(Entry, Body),
    /// `rounds` is the number of times that `Continue` may jump back to it.
    Loop {
        entry: Entry,
        counter: usize,
        rounds: i32,
        body: Body,
    },
    If {
        bit: u32,
        entry: Entry,
        then: Body,
        otherwise: Body,
    },
    Try(Entry, Body, Vec<Handler>),
    Delegate(Entry, Body, u32),
    Branch(u32, Vec<Value>),
    BranchIf(u32, u32, Vec<Value>),
    BranchTable(Vec<u32>, u32, Vec<Value>),
    Continue {
        depth: u32,
        counter: usize,
        values: Vec<Value>,
    },
    Throw(usize, Vec<Value>),
    Rethrow(u32),
    Return(Value),
    Call(usize),
    TailCall(usize),
}

/// A function from an `i32` to an `i32`. It may call the functions before it.
#[derive(Clone, Debug)]
pub(crate) struct Function {
    pub(crate) counters: usize,
    pub(crate) body: Body,
}
