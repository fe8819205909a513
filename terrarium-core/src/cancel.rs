//! [`CancelHandle`]: stopping a run from another thread.

use std::sync::{
    Arc, Mutex, PoisonError, Weak,
    atomic::{AtomicBool, Ordering},
};

/// What a cancel handle tells when it is used: a run in progress, or a handle that depends on it.
pub(crate) trait Cancel: Send + Sync {
    /// End soon, and do not wait for that.
    fn cancel(&self);
}

/// Stops the runs it was given to, from any thread. Clones stop the same runs.
///
/// A handle that was used stays used: a run that is given it afterwards ends at once.
///
/// ```
/// # fn main() -> terrarium_core::Result<()> {
/// use terrarium_core::{CancelHandle, ExecuteOptions, Sandbox, SandboxOptions, Status};
///
/// let cancel = CancelHandle::new();
/// let from_elsewhere = cancel.clone();
/// std::thread::spawn(move || {
///     std::thread::sleep(std::time::Duration::from_millis(200));
///     from_elsewhere.cancel();
/// });
/// let sandbox = Sandbox::new(SandboxOptions::default())?;
/// let result = sandbox.execute_with("while True: pass", ExecuteOptions::new().cancel(cancel))?;
/// assert_eq!(result.status, Status::Cancelled);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
pub struct CancelHandle(Arc<Shared>);

#[derive(Default)]
struct Shared {
    cancelled: AtomicBool,
    runs: Mutex<Vec<Weak<dyn Cancel>>>,
}

impl Cancel for Shared {
    fn cancel(&self) {
        self.cancelled.store(true, Ordering::SeqCst);
        // Taken out first: a run may end, and drop its registration, while it is told.
        let runs = std::mem::take(&mut *self.runs.lock().unwrap_or_else(PoisonError::into_inner));
        for run in runs.iter().filter_map(Weak::upgrade) {
            run.cancel();
        }
    }
}

impl CancelHandle {
    /// A handle that stops nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Stop the runs that have this handle, and those that will get it. It does not wait for them to end.
    pub fn cancel(&self) {
        self.0.cancel();
    }

    /// A handle of its own that is used when this one is.
    ///
    /// ```
    /// use terrarium_core::CancelHandle;
    ///
    /// let all = CancelHandle::new();
    /// let (one, other) = (all.child(), all.child());
    /// one.cancel();
    /// assert!(!all.is_cancelled() && !other.is_cancelled());
    /// all.cancel();
    /// assert!(other.is_cancelled());
    /// ```
    #[must_use]
    pub fn child(&self) -> Self {
        let child = Self::new();
        self.register(&child.0);
        child
    }

    /// Whether [`cancel`](Self::cancel) was called.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.cancelled.load(Ordering::SeqCst)
    }

    /// Have `run` told, also when the handle was used before.
    pub(crate) fn register(&self, run: &Arc<impl Cancel + 'static>) {
        let weak: Weak<dyn Cancel> = Arc::downgrade(run) as _;
        {
            let mut runs = self.0.runs.lock().unwrap_or_else(PoisonError::into_inner);
            runs.retain(|run| run.strong_count() > 0);
            runs.push(weak);
        }
        // After the registration, so that a call in between is not missed.
        if self.is_cancelled() {
            run.cancel();
        }
    }
}

impl std::fmt::Debug for CancelHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CancelHandle").field("cancelled", &self.is_cancelled()).finish()
    }
}
