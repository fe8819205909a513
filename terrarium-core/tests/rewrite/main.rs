//! Tests of the rewriting: its results are compiled and run by the engine.

mod differential;
mod exceptions;
mod guest_module;
mod hostile;
mod own;
mod programs;
mod redirect;
mod sections;
mod support;
