//! [`Worker`]: calls a function that may wait, on a separate thread.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
};

use super::{InputAnswer, InputReply, InputRequest};

/// A function that takes a request and returns at once.
#[derive(Clone)]
pub(crate) struct Ask(Arc<dyn Fn(InputRequest, InputReply) + Send + Sync>);

impl Ask {
    pub(super) fn new(ask: impl Fn(InputRequest, InputReply) + Send + Sync + 'static) -> Self {
        Self(Arc::new(ask))
    }

    /// Passes on a request. A panic of the function drops the reply.
    pub(crate) fn call(&self, request: InputRequest, reply: InputReply) {
        if catch_unwind(AssertUnwindSafe(|| (self.0)(request, reply))).is_err() {
            tracing::debug!("a function that gives standard input panicked");
        }
    }
}

type Function = Arc<dyn Fn(&InputRequest) -> InputAnswer + Send + Sync>;

/// Calls a function on a thread, one request at a time. A thread whose call does not return is left to itself, and the
/// next request gets another one.
pub(super) struct Worker {
    function: Function,
    thread: Mutex<Option<Thread>>,
}

struct Thread {
    requests: mpsc::Sender<(InputRequest, InputReply)>,
    /// Whether the thread works on a request.
    is_busy: Arc<AtomicBool>,
}

impl Worker {
    pub(super) fn new(function: impl Fn(&InputRequest) -> InputAnswer + Send + Sync + 'static) -> Self {
        Self { function: Arc::new(function), thread: Mutex::default() }
    }

    pub(super) fn into_ask(self) -> Ask {
        Ask::new(move |request, reply| self.give(request, reply))
    }

    fn give(&self, request: InputRequest, reply: InputReply) {
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        let idle = thread.take().filter(|thread| !thread.is_busy.swap(true, Ordering::AcqRel));
        let Some(worker) = idle.or_else(|| Thread::start(&self.function)) else { return };
        // A thread that has ended drops the reply, which fails the read.
        let _ = worker.requests.send((request, reply));
        *thread = Some(worker);
    }
}

impl Thread {
    /// Starts a thread, which is busy. It ends when the sender is gone.
    fn start(function: &Function) -> Option<Self> {
        let (requests, asked) = mpsc::channel::<(InputRequest, InputReply)>();
        let is_busy = Arc::new(AtomicBool::new(true));
        let (function, theirs) = (Arc::clone(function), Arc::clone(&is_busy));
        let work = move || {
            for (request, reply) in asked {
                let answer = catch_unwind(AssertUnwindSafe(|| function(&request)));
                theirs.store(false, Ordering::Release);
                match answer {
                    Ok(answer) => reply.send(answer),
                    Err(_) => tracing::debug!("a function that gives standard input panicked"),
                }
            }
        };
        let started = thread::Builder::new().name("terrarium-input".to_owned()).spawn(work);
        started.inspect_err(|error| tracing::debug!(%error, "no thread for the standard input")).ok()?;
        Some(Self { requests, is_busy })
    }
}
