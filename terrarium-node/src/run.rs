//! [`Run`], the side of JavaScript of work on another thread, and [`Sink`], the side of that thread.

use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use napi::bindgen_prelude::Buffer;
use napi_derive::napi;
use terrarium_core::{CancelHandle, Error, InputAnswer, InputReply};

use crate::{
    fault::Fault,
    functions::{self, Pending},
    gate::{Bell, Gate},
    image::NativeImage,
    packages::NativePackageStore,
    pool,
    sandbox::NativeSandbox,
    session::NativeSession,
    wire::Wire,
};

/// The unread output, in bytes, beyond which the guest waits for its reader.
const UNREAD: usize = 1 << 20;
/// The cost of an unread event besides its text, so that the reader is only some events behind.
const EVENT_COST: usize = 16 << 10;
/// The most events that a slow reader gets after the end of a run's time.
const MOST_LATE: usize = 64;
/// The kinds of output.
const STREAMS: [&str; 2] = ["stdout", "stderr"];
/// The time that JavaScript waits in one call: a thread that waits cannot be interrupted.
const MOMENT: Duration = Duration::from_millis(100);

/// The answer at the end of work.
pub(crate) enum Answer {
    Data(Wire),
    Sandbox(NativeSandbox),
    Session(NativeSession),
    Image(NativeImage),
    PackageStore(NativePackageStore),
}

enum News {
    Output {
        kind: &'static str,
        bytes: Vec<u8>,
    },
    /// A display, an update, a clearing or a step of a run, as JSON.
    Event {
        kind: &'static str,
        text: String,
    },
    Progress(String),
    /// A question to a function of JavaScript.
    Ask {
        kind: &'static str,
        number: u32,
        wire: Wire,
    },
    Done(Answer),
    Failed(Fault),
}

/// One piece of news.
#[napi(object, object_from_js = false)]
pub struct Event {
    /// `stdout`, `stderr`, `display`, `update`, `clear`, `step`, `progress`, `input`, `call`, `decide`, `next`, `drop`, and at
    /// the end `done` or `failed`.
    pub kind: &'static str,
    /// The number of a question, for its answer.
    pub number: u32,
    /// The text of `progress`, the JSON of the others.
    pub text: String,
    /// The bytes of `stdout` and `stderr`; the contents that the JSON of `done` names by number.
    pub blobs: Vec<Buffer>,
}

/// Work on another thread, which stops when this value is dropped.
#[napi]
pub struct Run {
    shared: Arc<Shared>,
    made: Option<Answer>,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    cancel: CancelHandle,
    /// The questions that JavaScript has not answered.
    pending: Pending,
    /// The request for input that JavaScript has not answered, with its number.
    input: Mutex<Option<(u32, InputReply)>>,
}

#[derive(Default)]
struct State {
    /// The number of the last question.
    questions: u32,
    news: VecDeque<News>,
    /// The bytes of output in the queue.
    unread: usize,
    /// The time after which nothing waits for a slow reader.
    deadline: Option<Instant>,
    /// Whether JavaScript was notified of news that it has not read since.
    rung: bool,
    /// Whether the reader is gone.
    closed: bool,
}

impl State {
    /// Joins the output of each stream, so that a slow reader is called for each stream once more, and for some events.
    fn join(&mut self) {
        for stream in STREAMS {
            let mut first = None;
            for news in &mut self.news {
                let News::Output { kind, bytes } = news else { continue };
                if *kind != stream {
                    continue;
                }
                match &mut first {
                    None => first = Some(bytes),
                    Some(first) => first.append(bytes),
                }
            }
        }
        let mut events = 0;
        self.news.retain(|news| match news {
            News::Output { bytes, .. } => !bytes.is_empty(),
            News::Event { .. } => {
                events += 1;
                events <= MOST_LATE
            }
            _ => true,
        });
    }
}

impl Shared {
    /// Whether the run is being stopped.
    fn is_late(&self, state: &State) -> bool {
        self.cancel.is_cancelled() || state.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[napi]
impl Run {
    /// Returns the next piece of news, or `null` when there is none yet; with `wait`, none after a moment.
    #[napi]
    pub fn next(&mut self, wait: bool) -> Option<Event> {
        let mut state = self.shared.lock();
        if wait {
            let waited = self.shared.changed.wait_timeout_while(state, MOMENT, |state| state.news.is_empty());
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        if self.shared.is_late(&state) {
            state.join();
        }
        let Some(news) = state.news.pop_front() else {
            state.rung = false;
            return None;
        };
        Some(match news {
            News::Output { kind, bytes } => {
                state.unread = state.unread.saturating_sub(bytes.len());
                self.shared.changed.notify_all();
                Event { kind, number: 0, text: String::new(), blobs: vec![bytes.into()] }
            }
            News::Event { kind, text } => {
                state.unread = state.unread.saturating_sub(text.len() + EVENT_COST);
                self.shared.changed.notify_all();
                Event { kind, number: 0, text, blobs: Vec::new() }
            }
            News::Progress(text) => Event { kind: "progress", number: 0, text, blobs: Vec::new() },
            News::Ask { kind, number, wire } => {
                let blobs = wire.blobs.into_iter().map(|bytes| bytes.into_vec().into()).collect();
                Event { kind, number, text: wire.text, blobs }
            }
            News::Done(Answer::Data(wire)) => {
                let blobs = wire.blobs.into_iter().map(|bytes| bytes.into_vec().into()).collect();
                Event { kind: "done", number: 0, text: wire.text, blobs }
            }
            News::Done(made) => {
                drop(state);
                self.made = Some(made);
                Event { kind: "done", number: 0, text: "null".to_owned(), blobs: Vec::new() }
            }
            News::Failed(fault) => Event { kind: "failed", number: 0, text: fault.text(), blobs: Vec::new() },
        })
    }

    /// Answers a question: with a `value`, the number of an iterator (`items`), its `end`, or an `error`.
    #[napi]
    pub fn answer(&self, number: u32, kind: String, text: String, blobs: Vec<Buffer>) {
        let blobs = blobs.into_iter().map(|blob| Vec::from(&*blob).into()).collect();
        self.shared.pending.answer(number, functions::answer(&kind, text, blobs));
    }

    /// Answers a request for input; without a content, the code's read fails.
    #[napi]
    pub fn give(&self, number: u32, content: Option<Buffer>) {
        let mut input = self.shared.input.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, reply)) = input.take_if(|(of, _)| *of == number) {
            drop(input);
            reply.send(content.map_or(InputAnswer::Failed, |content| Vec::from(&*content).into()));
        }
    }

    /// Stops the guest; the run ends as cancelled.
    #[napi]
    pub fn cancel(&self) {
        self.shared.cancel.cancel();
        // With the lock, so that a thread that has just looked is notified too.
        let _state = self.shared.lock();
        self.shared.changed.notify_all();
    }

    /// The sandbox that was made, once.
    #[napi]
    pub fn sandbox(&mut self) -> Option<NativeSandbox> {
        match self.made.take() {
            Some(Answer::Sandbox(sandbox)) => Some(sandbox),
            _ => None,
        }
    }

    /// The session that was started, once.
    #[napi]
    pub fn session(&mut self) -> Option<NativeSession> {
        match self.made.take() {
            Some(Answer::Session(session)) => Some(session),
            _ => None,
        }
    }

    /// The image that was built or opened, once.
    #[napi]
    pub fn image(&mut self) -> Option<NativeImage> {
        match self.made.take() {
            Some(Answer::Image(image)) => Some(image),
            _ => None,
        }
    }

    /// The package store that was opened, once.
    #[napi]
    pub fn package_store(&mut self) -> Option<NativePackageStore> {
        match self.made.take() {
            Some(Answer::PackageStore(store)) => Some(store),
            _ => None,
        }
    }
}

/// Ends the work; also runs when the environment ends.
impl Drop for Run {
    fn drop(&mut self) {
        {
            let mut state = self.shared.lock();
            state.closed = true;
            state.news.clear();
        }
        self.cancel();
    }
}

/// Starts `work` on another thread. Its news go through the gate; without a gate the caller waits for them.
pub(crate) fn start(
    gate: Option<&Gate>,
    number: u32,
    work: impl FnOnce(&Arc<Sink>) -> Result<Answer, Fault> + Send + 'static,
) -> Run {
    let shared = Arc::new(Shared {
        state: Mutex::default(),
        changed: Condvar::new(),
        cancel: CancelHandle::new(),
        pending: Pending::default(),
        input: Mutex::default(),
    });
    let bell = gate.map(|gate| Bell::new(gate, number));
    let sink = Arc::new(Sink { shared: Arc::clone(&shared), bell });
    let urgent = sink.bell.is_none();
    let fallback = Arc::clone(&sink);
    let job = move || {
        // A panic is a fault of this library; the reader must receive an answer all the same.
        let answer = catch_unwind(AssertUnwindSafe(|| sink.cancel().guard(|| work(&sink))))
            .unwrap_or_else(|_| Err(Error::engine("the run panicked").into()));
        sink.tell(answer.map_or_else(News::Failed, News::Done));
    };
    if let Err(error) = pool::run(Box::new(job), urgent) {
        fallback.tell(News::Failed(error.into()));
    }
    Run { shared, made: None }
}

/// The sender of a run's news.
pub(crate) struct Sink {
    shared: Arc<Shared>,
    bell: Option<Bell>,
}

impl Sink {
    /// Returns the handle that stops the run.
    pub(crate) fn cancel(&self) -> CancelHandle {
        self.shared.cancel.clone()
    }

    /// Sets the time after which nothing waits for a slow reader.
    pub(crate) fn until(&self, deadline: Option<Instant>) {
        self.shared.lock().deadline = deadline;
    }

    /// Waits until there is room for output: a guest that is far ahead of its reader waits, until its own deadline at most.
    fn room(&self) -> MutexGuard<'_, State> {
        let mut state = self.shared.lock();
        while state.unread > UNREAD && !state.closed && !self.shared.is_late(&state) {
            let left = state.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            state = match left {
                Some(left) => {
                    let waited = self.shared.changed.wait_timeout(state, left);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
                None => self.shared.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
        }
        state
    }

    /// Sends output of the guest.
    pub(crate) fn output(&self, kind: &'static str, bytes: &[u8]) {
        let mut state = self.room();
        state.unread += bytes.len();
        self.add(state, News::Output { kind, bytes: bytes.to_owned() });
    }

    /// Sends an event of the guest, which waits like its output.
    pub(crate) fn event(&self, kind: &'static str, text: String) {
        let mut state = self.room();
        state.unread += text.len() + EVENT_COST;
        self.add(state, News::Event { kind, text });
    }

    /// Passes on a request for input.
    pub(crate) fn ask_input(&self, text: String, reply: InputReply) {
        self.ask("input", Wire { text, blobs: Vec::new() }, |_, number| {
            *self.shared.input.lock().unwrap_or_else(PoisonError::into_inner) = Some((number, reply));
        });
    }

    /// Sends the name of the present step.
    pub(crate) fn progress(&self, text: String) {
        self.tell(News::Progress(text));
    }

    /// Asks JavaScript. `keep` gets the number of the question before JavaScript does.
    pub(crate) fn ask(&self, kind: &'static str, wire: Wire, keep: impl FnOnce(&Pending, u32)) -> u32 {
        let mut state = self.shared.lock();
        state.questions = state.questions.wrapping_add(1);
        let number = state.questions;
        keep(&self.shared.pending, number);
        self.add(state, News::Ask { kind, number, wire });
        number
    }

    /// Notifies JavaScript that nothing waits for the answer to a question.
    pub(crate) fn drop_call(&self, number: u32) {
        self.shared.pending.answer(number, functions::Answer::End);
        self.tell(News::Ask { kind: "drop", number, wire: Wire { text: "null".to_owned(), blobs: Vec::new() } });
    }

    fn tell(&self, news: News) {
        self.add(self.shared.lock(), news);
    }

    fn add(&self, mut state: MutexGuard<'_, State>, news: News) {
        if state.closed {
            return;
        }
        state.news.push_back(news);
        let ring = !std::mem::replace(&mut state.rung, true);
        drop(state);
        match &self.bell {
            Some(bell) if ring => bell.ring(),
            Some(_) => (),
            None => self.shared.changed.notify_all(),
        }
    }
}
