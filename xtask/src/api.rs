//! A model of terrarium-core's public API, read from its sources: the basis of generated code and documentation.
//!
//! Names are resolved as the compiler does it, from `lib.rs` on, so that files can move.

mod attributes;
mod defaults;
mod docs;
mod kind;
mod model;
mod snapshot;
mod tree;

pub(crate) use docs::{Docs, Span, render, wrap};
pub(crate) use kind::Kind;
#[cfg(test)]
pub(crate) use model::tests::sample;
pub(crate) use model::{Field, Shape, Type};
pub(crate) use snapshot::snapshot;
pub(crate) use tree::Crate;
