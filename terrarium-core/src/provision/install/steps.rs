//! [`Steps`]: the present step of an installation, for the run that waits.

use std::sync::{Mutex, PoisonError};

use terrarium_index::Progress;

use terrarium_unix::syscall::SuppliedRun;

/// The present step. A run that is slow to look sees the last one.
#[derive(Default)]
pub(super) struct Steps(Mutex<Option<Step>>);

struct Step {
    text: String,
    /// The bytes that are done, and those of the whole step.
    done: Option<u64>,
    total: Option<u64>,
}

impl Steps {
    /// Sets the step, with the bytes that are done and those of the whole.
    pub(super) fn set(&self, text: String, done: Option<u64>, total: Option<u64>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Step { text, done, total });
    }

    /// Sets the step of a download.
    pub(super) fn download(&self, progress: Progress<'_>) {
        match progress {
            Progress::Examined { name, .. } => self.set(format!("selecting {name}"), None, None),
            Progress::Downloading { file_name, all_done, all_total, .. } => {
                self.set(format!("downloading {file_name}"), Some(all_done), all_total);
            }
            _ => {}
        }
    }

    /// Tells the run the step, if it is new.
    pub(super) fn tell(&self, run: SuppliedRun<'_>) {
        let step = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Step { text, done, total }) = step {
            run.progress(&text, done, total);
        }
    }
}
