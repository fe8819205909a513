//! [`LiveInterpreter`]: a guest with its harness.

mod output;

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use serde::Serialize;

use super::{
    answer::{Answer, Outcome},
    channel::Frames,
    config::GuestConfig,
    functions::{HarnessFunction, HarnessFunctions},
    limits::InterpreterOptions,
    protocol::{
        CheckResponse, CodeRequest, Completeness, Completion, Empty, Noted, PrepareRequest, PrepareResponse, Request,
        Response, SettleResponse,
    },
    reply::Reply,
};
use crate::{
    CancelHandle, Error, HostFunctions,
    engine::{
        CancelTarget, End, GuestInstance, GuestOptions, Interrupt, Machine, PyFunction, Reason, Snapshot, Span,
        TakenLayer, TakenSnapshot,
    },
    error::ErrorContext,
    result::PythonError,
};
use terrarium_unix::{
    syscall::{Process, Supplied},
    vfs::Vfs,
};

/// The harness's module.
const MODULE: &str = "_terrarium.main";
/// The most bytes of a text's byte in the response.
const ESCAPED: u64 = 6;
/// The largest response of a run, besides the representation of its final value: the report of an exception.
const REPORT_BYTES: u64 = 16 << 20;
/// The largest response of the other calls.
const ASKED_BYTES: u64 = 4 << 20;
/// Timeout for harness calls that run no user code.
const PATIENCE: Duration = Duration::from_secs(5);

/// A live interpreter that runs code on request.
pub(crate) struct LiveInterpreter {
    guest: GuestInstance,
    frames: Arc<Frames>,
    functions: HarnessFunctions,
    grace: Duration,
    /// Whether the interpreter is gone, for example after a forced stop.
    ended: bool,
    /// The duration of the start, until the first run reports it.
    pub(crate) start: Duration,
    /// The names of the packages that are mounted in its files.
    pub(crate) packages: Vec<String>,
    /// The functions of the host whose names it has.
    pub(crate) functions_known: HostFunctions,
    /// The number of its last call of such a function: code may keep a stream of an earlier run.
    pub(crate) last_call: u32,
}

impl LiveInterpreter {
    /// Boots CPython and configures its harness.
    ///
    /// # Errors
    /// [`Error::Start`].
    pub(crate) fn boot(
        machine: &Arc<Machine>,
        process: Process,
        options: InterpreterOptions,
        start_env: Vec<(String, String)>,
        config: &GuestConfig,
    ) -> Result<Self, Error> {
        let (frames, options, grace) = guest_options(process, options, start_env);
        let mut guest = GuestInstance::boot(machine, options)?;
        frames.attach(guest.interrupt());
        let functions = HarnessFunctions(guest.import(MODULE, HarnessFunction::ALL.map(HarnessFunction::name))?);
        let mut interpreter = Self {
            guest,
            frames,
            functions,
            grace,
            ended: false,
            start: Duration::ZERO,
            packages: Vec::new(),
            functions_known: HostFunctions::default(),
            last_call: 0,
        };
        interpreter.configure(config)?;
        Ok(interpreter)
    }

    /// Resumes an interpreter from a snapshot; `config` is given if it differs from the snapshot's.
    ///
    /// # Errors
    /// [`Error::Start`].
    pub(crate) fn resume(
        snapshot: &Arc<Snapshot>,
        process: Process,
        options: InterpreterOptions,
        config: Option<&GuestConfig>,
    ) -> Result<Self, Error> {
        let (frames, options, grace) = guest_options(process, options, Vec::new());
        let guest = GuestInstance::resume(snapshot, options)?;
        frames.attach(guest.interrupt());
        let mut functions = [PyFunction(0); HarnessFunction::ALL.len()];
        for (place, name) in functions.iter_mut().zip(HarnessFunction::ALL.map(HarnessFunction::name)) {
            *place = guest.function(name).ok_or_else(|| Error::start(format!("the image has no function {name}")))?;
        }
        let mut interpreter = Self {
            guest,
            frames,
            functions: HarnessFunctions(functions),
            grace,
            ended: false,
            start: Duration::ZERO,
            packages: Vec::new(),
            functions_known: HostFunctions::default(),
            last_call: 0,
        };
        if let Some(config) = config {
            interpreter.configure(config)?;
        }
        Ok(interpreter)
    }

    /// Sends the configuration to the harness.
    fn configure(&mut self, config: &GuestConfig) -> Result<(), Error> {
        let ended =
            self.guest.invoke(self.functions.get(HarnessFunction::Configure), json(&config.message())?, ASKED_BYTES);
        ended.map(drop).map_err(|end| Error::start(format!("{end:?}")))
    }

    /// Imports modules; returns the reasons of failed imports by module.
    ///
    /// # Errors
    /// [`Error::Engine`], when the interpreter ends or does not answer in time.
    pub(crate) fn prepare(&mut self, modules: &[String], timeout: Duration) -> Result<BTreeMap<String, String>, Error> {
        let response = self.ask(self.functions.get(HarnessFunction::Prepare), &PrepareRequest { modules }, timeout)?;
        parse::<PrepareResponse>(&response).map(|answer| answer.failed)
    }

    /// Quiesces the interpreter and takes a snapshot. Also returns what packages looked for since the first call of
    /// [`prepare`](Self::prepare).
    ///
    /// # Errors
    /// [`Error::Engine`].
    pub(crate) fn take_snapshot(&mut self) -> Result<(TakenSnapshot, Noted), Error> {
        let (entropy, noted) = self.quiesce()?;
        let functions = HarnessFunction::ALL.iter().zip(self.functions.0);
        let functions = functions.map(|(function, place)| (function.name().to_owned(), place.0)).collect();
        Ok((TakenSnapshot::new(&mut self.guest, functions, entropy)?, noted))
    }

    /// Quiesces an interpreter that resumed from a snapshot, and takes the difference to that snapshot: see
    /// [`TakenLayer::new`].
    ///
    /// # Errors
    /// [`Error::Engine`].
    pub(crate) fn take_layer(&mut self) -> Result<(Option<TakenLayer>, Noted), Error> {
        let (entropy, noted) = self.quiesce()?;
        Ok((TakenLayer::new(&mut self.guest, entropy)?, noted))
    }

    fn quiesce(&mut self) -> Result<(Vec<Span>, Noted), Error> {
        let SettleResponse { generators, noted } =
            parse(&self.ask(self.functions.get(HarnessFunction::Settle), &Empty {}, PATIENCE * 12)?)?;
        let mut entropy = Vec::new();
        for (address, words) in generators {
            entropy.push(self.guest.find_generator(address, words)?);
        }
        for addresses in self.frames.take().blobs {
            let addresses = addresses.as_chunks::<4>().0.iter().map(|word| u32::from_le_bytes(*word));
            self.guest.make_immortal(addresses)?;
        }
        self.ask(self.functions.get(HarnessFunction::Release), &Empty {}, PATIENCE)?;
        Ok((entropy, noted))
    }

    /// Runs code until the deadline.
    ///
    /// # Errors
    /// [`Error::Engine`], when the watchdog cannot start.
    pub(crate) fn execute(
        &mut self,
        request: &Request<'_>,
        deadline: Option<Instant>,
        cancel: Option<&CancelHandle>,
    ) -> Result<Answer, Error> {
        drop(self.frames.take());
        self.guest.take_memory_denied();
        // Files of a session may have changed from outside.
        self.guest.settle_mappings();
        let function = self.functions.get(HarnessFunction::Execute);
        let bound = request.repr_bytes.saturating_mul(ESCAPED).saturating_add(REPORT_BYTES);
        let message = json(request)?;
        let rest = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        let ended = self.invoke(function, (message, bound), rest, cancel)?;
        let interrupted = self.guest.interrupt().reason();
        self.settle_output();
        let deadline = deadline.and_then(|deadline| deadline.checked_add(self.guest.interrupt().prepared()));
        let mut answer = match ended {
            Ok(response) => {
                let reply = Reply {
                    response: &response,
                    frames: self.frames.take(),
                    outputs: request.outputs,
                    value_bytes: request.value_bytes,
                    repr_bytes: request.repr_bytes,
                    deadline,
                    cancel,
                    interrupted,
                };
                let (answer, is_usable) = reply.read();
                self.ended |= !is_usable;
                answer
            }
            Err(end) => Answer { displays: self.frames.take().displays.into_vec(), ..from_end(end, interrupted) },
        };
        answer.memory_denied = self.guest.take_memory_denied();
        self.guest.settle_mappings();
        Ok(answer)
    }

    fn invoke(
        &mut self,
        function: PyFunction,
        (request, response_bytes): (Vec<u8>, u64),
        timeout: Option<Duration>,
        cancel: Option<&CancelHandle>,
    ) -> Result<Result<Vec<u8>, End>, Error> {
        let interrupt = Arc::clone(self.guest.interrupt());
        let watch = interrupt.arm(timeout, self.grace);
        let _watch = watch.or_engine("starting the watchdog")?;
        let target = Arc::new(CancelTarget(interrupt));
        if let Some(cancel) = cancel {
            cancel.register(&target);
        }
        let ended = self.guest.invoke(function, request, response_bytes);
        self.ended |= ended.is_err();
        Ok(ended)
    }

    /// Checks whether `code` can run or is incomplete.
    ///
    /// # Errors
    /// [`Error::Engine`], when the interpreter does not answer.
    pub(crate) fn check(&mut self, code: &str) -> Result<Completeness, Error> {
        let response =
            self.ask(self.functions.get(HarnessFunction::Check), &CodeRequest { code, cursor: None }, PATIENCE)?;
        parse::<CheckResponse>(&response).map(|answer| answer.complete)
    }

    /// Returns the completions at the cursor, which is a number of characters into `code`.
    ///
    /// # Errors
    /// [`Error::Engine`], when the interpreter does not answer.
    pub(crate) fn complete(&mut self, code: &str, cursor: usize) -> Result<Completion, Error> {
        let response = self.ask(
            self.functions.get(HarnessFunction::Complete),
            &CodeRequest { code, cursor: Some(cursor) },
            PATIENCE,
        )?;
        parse(&response)
    }

    /// Removes the names that the user's code bound.
    ///
    /// # Errors
    /// [`Error::Engine`], when the interpreter does not answer.
    pub(crate) fn reset_globals(&mut self) -> Result<(), Error> {
        self.ask(self.functions.get(HarnessFunction::ResetGlobals), &Empty {}, PATIENCE).map(drop)
    }

    fn ask(&mut self, function: PyFunction, request: &impl Serialize, within: Duration) -> Result<Vec<u8>, Error> {
        self.invoke(function, (json(request)?, ASKED_BYTES), Some(within), None)?
            .map_err(|end| Error::engine(format!("the interpreter ended during a call of the harness: {end:?}")))
    }

    /// Ends the run and recycles the instance if possible.
    pub(crate) fn finish(self) {
        if !self.ended {
            self.guest.finish();
        }
    }

    /// Returns and clears the content of a memory that the interpreter's module exports besides its main memory.
    ///
    /// # Errors
    /// [`Error::Engine`], when there is no such memory.
    pub(crate) fn take_memory(&mut self, name: &str) -> Result<Vec<u8>, Error> {
        self.guest.take_memory(name)
    }

    /// Returns the interrupt of its runs.
    pub(crate) fn interrupt(&self) -> &Arc<Interrupt> {
        self.guest.interrupt()
    }

    /// Whether the interpreter is gone.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended
    }

    /// Returns the guest's files, descriptors and streams.
    pub(crate) fn process(&mut self) -> &mut Process {
        self.guest.process()
    }

    /// Makes mapped memory and its files equal.
    pub(crate) fn settle_mappings(&mut self) {
        self.guest.settle_mappings();
    }

    /// Returns the guest's files.
    pub(crate) fn files(&mut self) -> &mut Vfs {
        &mut self.process().vfs
    }

    /// Takes the files of an interpreter that is gone, with the packages that were added to them, and closes its
    /// descriptors.
    pub(crate) fn take_files(&mut self) -> (Vfs, Supplied) {
        let process = self.process();
        process.close_all();
        (process.vfs.clone(), process.supplied.clone())
    }

    /// Adds names of packages that are mounted in its files.
    pub(crate) fn add_packages(&mut self, names: &[String]) {
        let new: Vec<String> = names.iter().filter(|name| !self.packages.contains(name)).cloned().collect();
        self.packages.extend(new);
    }

    /// Returns the peak of the interpreter's memory in bytes.
    pub(crate) fn peak_memory(&self) -> u64 {
        self.guest.peak_memory()
    }
}

/// Returns the channel of an interpreter, and the options of its guest.
fn guest_options(
    mut process: Process,
    options: InterpreterOptions,
    env: Vec<(String, String)>,
) -> (Arc<Frames>, GuestOptions, Duration) {
    let frames = Arc::new(Frames::new(options.value_bytes));
    process.frame_bytes = u32::try_from(frames.largest()).unwrap_or(u32::MAX).min(process.frame_bytes);
    process.channel = Some(Arc::clone(&frames) as _);
    let guest = GuestOptions {
        process,
        env,
        memory: options.memory,
        untrusted_libraries: options.untrusted_libraries,
        lazy: options.lazy,
        real_sleep: options.real_sleep,
    };
    (frames, guest, options.grace)
}

fn json(message: &impl Serialize) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(message).or_engine("request")
}

fn parse<'a, T: serde::Deserialize<'a>>(response: &'a [u8]) -> Result<T, Error> {
    // A fault of the harness has the same form as an exception of the code.
    if let Ok(Response { error: Some(error), .. }) = serde_json::from_slice(response) {
        return Err(Error::engine(format!("the interpreter's answer: {}", error.message)));
    }
    serde_json::from_slice(response).or_engine("the interpreter's answer")
}

fn from_end(end: End, interrupted: Option<Reason>) -> Answer {
    match end {
        End::Exit(code) => {
            let outcome = interrupted.map_or(Outcome::Exited, Outcome::Stopped);
            Answer { outcome, exit_code: Some(code), ..Answer::default() }
        }
        End::Stopped(reason) => Answer { outcome: Outcome::Stopped(reason), ..Answer::default() },
        End::Crashed(text) => {
            Answer { outcome: Outcome::Crashed, error: Some(fault("Crashed", text)), ..Answer::default() }
        }
    }
}

/// Returns an error that is not an exception.
pub(crate) fn fault(kind: &str, message: String) -> PythonError {
    let traceback = format!("{kind}: {message}\n");
    PythonError { kind: kind.to_owned(), message, traceback, ..PythonError::default() }
}
