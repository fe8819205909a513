//! What is to be rewritten in a module.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::call_sites::CallSite;
use super::count_calls::CountCalls;
use super::direct_calls::DirectCalls;
use super::exceptions::Exceptions;
use super::export_globals::ExportGlobals;
use super::own::Own;
use super::pipeline::Pass;
use super::redirect::Redirects;
use super::safepoint::Safepoints;

/// What [`rewrite`](super::rewrite) does to a module besides making it compile.
///
/// The default changes nothing but the exception handling, which every module needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RewriteOptions {
    /// Table slots that calls meet most, see [`CallProfile`](super::CallProfile): each of these sites compares its slots
    /// and calls their functions directly. A site, a slot or a type that does not fit is left alone. The slots
    /// that the module's segments fill must not be changed by anyone. Default: none.
    pub direct_calls: Option<Arc<BTreeMap<CallSite, Vec<u32>>>>,
    /// Count the calls through the table and the slots that they meet, in a memory that is exported as
    /// `terrarium.calls`; [`call_counts`](super::call_counts) reads it. Default: false.
    pub count_calls: bool,
    /// Functions that the host serves instead of the module. Default: none.
    pub redirects: Vec<Redirect>,
    /// For a side module: call its own functions directly where it imports them, but for these names, which the main
    /// module or the host define. Default: none, the imports stay.
    pub own: Option<Arc<BTreeSet<String>>>,
    /// Export every mutable global that the module defines, as `terrarium.global.` and its index, so that its value can
    /// be read. Default: false, the exports stay as they are.
    pub export_globals: bool,
    /// Let the module's code read a page of its own at every turn, so that it can be stopped. Default: none.
    pub safepoint: Option<Safepoint>,
}

/// Where the memory of one page comes from that the code of a module reads.
///
/// A read stands at the head of every loop, before every call of which it is not known what it calls, in every cycle
/// of calls, and wherever a function would execute more than some thousand instructions without one, with those of the
/// functions that it calls. In a main module the largest loop may go without, while it goes through memory. A host that makes
/// the page inaccessible stops the code with a trap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Safepoint {
    /// The module defines it and exports it as `terrarium.safepoint`: for the main module.
    Define,
    /// The same, but nothing reads it, so the code cannot be stopped: for measuring what the reads cost.
    DefineUnread,
    /// The module imports it as `safepoint` of the module `terrarium`: for side modules, which must not define a memory.
    Import,
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
        // These two first: sites are counted in the module as it came.
        if let Some(profile) = &self.direct_calls {
            passes.push(Box::new(DirectCalls::new(profile)));
        } else if self.count_calls {
            passes.push(Box::new(CountCalls));
        }
        // A replaced body needs no translation, so redirects come first.
        if !self.redirects.is_empty() {
            passes.push(Box::new(Redirects::new(&self.redirects)));
        }
        if let Some(elsewhere) = &self.own {
            passes.push(Box::new(Own::new(elsewhere)));
        }
        passes.push(Box::new(Exceptions));
        // After the exceptions, so that it meets the standard instructions only.
        if let Some(safepoint) = self.safepoint {
            passes.push(Box::new(Safepoints::new(safepoint)));
        }
        if self.export_globals {
            passes.push(Box::new(ExportGlobals));
        }
        passes
    }
}
