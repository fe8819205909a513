//! The wait of a guest for a thread that prepares packages.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use terrarium_index::Cancel;

use super::{Asked, Installer, MOST_DOWNLOADS, Ready, Refusal, steps::Steps};
use terrarium_unix::{
    abi::Errno,
    syscall::{Supplied, SuppliedRun},
};

/// The most requests of a process that are served at a time. More wait.
const MOST_WORKERS: usize = 8;
/// The pause between two looks at the run's end.
const SLICE: Duration = Duration::from_millis(5);

impl Installer {
    /// Serves a request in a thread, and waits for it as long as the run may go on.
    ///
    /// # Errors
    /// `EINTR` at the end of the run, `EAGAIN` without a thread.
    pub(super) fn wait_for(
        &self,
        asked: Asked,
        supplied: &Supplied,
        run: SuppliedRun<'_>,
    ) -> Result<Result<(Ready, bool), Refusal>, Errno> {
        let turn = loop {
            match Turn::take() {
                Some(turn) => break turn,
                None if run.is_stopping() => return Err(Errno::EINTR),
                None => thread::sleep(SLICE),
            }
        };
        let (sender, receiver) = mpsc::channel();
        let (cancel, installer, supplied) = (Cancel::default(), self.clone(), supplied.clone());
        let (theirs, steps) = (cancel.clone(), Arc::new(Steps::default()));
        let theirs_steps = Arc::clone(&steps);
        let work = move || {
            let _turn = turn;
            let may_download = supplied.requests < MOST_DOWNLOADS;
            // The run may have ended.
            let _ = sender.send(installer.prepare(&asked, &supplied, may_download, &theirs, &theirs_steps));
        };
        thread::Builder::new().name("terrarium-install".to_owned()).spawn(work).map_err(|_| Errno::EAGAIN)?;
        loop {
            match receiver.recv_timeout(SLICE) {
                Ok(done) => return Ok(done),
                Err(mpsc::RecvTimeoutError::Disconnected) => return Err(Errno::EIO),
                Err(mpsc::RecvTimeoutError::Timeout) if run.is_stopping() => {
                    cancel.cancel();
                    return Err(Errno::EINTR);
                }
                Err(mpsc::RecvTimeoutError::Timeout) => steps.tell(run),
            }
        }
    }
}

/// The right to serve a request.
struct Turn;

impl Turn {
    fn take() -> Option<Self> {
        let one_more = |count: usize| (count < MOST_WORKERS).then_some(count + 1);
        WORKERS.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more).ok().map(|_| Self)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        WORKERS.fetch_sub(1, Ordering::Relaxed);
    }
}

static WORKERS: AtomicUsize = AtomicUsize::new(0);
