//! Ctrl+C: stops the run in progress.

use std::sync::{Arc, Mutex, PoisonError};

use terrarium_core::CancelHandle;

use crate::exit::{Failure, INTERRUPTED};

/// The effect of Ctrl+C when there is nothing, or nothing more, to stop.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Otherwise {
    /// Ends the program.
    Leave,
    /// Does nothing: at a prompt, people press it more often than needed.
    Stay,
}

/// The handler of Ctrl+C, for the whole process.
pub(crate) struct Interrupts {
    run: Arc<Mutex<Option<CancelHandle>>>,
}

impl Interrupts {
    /// Installs the handler.
    ///
    /// # Errors
    /// [`Failure::Fault`] with the system's reason.
    pub(crate) fn install(otherwise: Otherwise) -> Result<Self, Failure> {
        let run = Arc::new(Mutex::new(None::<CancelHandle>));
        let current = Arc::clone(&run);
        let handler = move || {
            let run = current.lock().unwrap_or_else(PoisonError::into_inner).clone();
            match run {
                Some(cancel) if !cancel.is_cancelled() => cancel.cancel(),
                _ if otherwise == Otherwise::Stay => {}
                _ => std::process::exit(INTERRUPTED),
            }
        };
        ctrlc::set_handler(handler).map_err(|error| Failure::Fault(format!("cannot handle Ctrl+C: {error}")))?;
        Ok(Self { run })
    }

    /// Makes Ctrl+C stop the run of `cancel`, until the returned value is dropped.
    pub(crate) fn stop(&self, cancel: &CancelHandle) -> Stopping<'_> {
        *self.run.lock().unwrap_or_else(PoisonError::into_inner) = Some(cancel.clone());
        Stopping(self)
    }
}

/// A run in progress.
pub(crate) struct Stopping<'a>(&'a Interrupts);

impl Drop for Stopping<'_> {
    fn drop(&mut self) {
        *self.0.run.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}
