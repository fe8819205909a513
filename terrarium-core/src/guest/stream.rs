//! [`Listener`]: passes on a stream while the code runs, and does not keep a run from its end.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use crate::{StreamCallback, engine::Interrupt};
use terrarium_unix::fd::{Output, StreamSink};

/// Passes the bytes of a stream to a callback.
///
/// The guest waits for the callback, so a slow one uses the time of the run. Once the run is being stopped, the guest
/// waits no more: the rest of its output is kept, and the callback receives it in one piece after the run.
#[derive(Clone)]
pub(crate) struct Listener(Arc<State>);

struct State {
    callback: StreamCallback,
    interrupt: Arc<Interrupt>,
    /// The output since the interrupt.
    rest: Mutex<Vec<u8>>,
}

impl Listener {
    /// Creates the listener of a stream of the guest that `interrupt` stops.
    pub(super) fn new(callback: StreamCallback, interrupt: &Arc<Interrupt>) -> Self {
        Self(Arc::new(State { callback, interrupt: Arc::clone(interrupt), rest: Mutex::default() }))
    }

    /// Passes on the rest, after the run.
    pub(crate) fn finish(&self) {
        let rest = std::mem::take(&mut *self.0.rest.lock().unwrap_or_else(PoisonError::into_inner));
        if !rest.is_empty() {
            (self.0.callback)(&rest);
        }
    }
}

impl StreamSink for Listener {
    fn chunk(&self, bytes: &[u8]) {
        if self.0.interrupt.reason().is_some() {
            self.0.rest.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        } else {
            (self.0.callback)(bytes);
        }
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Listener")
    }
}

/// Returns a stream that keeps `limit` bytes and passes them to `listener`.
pub(crate) fn stream(limit: u64, listener: Option<&Listener>) -> Output {
    let output = Output::new(usize::try_from(limit).unwrap_or(usize::MAX));
    match listener {
        Some(listener) => output.with_sink(Arc::new(listener.clone())),
        None => output,
    }
}
