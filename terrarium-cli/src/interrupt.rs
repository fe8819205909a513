//! Ctrl+C, and the signals that end a program: they stop the run in progress.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicI32, Ordering},
    },
    thread,
    time::Duration,
};

use terrarium_core::CancelHandle;

use crate::exit::{Failure, INTERRUPTED, SIGNALLED};

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
    end: Arc<End>,
}

/// The end of the program by a signal.
#[derive(Default)]
struct End {
    /// The signal; 0, if there was none.
    signal: AtomicI32,
    /// Whether the run has ended.
    has_result: AtomicBool,
}

/// The time to write the result after a signal, and the interval at which it is looked at.
#[cfg(unix)]
const PATIENCE: Duration = Duration::from_secs(5);
#[cfg(unix)]
const TICK: Duration = Duration::from_millis(20);

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
        Ok(Self { run, end: Arc::default() })
    }

    /// Makes the signals that end a program stop the run of `cancel` first, so that its files and its result are
    /// written. Another signal ends the program at once, and so does a reader that does not read. A signal that nohup
    /// and others ignore stays ignored.
    ///
    /// # Errors
    /// [`Failure::Fault`] with the system's reason.
    #[cfg(unix)]
    pub(crate) fn end_in_order(&self, cancel: &CancelHandle) -> Result<(), Failure> {
        use signal_hook::{
            consts::{SIGHUP, SIGTERM},
            iterator::Signals,
        };

        let fault = |error| Failure::Fault(format!("cannot handle signals: {error}"));
        let mut signals = Signals::new([SIGTERM]).map_err(fault)?;
        if !is_ignored(SIGHUP) {
            signals.add_signal(SIGHUP).map_err(fault)?;
        }
        let (cancel, end) = (cancel.clone(), Arc::clone(&self.end));
        let wait = move || {
            let Some(signal) = signals.forever().next() else { return };
            end.signal.store(signal, Ordering::Relaxed);
            cancel.cancel();
            let mut patience = PATIENCE;
            while signals.pending().next().is_none() && !patience.is_zero() {
                thread::sleep(TICK);
                if end.has_result.load(Ordering::Relaxed) {
                    patience = patience.saturating_sub(TICK);
                }
            }
            std::process::exit(SIGNALLED + signal);
        };
        thread::Builder::new().name("signals".to_owned()).spawn(wait).map(drop).map_err(fault)
    }

    /// Does nothing: there are no such signals.
    ///
    /// # Errors
    /// None.
    #[cfg(not(unix))]
    pub(crate) fn end_in_order(&self, _cancel: &CancelHandle) -> Result<(), Failure> {
        Ok(())
    }

    /// Notes that the run has ended: from now on a signal gives the writing of the result a bounded time.
    pub(crate) fn note_result(&self) {
        self.end.has_result.store(true, Ordering::Relaxed);
    }

    /// Returns the exit code of a program that a signal ended.
    pub(crate) fn exit_code(&self) -> Option<i32> {
        match self.end.signal.load(Ordering::Relaxed) {
            0 => None,
            signal => Some(SIGNALLED + signal),
        }
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

/// Whether the process was started with this signal ignored.
#[cfg(unix)]
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & (1 << (signal - 1)) != 0)
}
