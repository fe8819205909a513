//! The code's standard streams, passed on to ours as they are written.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex, PoisonError},
};

use terrarium_core::{CancelHandle, ExecuteOptions, ExecutionResult, SandboxOptions};

use crate::{
    exit::{Failure, say},
    units::Size,
};

/// Passes the streams of one run on. When the standard output cannot be written any more, it stops the run.
pub(crate) struct Streams {
    cancel: CancelHandle,
    failed: Arc<Mutex<Option<io::Error>>>,
}

impl Streams {
    /// For the run that `cancel` stops.
    pub(crate) fn new(cancel: &CancelHandle) -> Self {
        Self { cancel: cancel.clone(), failed: Arc::default() }
    }

    /// Have the run send its streams here.
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
        // Nothing can be said about a standard error that does not work.
        options.on_stderr = Some(Arc::new(|bytes| drop(write(io::stderr().lock(), bytes))));
    }

    /// Whether all could be passed on.
    ///
    /// # Errors
    /// [`Failure`], when the standard output could not be written.
    pub(crate) fn finish(&self) -> Result<(), Failure> {
        match &*self.failed.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(error) => Err(Failure::output(error)),
            None => Ok(()),
        }
    }
}

/// Write all of it, now: the reader may be a person.
pub(crate) fn write(mut stream: impl Write, bytes: &[u8]) -> io::Result<()> {
    stream.write_all(bytes)?;
    stream.flush()
}

/// Show what a result has beside its streams: how the code failed, and what was lost of them.
pub(crate) fn show_error(result: &ExecutionResult, options: &SandboxOptions) {
    for (name, truncated) in [("standard output", result.stdout_truncated), ("standard error", result.stderr_truncated)]
    {
        if truncated {
            say(&format!("the {name} was cut at {}: raise --stream-bytes", Size(options.stream_bytes)));
        }
    }
    // Leaving with a code is no failure that has to be explained.
    if let (Some(error), None) = (&result.error, result.exit_code) {
        drop(write(io::stderr().lock(), error.traceback.as_bytes()));
    }
}
