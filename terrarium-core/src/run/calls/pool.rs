//! The threads of handlers. A call costs a hand-over between two threads that both look out for it for a moment, so a
//! handler that never returns holds up its thread and nothing else.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, Thread},
    time::{Duration, Instant},
};

/// The work of a thread.
pub(super) type Job = Box<dyn FnOnce() + Send>;

/// The most threads of the process, those of abandoned handlers included. More jobs wait.
const MOST_THREADS: usize = 512;
/// The time for which an idle thread looks out for its next job before it sleeps: a wake-up takes longer than most calls.
const LOOK_OUT: Duration = Duration::from_micros(40);
/// The time after which an idle thread ends.
const IDLE: Duration = Duration::from_secs(5);

#[derive(Default)]
struct Pool {
    /// The idle threads, the one that was busy last at the end.
    idle: Vec<Arc<Worker>>,
    threads: usize,
    waiting: std::collections::VecDeque<Job>,
}

/// A thread's place for a job.
struct Worker {
    job: Mutex<Option<Job>>,
    has_job: AtomicBool,
    thread: OnceLock<Thread>,
}

static POOL: Mutex<Pool> =
    Mutex::new(Pool { idle: Vec::new(), threads: 0, waiting: std::collections::VecDeque::new() });

fn pool() -> MutexGuard<'static, Pool> {
    POOL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether the machine has a second processor, so that looking out is no waste.
pub(super) fn has_processors() -> bool {
    static MANY: OnceLock<bool> = OnceLock::new();
    *MANY.get_or_init(|| thread::available_parallelism().is_ok_and(|count| count.get() > 1))
}

/// Runs a job on a thread, in the order of the calls where all threads are busy.
///
/// # Errors
/// The system's, when there is no thread and none can be started.
pub(super) fn run(job: Job) -> std::io::Result<()> {
    let mut state = pool();
    if let Some(worker) = state.idle.pop() {
        drop(state);
        worker.give(job);
        return Ok(());
    }
    if state.threads >= MOST_THREADS {
        state.waiting.push_back(job);
        return Ok(());
    }
    state.threads += 1;
    drop(state);
    let worker =
        Arc::new(Worker { job: Mutex::new(Some(job)), has_job: AtomicBool::new(true), thread: OnceLock::new() });
    let started = thread::Builder::new().name("terrarium-call".to_owned()).spawn(move || worker.work());
    started.map(drop).inspect_err(|_| pool().threads -= 1)
}

impl Worker {
    fn give(&self, job: Job) {
        *self.job.lock().unwrap_or_else(PoisonError::into_inner) = Some(job);
        self.has_job.store(true, Ordering::Release);
        if let Some(thread) = self.thread.get() {
            thread.unpark();
        }
    }

    fn work(self: Arc<Self>) {
        self.thread.get_or_init(thread::current);
        loop {
            if self.has_job.swap(false, Ordering::Acquire)
                && let Some(job) = self.job.lock().unwrap_or_else(PoisonError::into_inner).take()
            {
                job();
            }
            let mut state = pool();
            if let Some(job) = state.waiting.pop_front() {
                drop(state);
                *self.job.lock().unwrap_or_else(PoisonError::into_inner) = Some(job);
                self.has_job.store(true, Ordering::Release);
                continue;
            }
            state.idle.push(Arc::clone(&self));
            drop(state);
            if !self.look_out() && !self.sleep() {
                return;
            }
        }
    }

    /// Looks out for a job for a moment.
    fn look_out(&self) -> bool {
        let begin = Instant::now();
        while has_processors() {
            for _ in 0..64 {
                if self.has_job.load(Ordering::Relaxed) {
                    return true;
                }
                std::hint::spin_loop();
            }
            if begin.elapsed() >= LOOK_OUT {
                break;
            }
        }
        self.has_job.load(Ordering::Relaxed)
    }

    /// Sleeps until there is a job. Returns false when the thread has to end.
    fn sleep(self: &Arc<Self>) -> bool {
        let begin = Instant::now();
        loop {
            thread::park_timeout(IDLE);
            if self.has_job.load(Ordering::Acquire) {
                return true;
            }
            if begin.elapsed() >= IDLE {
                let mut state = pool();
                let before = state.idle.len();
                state.idle.retain(|worker| !Arc::ptr_eq(worker, self));
                // Another thread may have taken this one out meanwhile, to give it a job.
                if state.idle.len() < before {
                    state.threads -= 1;
                    return false;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn jobs_run_once_each_on_few_threads() {
        let (sender, receiver) = mpsc::channel();
        for number in 0..2000 {
            let sender = sender.clone();
            run(Box::new(move || sender.send((number, thread::current().id())).unwrap())).unwrap();
            if number % 3 == 0 {
                thread::sleep(Duration::from_micros(number % 90));
            }
        }
        drop(sender);
        let mut seen: Vec<_> = receiver.into_iter().collect();
        seen.sort_by_key(|(number, _)| *number);
        assert!(seen.iter().map(|(number, _)| *number).eq(0..2000));
    }

    #[test]
    fn a_job_that_blocks_holds_up_no_other() {
        let (release, blocked) = mpsc::channel::<()>();
        run(Box::new(move || {
            let _ = blocked.recv();
        }))
        .unwrap();
        let (sender, receiver) = mpsc::channel();
        run(Box::new(move || sender.send(1).unwrap())).unwrap();
        assert_eq!(receiver.recv_timeout(Duration::from_secs(20)), Ok(1));
        drop(release);
    }
}
