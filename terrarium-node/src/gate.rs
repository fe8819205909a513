//! [`Gate`]: the way for threads to wake a JavaScript environment. The main environment and each worker's have one each.

use std::sync::Arc;

use napi::{
    Status,
    bindgen_prelude::{Function, Result},
    threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode, UnknownReturnValue},
};
use napi_derive::napi;

/// The call carries a run's number only, so nothing is lost when the environment ends before it receives the call.
type Wake = ThreadsafeFunction<u32, UnknownReturnValue, u32, Status, false, true>;

/// Calls a function in the environment that made it, with the number of a run that has news.
#[napi]
pub struct Gate {
    wake: Arc<Wake>,
}

#[napi]
impl Gate {
    /// Opens a gate, which does not keep the event loop alive.
    ///
    /// # Errors
    /// When the environment is about to end.
    #[napi(constructor)]
    pub fn new(wake: Function<'_, u32, UnknownReturnValue>) -> Result<Self> {
        let wake = wake.build_threadsafe_function::<u32>().weak::<true>().build()?;
        Ok(Self { wake: Arc::new(wake) })
    }
}

/// Wakes an environment for one run.
pub(crate) struct Bell {
    wake: Arc<Wake>,
    run: u32,
}

impl Bell {
    pub(crate) fn new(gate: &Gate, run: u32) -> Self {
        Self { wake: Arc::clone(&gate.wake), run }
    }

    /// Wakes the environment. One that has ended receives nothing, and has no work that waits.
    pub(crate) fn ring(&self) {
        self.wake.call(self.run, ThreadsafeFunctionCallMode::NonBlocking);
    }
}
