//! The code's standard streams, passed on to those of this program as they are written.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex, PoisonError},
};

use terrarium_core::{CancelHandle, ExecuteOptions, ExecutionResult, SandboxOptions};

use crate::{
    exit::{Failure, say},
    units::Size,
};

/// Passes on the streams of one run. When the standard output can no longer be written, it stops the run.
pub(crate) struct Streams {
    cancel: CancelHandle,
    failed: Arc<Mutex<Option<io::Error>>>,
}

impl Streams {
    /// Makes the streams of the run that `cancel` stops.
    pub(crate) fn new(cancel: &CancelHandle) -> Self {
        Self { cancel: cancel.clone(), failed: Arc::default() }
    }

    /// Connects the streams of a run to this value.
    pub(crate) fn connect(&self, options: &mut ExecuteOptions) {
        let (cancel, failed) = (self.cancel.clone(), Arc::clone(&self.failed));
        options.on_stdout = Some(Arc::new(move |bytes| {
            let mut failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
            if failed.is_none()
                && let Err(error) = write(io::stdout().lock(), bytes)
            {
                *failed = Some(error);
                cancel.cancel();
            }
        }));
        // A failing standard error leaves no place for a message.
        options.on_stderr = Some(Arc::new(|bytes| drop(write(io::stderr().lock(), bytes))));
    }

    /// Checks that all output could be passed on.
    ///
    /// # Errors
    /// [`Failure`] if the standard output could not be written.
    pub(crate) fn finish(&self) -> Result<(), Failure> {
        match &*self.failed.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(error) => Err(Failure::output(error)),
            None => Ok(()),
        }
    }
}

/// Writes all of it now, because the reader may be a person.
pub(crate) fn write(mut stream: impl Write, bytes: &[u8]) -> io::Result<()> {
    stream.write_all(bytes)?;
    stream.flush()
}

/// Shows the parts of a result besides its streams: the failure of the code, and lost output.
pub(crate) fn show_error(result: &ExecutionResult, options: &SandboxOptions) {
    for (name, truncated) in [("standard output", result.stdout_truncated), ("standard error", result.stderr_truncated)]
    {
        if truncated {
            say(&format!("the {name} was cut at {}: raise --stream-bytes", Size(options.stream_bytes)));
        }
    }
    // A requested exit code is no failure that needs a traceback.
    if let (Some(error), None) = (&result.error, result.exit_code) {
        drop(write(io::stderr().lock(), error.traceback.as_bytes()));
    }
}
