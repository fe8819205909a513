//! Worker threads: each calling thread keeps one, so that a call costs a hand-over and no new thread.
//!
//! They never hold the interpreter, unlike the pool of `python/terrarium/_tasks.py`, whose threads are Python's. Those
//! convert values and call functions; if they did this work too, a run would have to wait for the interpreter.

use std::{
    cell::RefCell,
    io,
    sync::mpsc::{Receiver, Sender, TryRecvError, channel},
    thread,
    time::{Duration, Instant},
};

/// The time for which one thread polls for the other before it sleeps. A wake-up takes as long as a short run, so
/// polling for this long is worth its cost.
const LOOK_OUT: Duration = Duration::from_micros(200);

type Job = Box<dyn FnOnce() + Send>;

/// A thread that runs the jobs sent to it, and ends when all senders are gone.
pub(crate) struct Worker {
    jobs: Sender<Job>,
    /// The process of the thread: after a fork, the child has only a copy of this value.
    process: u32,
}

thread_local! {
    static IDLE: RefCell<Option<Worker>> = const { RefCell::new(None) };
}

impl Worker {
    /// Takes the calling thread's worker, or starts a new one while that is busy.
    pub(crate) fn take() -> io::Result<Self> {
        let process = std::process::id();
        match IDLE.take().filter(|worker| worker.process == process) {
            Some(worker) => Ok(worker),
            None => Self::start(process),
        }
    }

    fn start(process: u32) -> io::Result<Self> {
        let (jobs, waiting) = channel::<Job>();
        thread::Builder::new().name("terrarium".to_owned()).spawn(move || work(&waiting))?;
        Ok(Self { jobs, process })
    }

    /// Runs `job` on the thread. A thread that has ended drops the job.
    pub(crate) fn give(&self, job: impl FnOnce() + Send + 'static) {
        // The content of the job is dropped with it, which notifies the caller.
        let _ = self.jobs.send(Box::new(job));
    }

    /// Keeps the idle worker for the next call.
    pub(crate) fn put_back(self) {
        IDLE.set(Some(self));
    }
}

fn work(jobs: &Receiver<Job>) {
    while let Some(job) = look_out(jobs).or_else(|| jobs.recv().ok()) {
        job();
    }
}

/// Returns a message that arrives within a short time.
pub(crate) fn look_out<T>(receiver: &Receiver<T>) -> Option<T> {
    let begun = Instant::now();
    loop {
        match receiver.try_recv() {
            Ok(received) => return Some(received),
            Err(TryRecvError::Empty) if begun.elapsed() < LOOK_OUT => thread::yield_now(),
            Err(_) => return None,
        }
    }
}
