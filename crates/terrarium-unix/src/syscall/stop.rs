//! The reasons that end a run from inside a host function.

/// The guest cannot continue. Every other failure is an errno that the guest sees.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Stop {
    /// The guest asked to end with this status (`exit`, `proc_exit`).
    #[error("the guest exited with status {0}")]
    Exit(i32),
    /// The guest found itself in an invalid state (`abort`, a failed assertion); the text comes from the guest.
    #[error("the guest aborted: {0}")]
    Abort(String),
    /// The guest called an import that has no meaning here.
    #[error("the import `{import}` is not supported: {reason}")]
    Unsupported {
        /// The import's name.
        import: &'static str,
        /// The reason, in words.
        reason: &'static str,
    },
}
