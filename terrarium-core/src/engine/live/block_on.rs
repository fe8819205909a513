//! Runs the engine's futures to their end on the calling thread.

use std::{
    cell::RefCell,
    future::Future,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
};

thread_local! {
    /// The wakers of this thread that no call uses at the moment: one for each depth of nested calls.
    static WAKERS: RefCell<Vec<(Arc<Unpark>, Waker)>> = const { RefCell::new(Vec::new()) };
}

/// Runs `future` to its end. While it waits, the thread is parked: its waker unparks it.
///
/// The engine's asynchronous calls run the guest on a separate stack, so that the caller's stack may be small. A call
/// that does not wait is ready at the first poll.
pub(in crate::engine) fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        // No user of the waker remains.
        return output;
    }
    let (unpark, waker) = WAKERS.with_borrow_mut(Vec::pop).unwrap_or_else(|| {
        let unpark = Arc::new(Unpark { thread: thread::current(), woken: AtomicBool::new(false) });
        (Arc::clone(&unpark), Waker::from(unpark))
    });
    let mut context = Context::from_waker(&waker);
    // The first poll had another waker: poll again.
    unpark.woken.store(true, Ordering::Release);
    let output = loop {
        // A wake-up of a call that has ended, or of another user of the thread's token, ends a `park` too.
        while !unpark.woken.swap(false, Ordering::Acquire) {
            thread::park();
        }
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            break output;
        }
    };
    WAKERS.with_borrow_mut(|wakers| wakers.push((unpark, waker)));
    output
}

/// Wakes the thread that waits in [`block_on`].
struct Unpark {
    thread: Thread,
    woken: AtomicBool,
}

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.woken.store(true, Ordering::Release);
        self.thread.unpark();
    }
}

#[cfg(test)]
mod tests {
    use std::{
        future::poll_fn,
        sync::{Mutex, mpsc},
        time::Duration,
    };

    use super::*;
    use crate::sys::thread_clock::ThreadClock;

    #[test]
    fn a_future_that_is_ready_gives_its_output() {
        assert_eq!(block_on(async { 42 }), 42);
    }

    /// Returns a future that another thread makes ready after `delay`, and that counts its polls.
    fn later(delay: Duration, polls: &Mutex<u32>) -> impl Future<Output = u32> {
        let (tell, told) = mpsc::channel::<Waker>();
        let ready = Arc::new(AtomicBool::new(false));
        let from_thread = Arc::clone(&ready);
        thread::spawn(move || {
            thread::sleep(delay);
            from_thread.store(true, Ordering::Release);
            // The last waker counts.
            if let Some(waker) = told.try_iter().last() {
                waker.wake();
            }
        });
        poll_fn(move |context| {
            *polls.lock().unwrap() += 1;
            let _ = tell.send(context.waker().clone());
            if ready.load(Ordering::Acquire) { Poll::Ready(7) } else { Poll::Pending }
        })
    }

    #[test]
    fn the_thread_sleeps_while_a_future_waits() {
        let polls = Mutex::new(0);
        let clock = ThreadClock::current().unwrap();
        let before = clock.now();
        assert_eq!(block_on(later(Duration::from_millis(200), &polls)), 7);
        let used = clock.now() - before;
        assert!(used < Duration::from_millis(50), "{used:?} of processor time");
        assert!(*polls.lock().unwrap() <= 4, "it was polled {polls:?} times");
    }

    #[test]
    fn a_wake_up_of_an_earlier_call_does_no_harm() {
        for _ in 0..3 {
            thread::current().unpark();
            assert_eq!(block_on(later(Duration::from_millis(5), &Mutex::new(0))), 7);
        }
    }

    #[test]
    fn calls_may_be_nested() {
        let outer = async {
            let inner = block_on(later(Duration::from_millis(5), &Mutex::new(0)));
            inner + later(Duration::from_millis(5), &Mutex::new(0)).await
        };
        assert_eq!(block_on(outer), 14);
    }
}
