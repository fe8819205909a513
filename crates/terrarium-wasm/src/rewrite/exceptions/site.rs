//! The position of an instruction in a module.

use crate::rewrite::error::RewriteError;

/// The position of an instruction, for messages.
#[derive(Clone, Copy, Debug)]
pub(super) struct Site {
    /// Index of the function, imports counted.
    pub(super) function: u32,
    /// Byte offset in the module.
    pub(super) offset: usize,
}

impl Site {
    pub(super) fn error(self, construct: &'static str, reason: impl Into<String>) -> RewriteError {
        RewriteError::Function { function: self.function, construct, offset: self.offset, reason: reason.into() }
    }
}
