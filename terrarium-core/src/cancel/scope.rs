//! The handle that stops the work of a thread: preparations check it, however deep they are.

use std::cell::RefCell;

use super::CancelHandle;
use crate::{Error, Result};

thread_local! {
    static CURRENT: RefCell<Option<CancelHandle>> = const { RefCell::new(None) };
}

/// Returns the handle that stops the work of this thread, for threads that do a part of the work.
pub(crate) fn current() -> Option<CancelHandle> {
    CURRENT.with_borrow(Clone::clone)
}

/// Whether the work of this thread must stop.
pub(crate) fn is_stopped() -> bool {
    CURRENT.with_borrow(|current| current.as_ref().is_some_and(CancelHandle::is_cancelled))
}

/// Checks whether the work of this thread may continue.
///
/// # Errors
/// [`Error::Cancelled`].
pub(crate) fn check() -> Result<()> {
    if is_stopped() { Err(Error::Cancelled) } else { Ok(()) }
}

/// Does `work`, which the handle stops.
pub(crate) fn within<T>(handle: Option<CancelHandle>, work: impl FnOnce() -> T) -> T {
    struct Restored(Option<CancelHandle>);
    impl Drop for Restored {
        fn drop(&mut self) {
            CURRENT.set(self.0.take());
        }
    }
    let _restored = Restored(CURRENT.replace(handle));
    work()
}

/// Sets the handle for the whole life of this thread.
pub(crate) fn enter(handle: CancelHandle) {
    CURRENT.set(Some(handle));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_stops_the_work_inside_alone() {
        let (outer, inner) = (CancelHandle::new(), CancelHandle::new());
        inner.cancel();
        assert!(current().is_none() && check().is_ok());
        within(Some(outer), || {
            within(Some(inner), || assert_eq!(check().unwrap_err().code(), "cancelled"));
            assert!(check().is_ok() && current().is_some());
        });
        assert!(current().is_none());
    }
}
