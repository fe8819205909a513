//! [`Event`]: what a run tells while its code runs.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{Bytes, Display, HostCall};

/// A step of a run, told while the code runs: output, displays and progress in their order.
///
/// ```
/// # fn main() -> terrarium_core::Result<()> {
/// use std::sync::{Arc, Mutex};
/// use terrarium_core::{Event, ExecuteOptions, Sandbox};
///
/// let seen = Arc::new(Mutex::new(Vec::new()));
/// let sink = Arc::clone(&seen);
/// let options = ExecuteOptions::new().on_event(move |event| sink.lock().unwrap().push(event));
/// Sandbox::new(Default::default())?.execute_with("print('hi', end=''); display(2)", options)?;
/// let seen = seen.lock().unwrap();
/// assert_eq!(seen[0], Event::Stdout("hi".into()));
/// assert!(matches!(&seen[1], Event::Display(display) if display.data["text/plain"] == "2"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// Bytes of the standard output. A character may be divided between two events.
    Stdout(Bytes),
    /// Bytes of the standard error.
    Stderr(Bytes),
    /// A new display.
    Display(Arc<Display>),
    /// The new content of the displays with this [`id`](Display::id).
    Update(Arc<Display>),
    /// The output so far is discarded, as by `clear_output` in a notebook.
    Clear {
        /// Whether it stays until there is more output.
        wait: bool,
    },
    /// The code begins a call of a host function.
    CallBegun {
        /// The number of the call: [`HostCall::id`].
        id: u32,
        /// The name of the function, with that of its module.
        name: String,
    },
    /// The code has the answer of a call.
    CallEnded(Arc<HostCall>),
    /// A step of the host's work for the run, such as the installation of packages.
    Progress(Progress),
}

/// A step of the host's work for a run.
///
/// ```
/// let progress: terrarium_core::Progress = serde_json::from_str(r#"{"step": "downloading six"}"#).unwrap();
/// assert_eq!(progress.to_string(), "downloading six");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Progress {
    /// The step in words.
    pub step: String,
    /// The number of bytes that are done, if the step counts bytes.
    pub done: Option<u64>,
    /// The number of bytes of the whole step, as far as it is known.
    pub total: Option<u64>,
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.step)?;
        match (self.done, self.total) {
            (Some(done), Some(total)) => write!(f, ": {done} of {total} bytes"),
            (Some(done), None) => write!(f, ": {done} bytes"),
            _ => Ok(()),
        }
    }
}

/// Receives the events of a run on the thread that called `execute`. For slow functions, the rules of
/// [`StreamCallback`](crate::StreamCallback) hold: after the deadline or a cancel, the text that is left comes joined, with
/// at most 64 displays, when the code has ended. The result has all of them.
pub type EventCallback = Arc<dyn Fn(Event) + Send + Sync>;

/// Receives displays while the code runs, like an [`EventCallback`]. An update is a display with the
/// [`id`](Display::id) of an earlier one.
pub type DisplayCallback = Arc<dyn Fn(&Display) + Send + Sync>;
