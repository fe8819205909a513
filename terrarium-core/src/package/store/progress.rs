//! [`DownloadProgress`]: the progress of a call that adds packages.

use std::ops::ControlFlow;

use terrarium_index::{Cancel, Control, Progress};

use crate::{cancel::scope, package::LOCK_FILE};

/// The progress of a call that adds packages. While the call waits for a server or for another process, the same progress
/// is reported again, some times a second.
///
/// ```
/// fn show(progress: terrarium_core::DownloadProgress<'_>) {
///     eprintln!("{}: {} bytes", progress.file_name, progress.done);
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DownloadProgress<'a> {
    /// The name of the file; the name of a package while versions are selected, before any file is downloaded.
    pub file_name: &'a str,
    /// The bytes that have arrived, including those of an earlier attempt.
    pub done: u64,
    /// The size of the file in bytes, as far as it is known.
    pub total: Option<u64>,
    /// The bytes of all files of the call that have arrived.
    pub all_done: u64,
    /// The size of all files of the call, as far as it is known.
    pub all_total: Option<u64>,
}

/// The callback for the progress; a break stops the call.
pub(super) type OnProgress<'a> = &'a mut dyn FnMut(DownloadProgress<'_>) -> ControlFlow<()>;

/// Returns the control of a call with the caller's callback. While nothing arrives, the callback gets the last progress
/// again, so that it can end the call; the handle that guards the work of this thread ends it, too.
pub(super) fn control(progress: OnProgress<'_>) -> Control<'_> {
    let mut file = LOCK_FILE.to_owned();
    let (mut done, mut total, mut all_done, mut all_total) = (0, None, 0, None);
    Control::new(Cancel::default(), move |event| {
        match event {
            Progress::Downloading { file_name, done: now, total: of, all_done: all, all_total: of_all, .. } => {
                file_name.clone_into(&mut file);
                (done, total, all_done, all_total) = (now, of, all, of_all);
            }
            Progress::Examined { name, .. } => {
                name.clone_into(&mut file);
                (done, total) = (0, None);
            }
            _ if scope::is_stopped() => return ControlFlow::Break(()),
            _ => {}
        }
        progress(DownloadProgress { file_name: &file, done, total, all_done, all_total })
    })
}
