//! The code's standard streams, passed on to those of this program as they are written.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use terrarium_core::{CancelHandle, ExecuteOptions, ExecutionResult, SandboxOptions, Status};

use crate::{
    exit::{Failure, say},
    units::Size,
    writer::{Stream, Writer},
};

/// The time that the reader of a stopped run's output has for each piece.
const PATIENCE: Duration = Duration::from_secs(1);

/// Passes on the streams of one run. When the standard output can no longer be written, it stops the run.
#[derive(Clone)]
pub(crate) struct Streams {
    writer: Arc<Writer>,
    /// The time that the run has waited for a person, which moves its deadline.
    paused: Arc<Mutex<Duration>>,
}

impl Streams {
    /// Makes the streams of the run that `cancel` stops.
    pub(crate) fn new(cancel: &CancelHandle) -> Self {
        Self { writer: Arc::new(Writer::new(cancel)), paused: Arc::default() }
    }

    /// Connects the streams of a run to this value. A reader that does not read keeps the run waiting, for `timeout` at
    /// most.
    pub(crate) fn connect(&self, options: &mut ExecuteOptions, timeout: Option<Duration>) {
        let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        let pass_on = |stream| {
            let streams = self.clone();
            Arc::new(move |bytes: &[u8]| {
                let paused = *streams.paused.lock().unwrap_or_else(PoisonError::into_inner);
                let deadline = deadline.and_then(|deadline| deadline.checked_add(paused));
                streams.writer.give(stream, bytes, deadline);
            })
        };
        options.on_stdout = Some(pass_on(Stream::Output));
        options.on_stderr = Some(pass_on(Stream::Error));
    }

    /// Waits until all output is passed on, then for `wait`, whose time is not the run's.
    pub(crate) fn pause<T>(&self, wait: impl FnOnce() -> T) -> T {
        let begun = Instant::now();
        let _: Option<(usize, Stream)> = self.writer.finish(None);
        let done = wait();
        *self.paused.lock().unwrap_or_else(PoisonError::into_inner) += begun.elapsed();
        done
    }

    /// Waits until all output is passed on. Of a run that was stopped, output whose reader does not read is lost.
    ///
    /// # Errors
    /// [`Failure`] if the standard output could not be written.
    pub(crate) fn finish(&self, status: Status) -> Result<(), Failure> {
        let patience = matches!(status, Status::Timeout | Status::Cancelled).then_some(PATIENCE);
        if let Some((bytes, stream)) = self.writer.finish(patience) {
            if stream == Stream::Output {
                say(&format!("{bytes} bytes of output are lost: the run was stopped, and their reader does not read"));
            }
            return Ok(());
        }
        match self.writer.failure() {
            Some(error) => Err(Failure::output(&error)),
            None => Ok(()),
        }
    }

    /// Shows the parts of a result besides its streams: the failure of the code, and lost output.
    pub(crate) fn show_error(&self, result: &ExecutionResult, options: &SandboxOptions) {
        let streams = [("standard output", result.stdout_truncated), ("standard error", result.stderr_truncated)];
        for (name, truncated) in streams {
            if truncated {
                let limit = Size(options.stream_bytes);
                let line = format!("terrarium: the {name} was cut at {limit}: raise --stream-bytes\n");
                self.writer.give(Stream::Error, line.as_bytes(), Some(Instant::now()));
            }
        }
        // A requested exit code is no failure that needs a traceback.
        if let (Some(error), None) = (&result.error, result.exit_code) {
            self.writer.give(Stream::Error, error.traceback.as_bytes(), Some(Instant::now()));
        }
    }
}

/// Writes all of it now, because the reader may be a person.
pub(crate) fn write(mut stream: impl Write, bytes: &[u8]) -> io::Result<()> {
    stream.write_all(bytes)?;
    stream.flush()
}
