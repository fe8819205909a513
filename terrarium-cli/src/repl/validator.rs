//! Whether Enter runs the block or begins another line of it: Python itself says so.

use reedline::{ValidationResult, Validator};
use terrarium_core::Completeness;

use super::console::SharedSession;

/// Asks the session.
pub(super) struct PythonValidator(pub(super) SharedSession);

impl Validator for PythonValidator {
    fn validate(&self, block: &str) -> ValidationResult {
        // A line that holds its indentation only is the empty one that ends a block.
        let block = block.trim_end_matches([' ', '\t']);
        match self.0.lock().check(block) {
            Ok(Completeness::Incomplete) => ValidationResult::Incomplete,
            // What is wrong, or cannot be checked, is run, which says why.
            _ => ValidationResult::Complete,
        }
    }
}
