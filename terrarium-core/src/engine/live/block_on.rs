//! Driving the engine's futures to their end on the calling thread.

use std::{
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};

/// Run `future` to its end.
///
/// The engine's asynchronous calls are used for one thing only: they run the guest on a stack of its own, so that the
/// caller's may be small. No host function waits asynchronously, so the first poll is normally the last.
pub(in crate::engine) fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => std::thread::yield_now(),
        }
    }
}
