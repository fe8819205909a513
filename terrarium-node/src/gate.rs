//! [`Gate`]: how threads wake a JavaScript environment. Each environment (the main one, each worker's) has its own.

use std::sync::Arc;

use napi::{
    Status,
    bindgen_prelude::{Function, Result},
    threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode, UnknownReturnValue},
};
use napi_derive::napi;

/// It carries a run's number only, so nothing is lost when the environment ends before it is heard.
type Wake = ThreadsafeFunction<u32, UnknownReturnValue, u32, Status, false, true>;

/// Calls a function in the environment that made it, with the number of a run that has news.
#[napi]
pub struct Gate {
    wake: Arc<Wake>,
}

#[napi]
impl Gate {
    /// Opens it. It does not keep the event loop going.
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

    /// An environment that has ended hears nothing, and nobody waits there any more.
    pub(crate) fn ring(&self) {
        self.wake.call(self.run, ThreadsafeFunctionCallMode::NonBlocking);
    }
}
