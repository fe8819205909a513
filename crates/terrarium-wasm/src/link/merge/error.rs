//! The reasons why modules cannot be merged.

use wasm_encoder::reencode;

/// The reason why the modules of a guest cannot be merged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MergeError {
    /// A module contains something that cannot be merged.
    #[error("{part} cannot be merged: {reason}")]
    Part {
        /// The module: `the main module`, or its number and prefix.
        part: String,
        /// The reason.
        reason: String,
    },
    /// A slot of the function table cannot be filled.
    #[error("table slot {slot} cannot be filled: {reason}")]
    Slot {
        /// Number of the slot.
        slot: u32,
        /// The reason.
        reason: String,
    },
    /// Two exports have the same name.
    #[error("two exports of the merged module would be named `{0}`")]
    DuplicateExport(String),
    /// There is no main module.
    #[error("nothing to merge: there is no main module")]
    Empty,
    /// The merged module would exceed a limit of the format.
    #[error("the merged module would have too many {0}")]
    TooMany(&'static str),
}

impl MergeError {
    /// Makes the error for a `fault` in the module at `position`.
    pub(super) fn of(position: usize, prefix: &str, fault: Fault) -> Self {
        let part = match position {
            0 => "the main module".to_owned(),
            _ => format!("module {position} (`{prefix}`)"),
        };
        Self::Part { part, reason: fault.0 }
    }
}

/// A defect of a module. The caller adds which module it is.
#[derive(Debug)]
pub(in crate::link) struct Fault(pub(in crate::link) String);

impl Fault {
    /// Makes the fault of a module that names an index it does not have.
    pub(in crate::link) fn unknown(what: &str, index: impl std::fmt::Display) -> Self {
        Self(format!("it names {what} {index}, which it does not have"))
    }
}

impl From<wasmparser::Error> for Fault {
    fn from(error: wasmparser::Error) -> Self {
        Self(format!("it is no valid module: {} (at byte {:#x})", error.message(), error.offset()))
    }
}

impl From<reencode::Error<Fault>> for Fault {
    fn from(error: reencode::Error<Fault>) -> Self {
        match error {
            reencode::Error::UserError(fault) => fault,
            reencode::Error::ParseError(error) => error.into(),
            other => Self(format!("it is no valid module: {}", other.to_string().to_lowercase())),
        }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Returns `count` as an index of the merged module.
pub(super) fn index(count: usize, what: &'static str) -> Result<u32, MergeError> {
    u32::try_from(count).map_err(|_| MergeError::TooMany(what))
}
