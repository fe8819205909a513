//! Places where a module calls through a table slot.

use std::ops::Range;

use wasmparser::{FunctionBody, Operator};

use super::error::RewriteError;
use super::module::{Module, index};

/// A `call_indirect` of a module in its original form: sites are counted before any other pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallSite {
    /// Index of the function, imports counted.
    pub function: u32,
    /// The number of other `call_indirect`, through any table, before this one in the function.
    pub call: u32,
}

/// One `call_indirect` through the first table.
pub(super) struct IndirectCall {
    pub(super) site: CallSite,
    /// The type index of the called function.
    pub(super) ty: u32,
    /// The instruction: bytes from the start of the module.
    pub(super) place: Range<usize>,
}

/// Returns the calls through the first table in the function with `body`, whose position among the bodies is
/// `position`.
pub(super) fn indirect_calls(
    module: &Module<'_>,
    position: usize,
    body: &FunctionBody<'_>,
) -> Result<Vec<IndirectCall>, RewriteError> {
    let function = index(position)?.saturating_add(module.imported_functions);
    let mut found = Vec::new();
    let mut call = 0;
    let mut reader = body.get_operators_reader()?;
    while !reader.eof() {
        let start = reader.original_position();
        if let Operator::CallIndirect { type_index, table_index } = reader.read()? {
            if table_index == 0 {
                let place = start..reader.original_position();
                found.push(IndirectCall { site: CallSite { function, call }, ty: type_index, place });
            }
            call += 1;
        }
    }
    Ok(found)
}
