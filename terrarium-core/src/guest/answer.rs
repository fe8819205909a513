//! [`Answer`]: the outcome of a run and the values that the harness reported, before they become a result.

use std::collections::BTreeMap;

use crate::{Display, PythonError, Value, engine::Reason};

/// The outcome of a run with its products, except files and streams.
#[derive(Default)]
pub(crate) struct Answer {
    pub(crate) outcome: Outcome,
    pub(crate) exit_code: Option<i32>,
    pub(crate) final_expression: Option<Value>,
    pub(crate) repr: Option<String>,
    pub(crate) repr_truncated: bool,
    pub(crate) outputs: BTreeMap<String, Value>,
    pub(crate) displays: Vec<Display>,
    pub(crate) error: Option<PythonError>,
    /// Whether the error is Python's `MemoryError`.
    pub(crate) no_memory: bool,
    /// Whether the values have taken much memory of the host.
    pub(crate) is_large: bool,
    /// Whether a memory request was refused.
    pub(crate) memory_denied: bool,
}

/// The way in which a run ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Outcome {
    #[default]
    Success,
    Error,
    /// The code ended after an interrupt.
    Interrupted(Reason),
    /// The run was stopped by force; the interpreter is gone.
    Stopped(Reason),
    /// The code exited the process; the interpreter is gone.
    Exited,
    /// The interpreter failed and is gone.
    Crashed,
}

impl Outcome {
    /// Whether the interpreter is gone.
    pub(crate) fn is_end(self) -> bool {
        matches!(self, Self::Stopped(_) | Self::Exited | Self::Crashed)
    }
}
