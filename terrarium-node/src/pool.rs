//! Threads for runs, kept for a while. Node's own pool has four, which the program's files and name look-ups need.
//!
//! The threads of the Python package cannot serve here: each belongs to a Python thread, which waits for it. JavaScript
//! has one thread for all runs, so this pool takes the runs of every environment of the process and queues those beyond
//! its bound. A call that waits gets a thread at once, because a callback on the JavaScript thread may start a run
//! itself.

use std::{
    collections::VecDeque,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

/// The work of a thread.
pub(crate) type Job = Box<dyn FnOnce() + Send>;

/// The number of threads beyond which jobs wait: many more than processors, since a run may sleep.
const MAX_THREADS: usize = 64;
/// The time that a thread waits for its next job.
const IDLE: Duration = Duration::from_secs(5);

struct Pool {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    jobs: VecDeque<Job>,
    threads: usize,
    idle: usize,
}

static POOL: Pool =
    Pool { state: Mutex::new(State { jobs: VecDeque::new(), threads: 0, idle: 0 }), changed: Condvar::new() };

/// Runs `job` on a thread, in the order of the calls. A job that the JavaScript thread waits for is `urgent`: it gets a
/// thread even if all are taken, because those may wait for the JavaScript thread in turn.
///
/// # Errors
/// The system's, when there is no thread and none can be started.
pub(crate) fn run(job: Job, urgent: bool) -> std::io::Result<()> {
    let mut state = POOL.lock();
    if state.idle > state.jobs.len() {
        state.jobs.push_back(job);
        POOL.changed.notify_one();
    } else if state.threads < MAX_THREADS || urgent {
        thread::Builder::new().name("terrarium-run".to_owned()).spawn(|| work(job))?;
        state.threads += 1;
    } else {
        state.jobs.push_back(job);
    }
    Ok(())
}

fn work(first: Job) {
    let mut job = Some(first);
    while let Some(work) = job.take() {
        work();
        job = POOL.next();
    }
}

impl Pool {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the next job, or none for a thread that must end.
    fn next(&self) -> Option<Job> {
        let mut state = self.lock();
        if state.jobs.is_empty() && state.threads <= MAX_THREADS {
            state.idle += 1;
            let waited = self.changed.wait_timeout_while(state, IDLE, |state| state.jobs.is_empty());
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
            state.idle -= 1;
        }
        let job = state.jobs.pop_front();
        if job.is_none() {
            state.threads -= 1;
        }
        job
    }
}
