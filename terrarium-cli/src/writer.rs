//! [`Writer`]: writes the standard streams on a separate thread, so that a reader who does not read cannot keep a run
//! from its end.

use std::{
    collections::VecDeque,
    io::{self, Write},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use terrarium_core::CancelHandle;

/// The output that waits for its reader, in bytes, before the code waits too.
const ROOM: usize = 256 << 10;
/// The longest piece of one write, so that progress can be seen.
const PIECE: usize = 16 << 10;

/// A standard stream of this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stream {
    Output,
    Error,
}

/// Writes pieces in their order. When the standard output can no longer be written, it stops the run.
pub(crate) struct Writer {
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    cancel: CancelHandle,
}

#[derive(Default)]
struct State {
    pieces: VecDeque<(Stream, Vec<u8>)>,
    /// The bytes of the pieces, those that are being written included.
    waiting: usize,
    /// The stream that is being written.
    writing: Option<Stream>,
    /// Counts writes, to tell a slow reader from none.
    writes: u64,
    failed: Option<io::Error>,
    /// The stream whose reader was given up.
    stuck: Option<Stream>,
    closed: bool,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes pieces until the writer is dropped.
    fn work(&self) {
        let mut state = self.lock();
        loop {
            let Some((stream, bytes)) = state.pieces.pop_front() else {
                if state.closed {
                    return;
                }
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            state.writing = Some(stream);
            for piece in bytes.chunks(PIECE) {
                let is_lost = stream == Stream::Output && state.failed.is_some();
                drop(state);
                let written = if is_lost { Ok(()) } else { write(stream, piece) };
                state = self.lock();
                state.writes += 1;
                state.waiting = state.waiting.saturating_sub(piece.len());
                // A failing standard error leaves no place for a message.
                if let (Err(error), Stream::Output) = (written, stream) {
                    state.failed.get_or_insert(error);
                    self.cancel.cancel();
                }
                self.changed.notify_all();
            }
            state.writing = None;
        }
    }
}

impl Writer {
    /// Starts the thread. `cancel` stops the run.
    pub(crate) fn new(cancel: &CancelHandle) -> Self {
        let shared = Arc::new(Shared { state: Mutex::default(), changed: Condvar::new(), cancel: cancel.clone() });
        let worker = Arc::clone(&shared);
        let started = thread::Builder::new().name("output".to_owned()).spawn(move || worker.work());
        if started.is_err() {
            // Without a thread the pieces are written where they are given.
            shared.lock().closed = true;
        }
        Self { shared }
    }

    /// Gives a piece. The call waits while much output waits for its reader, until the deadline or the end of the run.
    pub(crate) fn give(&self, stream: Stream, bytes: &[u8], deadline: Option<Instant>) {
        let shared = &self.shared;
        let mut state = shared.lock();
        if state.closed || state.stuck.is_some() {
            let is_lost = matches!((state.stuck, stream), (Some(_), Stream::Output) | (Some(Stream::Error), _));
            drop(state);
            if is_lost {
                return;
            }
            if let (Err(error), Stream::Output) = (write(stream, bytes), stream) {
                shared.lock().failed.get_or_insert(error);
                shared.cancel.cancel();
            }
            return;
        }
        while state.waiting > ROOM && state.failed.is_none() && !shared.cancel.is_cancelled() {
            let left = deadline.map_or(TICK, |deadline| deadline.saturating_duration_since(Instant::now()).min(TICK));
            if left.is_zero() {
                break;
            }
            state = shared.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        state.waiting += bytes.len();
        state.pieces.push_back((stream, bytes.to_vec()));
        drop(state);
        shared.changed.notify_all();
    }

    /// Waits until everything is written; with `patience`, only while a write ends within that time. Returns the number
    /// of bytes that were not written, and the stream whose reader does not read.
    pub(crate) fn finish(&self, patience: Option<Duration>) -> Option<(usize, Stream)> {
        let mut state = self.shared.lock();
        while state.waiting > 0 && state.stuck.is_none() {
            let before = state.writes;
            let wait = patience.unwrap_or(TICK);
            let is_idle = |state: &mut State| state.writes == before && state.waiting > 0;
            let waited = self.shared.changed.wait_timeout_while(state, wait, is_idle);
            let (locked, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
            state = locked;
            if timeout.timed_out() && patience.is_some() {
                state.pieces.clear();
                let stuck = state.writing.unwrap_or(Stream::Output);
                state.stuck = Some(stuck);
                return Some((state.waiting, stuck));
            }
        }
        None
    }

    /// Returns the reason why the standard output could not be written.
    pub(crate) fn failure(&self) -> Option<io::Error> {
        self.shared.lock().failed.take()
    }
}

/// The interval at which a waiting run looks whether it was stopped.
const TICK: Duration = Duration::from_millis(50);

impl Drop for Writer {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.changed.notify_all();
    }
}

/// Writes all of it now, because the reader may be a person.
fn write(stream: Stream, bytes: &[u8]) -> io::Result<()> {
    let all = |stream: &mut dyn Write| stream.write_all(bytes).and_then(|()| stream.flush());
    match stream {
        Stream::Output => all(&mut io::stdout().lock()),
        Stream::Error => all(&mut io::stderr().lock()),
    }
}
