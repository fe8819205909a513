//! Tests of the rewriting: its results are compiled and run by the engine.

mod guest_module;
mod support;
