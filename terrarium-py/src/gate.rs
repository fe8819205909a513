//! Work that takes time: the interpreter is free for other threads meanwhile, signals are handled, and the caller's
//! functions are called on the calling thread.

use std::{
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    },
    time::{Duration, Instant},
};

use pyo3::{prelude::*, types::PyBytes};
use terrarium_core::{CancelHandle, Error, Event, InputReply, InputRequest};

use crate::{
    error::raised,
    events::{self, Late},
    exit,
    worker::{Worker, look_out},
};

/// The interval at which the main thread checks for signals while it waits.
const TICK: Duration = Duration::from_millis(50);
/// The pieces of output that may wait for the caller's function before the guest waits too.
const QUEUE: usize = 64;

/// A message of a worker to the thread that waits for it.
enum Message<T> {
    /// News for a listener.
    Heard(usize, Heard),
    Done(T),
}

/// The news for a listener.
pub(crate) enum Heard {
    Bytes(Vec<u8>),
    Text(String),
    Download { file_name: String, done: u64, total: Option<u64>, all_done: u64, all_total: Option<u64> },
    Event(Event),
    Ask(InputRequest, InputReply),
}

/// Sends news to a listener, from any thread, and returns whether the work is still waited for. News for a missing
/// listener is dropped.
pub(crate) type Tell = Arc<dyn Fn(usize, Heard) -> bool + Send + Sync>;

/// The way to end work when a signal handler or a listener raises an exception.
pub(crate) enum Stop {
    /// Use this handle and wait for the end of the work, which is short then. After the handle was used, and after the
    /// time, listeners get the rest of their news in one call at the end: a slow listener does not delay that.
    Cancel(CancelHandle, Option<Duration>),
    /// Stop waiting for the work. Compiling ends at the next function, a download with the next piece (see `Tell`), and
    /// other work continues.
    Abandon,
}

/// Does `work` without holding the interpreter.
///
/// On Python's main thread (`is_main`), and where there are `listeners`, a separate thread does it, so that this one
/// can check for signals and call the listeners. Otherwise it is done in place.
pub(crate) fn run<T: Send + 'static>(
    py: Python<'_>,
    is_main: bool,
    listeners: &[Py<PyAny>],
    stop: Stop,
    work: impl FnOnce(Tell) -> Result<T, Error> + Send + 'static,
) -> PyResult<T> {
    if !is_main && listeners.is_empty() {
        let silent: Tell = Arc::new(|_, _| true);
        return exit::detach(py, || work(silent)).map_err(|error| raised(py, error));
    }
    let worker = Worker::take().map_err(|error| no_thread(py, &error.to_string()))?;
    let (sender, receiver) = sync_channel(QUEUE);
    let guard = CancelHandle::current().map_or_else(CancelHandle::new, |outer| outer.child());
    let abandoned = guard.clone();
    worker.give(move || {
        let done = guard.guard(|| work(teller(sender.clone())));
        // Abandoned work has no receiver.
        let _ = sender.send(Message::Done(done));
    });
    let done = wait(py, is_main, listeners, &stop, receiver).inspect_err(|_| abandoned.cancel())?;
    worker.put_back();
    done.finish(py)
}

fn teller<T: Send + 'static>(sender: SyncSender<Message<T>>) -> Tell {
    Arc::new(move |listener, heard| sender.send(Message::Heard(listener, heard)).is_ok())
}

/// Finished work, and the exceptions raised meanwhile.
struct Done<T> {
    result: Result<T, Error>,
    failure: Option<PyErr>,
}

impl<T> Done<T> {
    fn finish(self, py: Python<'_>) -> PyResult<T> {
        match self.failure {
            Some(failure) => Err(failure),
            None => self.result.map_err(|error| raised(py, error)),
        }
    }
}

/// Waits for the end of the work. An error means that the worker will not be free.
fn wait<T: Send>(
    py: Python<'_>,
    is_main: bool,
    listeners: &[Py<PyAny>],
    stop: &Stop,
    mut receiver: Receiver<Message<Result<T, Error>>>,
) -> PyResult<Done<T>> {
    let mut failure: Option<PyErr> = None;
    let begun = Instant::now();
    let is_late = || match stop {
        Stop::Cancel(handle, time) => handle.is_cancelled() || time.is_some_and(|time| begun.elapsed() >= time),
        Stop::Abandon => false,
    };
    let mut rest = Late::default();
    loop {
        let waiting = &mut receiver;
        let event = exit::detach(py, move || match look_out(waiting) {
            Some(event) => Ok(event),
            None if is_main => waiting.recv_timeout(TICK),
            None => waiting.recv().map_err(RecvTimeoutError::from),
        });
        let raised = match event {
            Ok(Message::Done(result)) => {
                for (listener, heard) in rest.into_news() {
                    if failure.is_none() {
                        failure = call(py, listeners.get(listener), heard).err();
                    }
                }
                return Ok(Done { result, failure });
            }
            Ok(Message::Heard(listener, heard)) if is_late() && failure.is_none() => {
                rest.add(listener, heard);
                None
            }
            Ok(Message::Heard(listener, heard)) if failure.is_none() => call(py, listeners.get(listener), heard).err(),
            // The caller gets the first exception; the rest of the output is discarded.
            Ok(Message::Heard(..)) => None,
            Err(RecvTimeoutError::Timeout) if failure.is_none() => py.check_signals().err(),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => return Err(no_thread(py, "it ended before its work was done")),
        };
        if let Some(raised) = raised {
            match stop {
                Stop::Cancel(handle, _) => handle.cancel(),
                Stop::Abandon => return Err(raised),
            }
            failure = Some(raised);
        }
    }
}

fn call(py: Python<'_>, listener: Option<&Py<PyAny>>, heard: Heard) -> PyResult<()> {
    // Frequent news must not keep signals away. A listener's own code handles them.
    let Some(listener) = listener else { return py.check_signals() };
    match heard {
        Heard::Bytes(bytes) => exit::call(py, || listener.call1(py, (PyBytes::new(py, &bytes),)))?,
        Heard::Text(text) => exit::call(py, || listener.call1(py, (text,)))?,
        Heard::Download { file_name, done, total, all_done, all_total } => {
            exit::call(py, || listener.call1(py, (file_name, done, total, all_done, all_total)))?
        }
        Heard::Event(event) => {
            let (kind, content) = events::parts(py, event)?;
            exit::call(py, || listener.call1(py, (kind, content)))?
        }
        Heard::Ask(request, reply) => {
            let reply = events::InputReply::new(reply);
            exit::call(py, || listener.call1(py, (request.prompt, request.echo, reply)))?
        }
    };
    Ok(())
}

fn no_thread(py: Python<'_>, reason: &str) -> PyErr {
    raised(py, Error::engine(format!("a thread to work on: {reason}")))
}
