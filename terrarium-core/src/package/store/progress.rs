//! [`DownloadProgress`]: the progress of a call that adds packages.

use std::ops::ControlFlow;

use terrarium_index::{Cancel, Control, Progress};

/// The progress of a call that adds packages.
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

/// Returns the control of a call with the caller's callback.
pub(super) fn control(progress: OnProgress<'_>) -> Control<'_> {
    Control::new(Cancel::default(), move |event| match event {
        Progress::Downloading { file_name, done, total, all_done, all_total, .. } => {
            progress(DownloadProgress { file_name, done, total, all_done, all_total })
        }
        Progress::Examined { name, .. } => {
            progress(DownloadProgress { file_name: name, done: 0, total: None, all_done: 0, all_total: None })
        }
        _ => ControlFlow::Continue(()),
    })
}
