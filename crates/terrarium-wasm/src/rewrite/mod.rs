//! Rewriting of guest modules before compilation: bytes in, bytes out, no engine.
//!
//! [`rewrite`] takes a main or side module as its toolchain wrote it, and returns a module that the engine compiles and
//! the host can serve. It is a list of passes over a whole module, in the order of [`RewriteOptions::passes`]; a new
//! kind of rewriting is a new [`Pass`] and a field of [`RewriteOptions`].
//!
//! The input may be hostile (a wheel contains its own modules). It is validated before the first pass, nesting is kept
//! on explicit stacks, and the additions of a pass are bounded by its input.

mod call_sites;
mod count_calls;
mod direct_calls;
mod error;
mod exceptions;
mod export_globals;
mod float_status;
mod integers;
mod locals;
mod module;
mod options;
mod own;
mod pipeline;
mod profile;
mod quiet;
mod redirect;
mod safepoint;
mod sections;
pub(crate) mod splice;
mod stack_steps;
mod validate;

pub use call_sites::CallSite;
pub use count_calls::{CALL_COUNTS_EXPORT, CallCount, call_counts};
pub use error::RewriteError;
pub use export_globals::GLOBAL_EXPORT_PREFIX;
pub use integers::integer_rules_that_fail;
pub use options::{Redirect, RewriteOptions, SafepointMode};
pub use pipeline::{Pass, rewrite};
pub use profile::{CallProfile, ProfileError};
pub use safepoint::{SAFEPOINT_EXPORT, SAFEPOINT_MODULE, SAFEPOINT_NAME};
pub use validate::validate;
