//! Tests of the rewriting: the engine compiles and runs its results.

mod calls;
mod differential;
mod exceptions;
mod float_status;
mod forward;
mod globals;
mod guest_module;
mod hostile;
mod integers;
mod own;
mod programs;
mod redirect;
mod safepoint;
mod sections;
mod stack_steps;
mod stretches;

mod support;
