//! Machine code: the engines' configuration, compilation, and the memory of compilations.

pub(in crate::engine) mod compiled;
pub(in crate::engine) mod config;
pub(in crate::engine) mod functions;
pub(in crate::engine) mod lazy;
pub(in crate::engine) mod libraries;
pub(in crate::engine) mod memory;
mod slow;
mod stencil;
mod stopping;
