//! Decides whether Enter runs the block or begins another line of it, as Python does.

use reedline::{ValidationResult, Validator};
use terrarium_core::Completeness;

use super::console::SharedSession;

/// Validates blocks with the session.
pub(super) struct PythonValidator(pub(super) SharedSession);

impl Validator for PythonValidator {
    fn validate(&self, block: &str) -> ValidationResult {
        // A line with only its indentation is the empty line that ends a block.
        let block = block.trim_end_matches([' ', '\t']);
        match self.0.lock().check(block) {
            Ok(Completeness::Incomplete) => ValidationResult::Incomplete,
            // A block that is invalid or cannot be checked runs, and its failure shows the reason.
            _ => ValidationResult::Complete,
        }
    }
}
