//! Threads that work for others: each calling thread keeps one, so that a call costs a hand-over and no new thread.
//!
//! They never hold the interpreter, unlike the pool of `python/terrarium/_tasks.py`, whose threads are Python's: those
//! convert and call functions, and would keep a run waiting for the interpreter if they did this work too.

use std::{
    cell::RefCell,
    io,
    sync::mpsc::{Receiver, Sender, TryRecvError, channel},
    thread,
    time::{Duration, Instant},
};

/// How long one thread looks out for the other before it sleeps. To be woken takes as long as a short run, so what
/// comes within this time is worth some turns of the processor.
const LOOK_OUT: Duration = Duration::from_micros(200);

type Job = Box<dyn FnOnce() + Send>;

/// A thread that does what it is sent, and ends when nobody can send it anything any more.
pub(crate) struct Worker {
    jobs: Sender<Job>,
    /// The process that it lives in: after a fork the child has only this memory of it.
    process: u32,
}

thread_local! {
    static IDLE: RefCell<Option<Worker>> = const { RefCell::new(None) };
}

impl Worker {
    /// The calling thread's own, or a new one while that has something to do.
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

    /// Do `job` on the thread. A thread that has ended drops it.
    pub(crate) fn give(&self, job: impl FnOnce() + Send + 'static) {
        // What the job holds is dropped with it, which is how the caller learns.
        let _ = self.jobs.send(Box::new(job));
    }

    /// Keep the thread, which has done its work, for the next call.
    pub(crate) fn put_back(self) {
        IDLE.set(Some(self));
    }
}

fn work(jobs: &Receiver<Job>) {
    while let Some(job) = look_out(jobs).or_else(|| jobs.recv().ok()) {
        job();
    }
}

/// What comes within a short time.
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
