//! Several jobs at a time, each in a thread, while the caller's thread reports and watches for a cancellation.

use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{RecvTimeoutError, Sender, channel},
    },
    thread,
    time::{Duration, Instant},
};

use super::Stop;
use crate::{Control, Error};

/// The longest time until a cancellation is seen.
const GLANCE: Duration = Duration::from_millis(40);

/// The progress of a job: bytes so far, and in total.
pub(crate) type Tick<'a> = &'a dyn Fn(u64, Option<u64>);

/// A job, which looks at the flag and reports its progress.
pub(crate) type Job<T> = Box<dyn FnOnce(&Stop, Tick<'_>) -> Result<T, Error> + Send>;

enum Message<T> {
    Progress(usize, u64, Option<u64>),
    Done(usize, Result<T, Error>),
}

/// Runs jobs, at most `most` at a time, and returns their results in order. `report` receives the index of a job with its
/// progress. The control is asked all along, also while nothing arrives.
///
/// At the first failure or a cancellation the call returns at once. The threads of other jobs end by themselves: they
/// write nothing but complete files and parts that the next call continues.
///
/// # Errors
/// The error of the first job that fails, and [`Error::Cancelled`].
pub(crate) fn in_parallel<T: Send + 'static>(
    jobs: Vec<Job<T>>,
    most: usize,
    control: &mut Control<'_>,
    mut report: impl FnMut(&mut Control<'_>, usize, u64, Option<u64>) -> Result<(), Error>,
) -> Result<Vec<T>, Error> {
    let count = jobs.len();
    let queue = Arc::new(Mutex::new(jobs.into_iter().enumerate().collect::<VecDeque<_>>()));
    let (sender, receiver) = channel();
    let stop = Stop::default();
    for _ in 0..most.clamp(1, 64).min(count) {
        let (queue, sender, stop) = (Arc::clone(&queue), sender.clone(), stop.clone());
        let spawned = thread::Builder::new().name("index".to_owned()).spawn(move || work(&queue, &sender, &stop));
        // With fewer threads the jobs take longer; without any, they fail.
        if spawned.is_err() {
            break;
        }
    }
    drop(sender);
    let mut results: Vec<Option<T>> = (0..count).map(|_| None).collect();
    let mut missing = count;
    let mut asked = Instant::now();
    let outcome = loop {
        if missing == 0 {
            break Ok(());
        }
        if let Err(error) = control.check() {
            break Err(error);
        }
        // Not only after a silence: the progress of some jobs is not reported.
        if asked.elapsed() >= GLANCE {
            if let Err(error) = control.wait() {
                break Err(error);
            }
            asked = Instant::now();
        }
        match receiver.recv_timeout(GLANCE) {
            Ok(Message::Progress(index, done, total)) => {
                if let Err(error) = report(control, index, done, total) {
                    break Err(error);
                }
            }
            Ok(Message::Done(index, Ok(value))) => {
                results[index] = Some(value);
                missing -= 1;
            }
            Ok(Message::Done(_, Err(error))) => break Err(error),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                break Err(Error::setting("threads", "the system starts no thread for a request"));
            }
        }
    };
    stop.set();
    outcome?;
    Ok(results.into_iter().flatten().collect())
}

fn work<T: Send>(queue: &Mutex<VecDeque<(usize, Job<T>)>>, sender: &Sender<Message<T>>, stop: &Stop) {
    while !stop.is_set() {
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let Some((index, job)) = next else { return };
        let tick = |done, total| {
            // The receiver is gone after a failure.
            let _ = sender.send(Message::Progress(index, done, total));
        };
        // A library's panic is the job's failure, and not a caller that waits.
        let result = catch_unwind(AssertUnwindSafe(|| job(stop, &tick)))
            .unwrap_or_else(|_| Err(Error::format("a response", "reading it failed")));
        if sender.send(Message::Done(index, result)).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use super::*;
    use crate::{Cancel, Progress};

    fn job<T: Send + 'static>(f: impl FnOnce(&Stop) -> Result<T, Error> + Send + 'static) -> Job<T> {
        Box::new(move |stop, tick| {
            tick(1, None);
            f(stop)
        })
    }

    #[test]
    fn results_are_in_the_order_of_the_jobs() {
        let jobs = (0..20_u64).map(|n| {
            job(move |stop| {
                stop.sleep(Duration::from_millis(20 - n));
                Ok(n)
            })
        });
        let found = in_parallel(jobs.collect(), 8, &mut Control::default(), |_, _, _, _| Ok(())).unwrap();
        assert_eq!(found, (0..20).collect::<Vec<_>>());
    }

    #[test]
    fn a_failure_and_a_panic_end_the_call_at_once() {
        let slow = || job(|stop: &Stop| Ok(stop.sleep(Duration::from_secs(60))));
        let fail = |panics: bool| {
            job(move |_: &Stop| match panics {
                true => panic!("as expected by the test"),
                false => Err(Error::setting("x", "y")),
            })
        };
        for panics in [false, true] {
            let start = Instant::now();
            let jobs = vec![slow(), fail(panics), slow()];
            assert!(in_parallel(jobs, 2, &mut Control::default(), |_, _, _, _| Ok(())).is_err());
            assert!(start.elapsed() < Duration::from_secs(20));
        }
    }

    #[test]
    fn the_caller_is_asked_while_nothing_and_while_much_arrives() {
        for is_busy in [false, true] {
            let mut left = 3;
            let mut control = Control::new(Cancel::default(), |progress| {
                assert_eq!(progress, Progress::Waiting);
                left -= 1;
                if left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            let work: Job<()> = Box::new(move |stop, tick| {
                while !stop.sleep(Duration::from_millis(1)) {
                    (0..u64::from(is_busy)).for_each(|_| tick(1, None));
                }
                Ok(())
            });
            let result = in_parallel(vec![work], 1, &mut control, |_, _, _, _| Ok(()));
            assert!(matches!(result, Err(Error::Cancelled)));
        }
    }

    #[test]
    fn a_cancellation_does_not_wait_for_a_thread() {
        let cancel = Cancel::default();
        let other = cancel.clone();
        let mut control = Control::new(cancel, |_| ControlFlow::Continue(()));
        thread::spawn(move || {
            thread::sleep(Duration::from_millis(50));
            other.cancel();
        });
        let start = Instant::now();
        let deaf = job(|_: &Stop| {
            thread::sleep(Duration::from_secs(5));
            Ok(())
        });
        let result = in_parallel(vec![deaf], 1, &mut control, |_, _, _, _| Ok(()));
        assert!(matches!(result, Err(Error::Cancelled)));
        assert!(start.elapsed() < Duration::from_secs(4));
    }
}
