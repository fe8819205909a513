//! The functions of the harness that the host calls.

use crate::engine::PyFunction;

/// The harness's functions in a guest, in the order of [`Function::ALL`].
pub(super) struct Functions(pub(super) [PyFunction; Function::ALL.len()]);

/// A function of the harness.
#[derive(Clone, Copy)]
pub(super) enum Function {
    Configure,
    Execute,
    Check,
    Complete,
    ResetGlobals,
    Prepare,
    Settle,
    Release,
}

impl Function {
    pub(super) const ALL: [Self; 8] = [
        Self::Configure,
        Self::Execute,
        Self::Check,
        Self::Complete,
        Self::ResetGlobals,
        Self::Prepare,
        Self::Settle,
        Self::Release,
    ];

    /// Returns the function's name in the harness's module.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Configure => "configure",
            Self::Execute => "execute",
            Self::Check => "check",
            Self::Complete => "complete",
            Self::ResetGlobals => "reset_globals",
            Self::Prepare => "prepare",
            Self::Settle => "settle",
            Self::Release => "release",
        }
    }
}

impl Functions {
    pub(super) fn get(&self, function: Function) -> PyFunction {
        self.0[function as usize]
    }
}
