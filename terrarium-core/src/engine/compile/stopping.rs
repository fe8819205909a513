//! The end of a compilation before its time.
//!
//! The compiler has no way to be stopped, but it asks for each function whether the function was compiled before. There
//! the compilation unwinds, without a message, to the call that started it. Its threads belong to it alone, so that no
//! other compilation is stopped.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use rayon::ThreadPoolBuilder;

use crate::{Error, Result, cancel::scope};

/// The value with which a compilation unwinds.
struct Stopped;

/// Unwinds a compilation whose result is not needed any more. Called for each function.
pub(super) fn check() {
    if scope::is_stopped() {
        resume_unwind(Box::new(Stopped));
    }
}

/// Does `compile`, which ends at the next function when the handle of this thread's work is used.
///
/// # Errors
/// [`Error::Cancelled`].
pub(super) fn stoppable<T: Send>(compile: impl FnOnce() -> T + Send) -> Result<T> {
    let Some(handle) = scope::current() else { return Ok(compile()) };
    scope::check()?;
    let threads = ThreadPoolBuilder::new()
        .num_threads(rayon::current_num_threads())
        .thread_name(|_| "terrarium-compile".to_owned())
        .start_handler(move |_| scope::enter(handle.clone()))
        .build();
    // The compiler keeps no state of a function that it has not finished.
    let compiled = catch_unwind(AssertUnwindSafe(|| match threads {
        Ok(threads) => threads.install(compile),
        // The shared threads are not stopped.
        Err(_) => compile(),
    }));
    compiled.map_err(|payload| match payload.downcast::<Stopped>() {
        Ok(_) => Error::Cancelled,
        Err(other) => resume_unwind(other),
    })
}
