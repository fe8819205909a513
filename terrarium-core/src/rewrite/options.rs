//! What is to be rewritten in a module.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::exceptions::Exceptions;
use super::own::Own;
use super::pipeline::Pass;
use super::redirect::Redirects;

/// What [`rewrite`](super::rewrite) does to a module besides making it compile.
///
/// The default changes nothing but the exception handling, which every module needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RewriteOptions {
    /// Functions that the host serves instead of the module. Default: none.
    pub redirects: Vec<Redirect>,
    /// For a side module: call its own functions directly where it imports them, but for these names, which the main
    /// module or the host define. Default: none, the imports stay.
    pub own: Option<Arc<BTreeSet<String>>>,
}

/// A function of the module that becomes a call of an import.
///
/// It keeps its index, type and exports, so that callers and tables need no change; only its body is replaced by a
/// call of the import with its own parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect {
    /// Name under which the module exports the function. It must be one that the module defines.
    pub export: String,
    /// Module name of the import that is added.
    pub module: String,
    /// Name of the import that is added; its type is the function's.
    pub name: String,
}

impl Redirect {
    /// A redirect of the function exported as `export` to the import `name` of `module`.
    pub fn new(export: impl Into<String>, module: impl Into<String>, name: impl Into<String>) -> Self {
        Self { export: export.into(), module: module.into(), name: name.into() }
    }
}

impl RewriteOptions {
    /// The passes that these options ask for, in the order in which they run.
    pub fn passes(&self) -> Vec<Box<dyn Pass + '_>> {
        let mut passes: Vec<Box<dyn Pass + '_>> = Vec::new();
        // A replaced body needs no translation, so redirects come first.
        if !self.redirects.is_empty() {
            passes.push(Box::new(Redirects::new(&self.redirects)));
        }
        if let Some(elsewhere) = &self.own {
            passes.push(Box::new(Own::new(elsewhere)));
        }
        passes.push(Box::new(Exceptions));
        passes
    }
}
