//! Running the passes one after the other.

use std::borrow::Cow;

use super::error::RewriteError;
use super::options::RewriteOptions;
use super::validate::{validate, validate_input};

/// One rewriting of a whole module.
pub trait Pass {
    /// Name for messages, a verb or noun in lower case.
    fn name(&self) -> &'static str;

    /// Rewrites `wasm`, a module that has been validated, or returns `None` if there is nothing to change.
    ///
    /// # Errors
    /// If the module holds something that the pass cannot handle; never because of a state of its own.
    fn run(&self, wasm: &[u8]) -> Result<Option<Vec<u8>>, RewriteError>;
}

/// Rewrites a main or side module as `options` say.
///
/// The result uses no legacy exception instruction and passes [`validate`]. Sections that nothing changes are
/// kept as they are, `dylink.0` first; custom sections that speak of offsets in code are left out.
///
/// # Errors
/// [`RewriteError::Malformed`] if `wasm` is not a valid module, otherwise what its passes cannot handle.
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
