//! The options of the rewriting.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::call_sites::CallSite;
use super::count_calls::CountCalls;
use super::direct_calls::DirectCalls;
use super::exceptions::Exceptions;
use super::export_globals::ExportGlobals;
use super::float_status::FloatStatus;
use super::integers::Integers;
use super::own::Own;
use super::pipeline::Pass;
use super::quiet::Quiet;
use super::redirect::Redirects;
use super::safepoint::Safepoints;
use super::stack_steps::StackSteps;

/// The changes that [`rewrite`](super::rewrite) makes besides those that every module needs to compile.
///
/// The default changes nothing but the exception handling.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RewriteOptions {
    /// Table slots that calls reach most often, see [`CallProfile`](super::CallProfile). Each of these sites compares
    /// its slots and calls their functions directly. A site, a slot or a type that does not fit stays unchanged. No
    /// code may change the slots that the module's segments fill. Default: none.
    pub direct_calls: Option<Arc<BTreeMap<CallSite, Vec<u32>>>>,
    /// Count the calls through the table and the slots that they reach, in a memory that is exported as
    /// `terrarium.calls`; [`call_counts`](super::call_counts) reads it. Default: false.
    pub count_calls: bool,
    /// Functions that the host serves instead of the module. Default: none.
    pub redirects: Vec<Redirect>,
    /// For a side module: call its own functions directly where it imports them, except for these names, which the main
    /// module or the host define. Default: none, the imports stay.
    pub own: Option<Arc<BTreeSet<String>>>,
    /// For numpy's modules: let them see divisions by zero, overflows and invalid operations, which leave no trace in
    /// WebAssembly. Other modules stay unchanged. Default: false.
    pub float_status: bool,
    /// Leave out output for debugging that known packages write to stdout. Default: false.
    pub quiet: bool,
    /// For a side module: make 64 bits the width of numpy's default integer, if the module is one of numpy's that decide
    /// on it. Default: false, the module decides as it was built.
    pub default_integers: bool,
    /// Export every mutable global that the module defines, as `terrarium.global.` and its index, so that its value can
    /// be read. Default: false, the exports stay as they are.
    pub export_globals: bool,
    /// Let functions that check the depth of recursion take a part of the stack of C code, so that the check fails
    /// before the engine's own stack overflows. Default: false.
    pub stack_steps: bool,
    /// Make the module's code read a separate page at every turn of a loop, so that it can be stopped. Default: none.
    pub safepoint: Option<SafepointMode>,
}

/// The origin of the memory of one page that the code of a module reads.
///
/// A read is at the head of every loop, before every call with an unknown target, and in every cycle of calls. A read
/// is also wherever a function would execute more than some thousand instructions without one, including those of the
/// functions that it calls. In a main module, the largest loop may omit its read while it advances through memory. A
/// host that makes the page inaccessible stops the code with a trap.
/// the page inaccessible stops the code with a trap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SafepointMode {
    /// The module defines the page and exports it as `terrarium.safepoint`: for the main module.
    Define,
    /// The module defines the page, but no code reads it, so the code cannot be stopped: for measuring the cost of the
    /// reads.
    DefineUnread,
    /// The module imports the page as `safepoint` of the module `terrarium`: for side modules, which must not define a
    /// memory.
    Import,
}

/// A function of the module that becomes a call of an import.
///
/// It keeps its index, type and exports, so that callers and tables need no change; only its body is replaced by a
/// call of the import with its own parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect {
    /// The name under which the module exports the function. The module must define the function itself.
    pub export: String,
    /// The module name of the added import.
    pub module: String,
    /// The name of the added import; its type is the function's.
    pub name: String,
}

impl Redirect {
    /// Makes a redirect of the function exported as `export` to the import `name` of `module`.
    pub fn new(export: impl Into<String>, module: impl Into<String>, name: impl Into<String>) -> Self {
        Self { export: export.into(), module: module.into(), name: name.into() }
    }
}

impl RewriteOptions {
    /// Returns the passes that these options request, in the order in which they run.
    pub fn passes(&self) -> Vec<Box<dyn Pass + '_>> {
        let mut passes: Vec<Box<dyn Pass + '_>> = Vec::new();
        // These two run first: sites are counted in the original module.
        if let Some(profile) = &self.direct_calls {
            passes.push(Box::new(DirectCalls::new(profile)));
        } else if self.count_calls {
            passes.push(Box::new(CountCalls));
        }
        if self.default_integers {
            passes.push(Box::new(Integers));
        }
        // A replaced body needs no translation, so redirects come first.
        if !self.redirects.is_empty() {
            passes.push(Box::new(Redirects::new(&self.redirects)));
        }
        if self.float_status {
            passes.push(Box::new(FloatStatus));
        }
        if self.quiet {
            passes.push(Box::new(Quiet));
        }
        if let Some(elsewhere) = &self.own {
            passes.push(Box::new(Own::new(elsewhere)));
        }
        passes.push(Box::new(Exceptions));
        // After the exceptions, so that these passes see the standard instructions only.
        if self.stack_steps {
            passes.push(Box::new(StackSteps));
        }
        if let Some(safepoint) = self.safepoint {
            passes.push(Box::new(Safepoints::new(safepoint)));
        }
        if self.export_globals {
            passes.push(Box::new(ExportGlobals));
        }
        passes
    }
}
