//! Running the passes in order.

use std::borrow::Cow;

use super::error::RewriteError;
use super::options::RewriteOptions;
use super::validate::{validate, validate_input};

/// One rewriting of a whole module.
pub trait Pass {
    /// Name for messages, a verb or noun in lower case.
    fn name(&self) -> &'static str;

    /// Rewrites `wasm`, a validated module, or returns `None` if there is nothing to change.
    ///
    /// # Errors
    /// When the module contains something that the pass cannot handle; never because of the pass's own state.
    fn run(&self, wasm: &[u8]) -> Result<Option<Vec<u8>>, RewriteError>;
}

/// Rewrites a main or side module according to `options`.
///
/// The result uses no legacy exception instruction and passes [`validate`]. Unaffected sections are kept, `dylink.0`
/// first; custom sections that refer to offsets in code are left out.
///
/// # Errors
/// [`RewriteError::Malformed`] if `wasm` is not a valid module, otherwise the errors of the passes.
pub fn rewrite(wasm: &[u8], options: &RewriteOptions) -> Result<Vec<u8>, RewriteError> {
    validate_input(wasm)?;
    let mut module = Cow::Borrowed(wasm);
    let passes = options.passes();
    for pass in &passes {
        if let Some(rewritten) = pass.run(&module)? {
            module = Cow::Owned(rewritten);
        }
    }
    if cfg!(debug_assertions) {
        validate(&module).map_err(|error| match error {
            RewriteError::Malformed { message, offset } => {
                RewriteError::InvalidOutput { passes: passes.iter().map(|pass| pass.name()).collect(), message, offset }
            }
            other => other,
        })?;
    }
    Ok(module.into_owned())
}
