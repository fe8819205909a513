//! The functions of the harness that the host calls.

use crate::engine::PyFunction;

/// The harness's functions in a guest, in the order of [`HarnessFunction::ALL`].
pub(super) struct HarnessFunctions(pub(super) [PyFunction; HarnessFunction::ALL.len()]);

/// A function of the harness.
#[derive(Clone, Copy)]
pub(super) enum HarnessFunction {
    Configure,
    Execute,
    Check,
    Complete,
    ResetGlobals,
    Prepare,
    Settle,
    Release,
}

impl HarnessFunction {
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

impl HarnessFunctions {
    pub(super) fn get(&self, function: HarnessFunction) -> PyFunction {
        self.0[function as usize]
    }
}
