//! [`CancelHandle`]: stops a run from another thread.

pub(crate) mod scope;

use std::sync::{
    Arc, Mutex, PoisonError, Weak,
    atomic::{AtomicBool, Ordering},
};

/// The receiver of a cancel: a run in progress, or a handle that depends on another.
pub(crate) trait Cancel: Send + Sync {
    /// Requests the end, and does not wait for it.
    fn cancel(&self);
}

/// Stops the runs that received this handle, from any thread. Clones stop the same runs.
///
/// A used handle stays used: a run that receives it afterwards ends at once.
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
pub struct CancelHandle(Arc<CancelState>);

#[derive(Default)]
struct CancelState {
    cancelled: AtomicBool,
    runs: Mutex<Vec<Weak<dyn Cancel>>>,
}

impl Cancel for CancelState {
    fn cancel(&self) {
        self.cancelled.store(true, Ordering::SeqCst);
        // Taken out first: a run may end, and drop its registration, during its notification.
        let runs = std::mem::take(&mut *self.runs.lock().unwrap_or_else(PoisonError::into_inner));
        for run in runs.iter().filter_map(Weak::upgrade) {
            run.cancel();
        }
    }
}

impl CancelHandle {
    /// Creates a handle that no run has yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Stops the runs that have this handle, and runs that receive it later. The call does not wait for them to end.
    pub fn cancel(&self) {
        self.0.cancel();
    }

    /// Creates a separate handle that is used when this one is used.
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

    /// Does `work`, and ends the preparations in it when this handle is used: the building of images and the compiling of
    /// packages end at the next function with [`Error::Cancelled`](crate::Error::Cancelled).
    ///
    /// ```
    /// use terrarium_core::{CancelHandle, Image, ImageOptions};
    ///
    /// let cancel = CancelHandle::new();
    /// cancel.cancel();
    /// let image = cancel.guard(|| Image::build(ImageOptions::new().prepare("import fractions")));
    /// assert_eq!(image.unwrap_err().code(), "cancelled");
    /// ```
    pub fn guard<T>(&self, work: impl FnOnce() -> T) -> T {
        scope::within(Some(self.clone()), work)
    }

    /// Returns the handle that guards the work of this thread, for threads that do a part of it: see
    /// [`guard`](Self::guard).
    #[must_use]
    pub fn current() -> Option<Self> {
        scope::current()
    }

    /// Whether [`cancel`](Self::cancel) was called.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.cancelled.load(Ordering::SeqCst)
    }

    /// Registers `run` for notification, and notifies it at once if the handle was used before.
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
