//! Work that the caller can stop waiting for.

use std::{
    ops::ControlFlow,
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

use super::ImageProgress;
use crate::{CancelHandle, Error, Result, cancel::scope, error::ErrorContext};

/// The stack of a thread that builds an image.
const STACK: usize = 8 << 20;
/// The longest time between two calls of the progress function.
const TICK: Duration = Duration::from_millis(50);

/// A message of the working thread.
enum Message<T> {
    Step(ImageProgress),
    Done(Result<T>),
}

/// Calls `work` in a thread, and passes its steps to `progress`, the present step again at each tick. A break ends the wait
/// at once, and the work at the next function that is compiled. `None` at the deadline: the work then continues alone.
pub(crate) fn in_background<T: Send + 'static>(
    deadline: Option<Instant>,
    progress: &dyn Fn(ImageProgress) -> ControlFlow<()>,
    work: impl FnOnce(&dyn Fn(ImageProgress)) -> Result<T> + Send + 'static,
) -> Option<Result<T>> {
    let handle = scope::current().map_or_else(CancelHandle::new, |outer| outer.child());
    let (sender, receiver) = mpsc::channel();
    let inner = handle.clone();
    // A caller that waits no longer needs neither steps nor the result.
    let thread = move || {
        let result = inner.guard(|| work(&|step| drop(sender.send(Message::Step(step)))));
        let _ = sender.send(Message::Done(result));
    };
    let started = thread::Builder::new().name("terrarium-image".to_owned()).stack_size(STACK).spawn(thread);
    if let Err(error) = started {
        return Some(Err(error).or_engine("a thread for the build of an image"));
    }
    let mut present = None;
    loop {
        let rest = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        match receiver.recv_timeout(rest.map_or(TICK, |rest| rest.min(TICK))) {
            Ok(Message::Step(step)) => present = Some(step),
            Ok(Message::Done(result)) => return Some(result),
            Err(RecvTimeoutError::Disconnected) => return Some(Err(Error::engine("the build of an image failed"))),
            Err(RecvTimeoutError::Timeout) if rest.is_some_and(|rest| rest.is_zero()) => return None,
            Err(RecvTimeoutError::Timeout) => {}
        }
        let breaks = present.clone().is_some_and(|step| progress(step).is_break());
        if breaks || handle.is_cancelled() {
            handle.cancel();
            return Some(Err(Error::Cancelled));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// Works until the handle is used.
    fn endless(step: &dyn Fn(ImageProgress)) -> Result<()> {
        step(ImageProgress::Compile);
        loop {
            scope::check()?;
            thread::sleep(Duration::from_millis(1));
        }
    }

    #[test]
    fn a_break_ends_the_wait_and_the_work() {
        let (ended, calls) = (mpsc::channel(), Cell::new(0));
        let progress = |step| {
            assert_eq!(step, ImageProgress::Compile);
            calls.set(calls.get() + 1);
            if calls.get() == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let sender = ended.0;
        let work = move |step: &dyn Fn(ImageProgress)| {
            let result = endless(step);
            let _ = sender.send(result.as_ref().unwrap_err().code());
            result
        };
        let result = in_background(None, &progress, work).unwrap();
        assert_eq!(result.unwrap_err().code(), "cancelled");
        assert_eq!(ended.1.recv_timeout(Duration::from_secs(60)).unwrap(), "cancelled");
    }

    #[test]
    fn the_guard_of_the_caller_ends_it_too_and_a_deadline_leaves_the_work() {
        let go_on = |_| ControlFlow::Continue(());
        let guard = CancelHandle::new();
        let user = guard.clone();
        thread::spawn(move || {
            thread::sleep(Duration::from_millis(100));
            user.cancel();
        });
        let result = guard.guard(|| in_background(None, &go_on, endless)).unwrap();
        assert_eq!(result.unwrap_err().code(), "cancelled");
        let soon = Instant::now() + Duration::from_millis(20);
        let (sender, receiver) = mpsc::channel();
        let late = move |_: &dyn Fn(ImageProgress)| {
            thread::sleep(Duration::from_millis(100));
            sender.send(scope::is_stopped()).map_err(|_| Error::engine("the test is gone"))
        };
        assert!(in_background(Some(soon), &go_on, late).is_none());
        assert!(!receiver.recv_timeout(Duration::from_secs(60)).unwrap());
    }
}
