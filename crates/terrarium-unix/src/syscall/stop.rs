//! What ends a run from inside a host function.

/// The guest cannot go on: everything else that fails is an errno that the guest sees.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Stop {
    /// The guest asked to end with this status (`exit`, `proc_exit`).
    #[error("the guest exited with status {0}")]
    Exit(i32),
    /// The guest found itself broken (`abort`, a failed assertion); the text is its own.
    #[error("the guest aborted: {0}")]
    Abort(String),
    /// The guest called an import that has no meaning here.
    #[error("the import `{import}` is not supported: {reason}")]
    Unsupported {
        /// The import's name.
        import: &'static str,
        /// Why, in words.
        reason: &'static str,
    },
}
