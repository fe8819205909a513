//! [`Control`]: the progress of a call, and its end before time.

use std::{
    ops::ControlFlow,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use crate::Error;

/// A flag that ends calls from another thread, at most 100 milliseconds later.
///
/// ```
/// let cancel = terrarium_index::Cancel::default();
/// let copy = cancel.clone();
/// std::thread::spawn(move || copy.cancel()).join().unwrap();
/// assert!(cancel.is_cancelled());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Ends the calls that use the flag with [`Error::Cancelled`].
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether [`cancel`](Self::cancel) was called.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The progress of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Progress<'a> {
    /// A package is examined while versions are selected.
    Examined {
        /// The package.
        name: &'a str,
        /// The number of packages so far.
        packages: usize,
    },
    /// Bytes of a wheel have arrived.
    Downloading {
        /// The wheel.
        file_name: &'a str,
        /// The bytes of the wheel so far.
        done: u64,
        /// The size of the wheel, as far as it is known.
        total: Option<u64>,
        /// The bytes of all wheels of the call so far.
        all_done: u64,
        /// The size of all wheels of the call, as far as it is known.
        all_total: Option<u64>,
    },
    /// Nothing has changed for some milliseconds: the call waits for a server, or for another process.
    Waiting,
}

type Report<'a> = Box<dyn FnMut(Progress<'_>) -> ControlFlow<()> + 'a>;

/// The caller's hold on a running call: a function that receives the progress, and a [`Cancel`].
///
/// ```
/// use std::ops::ControlFlow;
/// use terrarium_index::{Cancel, Control};
///
/// let mut count = 0;
/// let control = Control::new(Cancel::default(), |_| {
///     count += 1;
///     ControlFlow::Continue(())
/// });
/// # drop(control);
/// ```
#[derive(Default)]
pub struct Control<'a> {
    cancel: Cancel,
    report: Option<Report<'a>>,
}

impl<'a> Control<'a> {
    /// Returns a control with a function that receives the progress. A break cancels the call.
    pub fn new(cancel: Cancel, report: impl FnMut(Progress<'_>) -> ControlFlow<()> + 'a) -> Self {
        Self { cancel, report: Some(Box::new(report)) }
    }

    /// Reports that the caller waits for something else, such as another process.
    ///
    /// # Errors
    /// [`Error::Cancelled`], when the call is to end.
    pub fn wait(&mut self) -> Result<(), Error> {
        self.report(Progress::Waiting)
    }

    /// Fails if the call was cancelled.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.cancel.is_cancelled() { Err(Error::Cancelled) } else { Ok(()) }
    }

    pub(crate) fn report(&mut self, progress: Progress<'_>) -> Result<(), Error> {
        let is_ended = self.report.as_mut().is_some_and(|report| report(progress).is_break());
        if is_ended { Err(Error::Cancelled) } else { self.check() }
    }
}

impl std::fmt::Debug for Control<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Control").field("cancel", &self.cancel).finish_non_exhaustive()
    }
}
