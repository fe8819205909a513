//! [`Console`]: runs blocks in a session and shows their effects.

use std::{
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use terrarium_core::{CancelHandle, ExecuteOptions, SandboxOptions, Session, Status, Value};

use crate::{
    asking::Person,
    exit::{Failure, say},
    interrupt::Interrupts,
    streams::{self, Streams},
};

/// A session that parts of the editor use too: all on one thread, one after the other.
#[derive(Clone)]
pub(super) struct SharedSession(Arc<Mutex<Session>>);

impl SharedSession {
    pub(super) fn lock(&self) -> MutexGuard<'_, Session> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs blocks in a session and shows their effects.
pub(super) struct Console {
    session: SharedSession,
    options: SandboxOptions,
    interrupts: Interrupts,
    blocks: u64,
    /// The person at the terminal, if there is one.
    person: Option<Person>,
}

/// The outcome of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// The block ran, or failed.
    Here,
    /// The block leaves the prompt, with this exit code.
    Left(i32),
    /// Ctrl+C ended the block.
    Interrupted,
}

impl Console {
    /// Makes a console; with `asks`, code that reads asks the person at the terminal.
    pub(super) fn new(session: Session, options: SandboxOptions, interrupts: Interrupts, asks: bool) -> Self {
        let person = asks.then(Person::default);
        Self { session: SharedSession(Arc::new(Mutex::new(session))), options, interrupts, blocks: 0, person }
    }

    pub(super) fn session(&self) -> SharedSession {
        self.session.clone()
    }

    /// Returns the limit of a block in bytes.
    pub(super) fn code_bytes(&self) -> u64 {
        self.options.code_bytes
    }

    /// Runs a block, and shows its streams and its value or failure.
    ///
    /// # Errors
    /// [`Failure`] if the block could not be run, or its output not be written.
    pub(super) fn run(&mut self, code: &str) -> Result<Ended, Failure> {
        self.blocks += 1;
        let cancel = CancelHandle::new();
        // Each block has a separate name: a traceback can contain several.
        let filename = format!("<input-{}>", self.blocks);
        let mut execute = ExecuteOptions::new().filename(filename).store_last(true).cancel(cancel.clone());
        let streams = Streams::new(&cancel);
        streams.connect(&mut execute, self.options.timeout);
        if let Some(person) = &self.person {
            execute.stdin = person.stdin(&streams);
        }
        let result = {
            let _stopping = self.interrupts.stop(&cancel);
            self.session.lock().execute_with(code, execute)
        };
        if let Some(person) = &self.person {
            person.finish();
        }
        let result = result?;
        streams.finish(result.status)?;

        if let (Some(repr), Some(value)) = (&result.final_repr, &result.final_expression)
            && *value != Value::None
        {
            let cut = if result.final_repr_truncated { "…" } else { "" };
            let line = format!("{repr}{cut}\n");
            streams::write(io::stdout().lock(), line.as_bytes()).map_err(|error| Failure::output(&error))?;
        }
        if result.status == Status::Cancelled {
            drop(streams::write(io::stderr().lock(), b"KeyboardInterrupt\n"));
        } else {
            streams.show_error(&result, &self.options);
            streams.finish(result.status)?;
        }
        if let Some(code) = result.exit_code {
            return Ok(Ended::Left(code));
        }
        if result.session_lost {
            say("the interpreter could not continue: all names are lost, the files are kept");
        }
        Ok(if result.status == Status::Cancelled { Ended::Interrupted } else { Ended::Here })
    }
}
