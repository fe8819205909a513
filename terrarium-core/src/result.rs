//! [`ExecutionResult`]: the outcome of a run.

mod failure;

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Deserializer, Serialize};

pub use failure::ExecutionFailure;

use crate::{Bytes, CallRecord, HostCall, Value, options::seconds};

/// The way in which a run ended.
///
/// ```
/// assert_eq!(serde_json::to_string(&terrarium_core::Status::MemoryExceeded).unwrap(), r#""memory_exceeded""#);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Status {
    /// The code ran to its end, or exited with code 0.
    Success,
    /// The code raised an exception, did not parse, or exited with another code.
    Error,
    /// The run was stopped at its deadline.
    Timeout,
    /// The run needed more memory than its limit.
    MemoryExceeded,
    /// The run was stopped through a [`CancelHandle`](crate::CancelHandle), or by a host function.
    Cancelled,
    /// The interpreter failed, for example on a stack that is too deep. The host is unharmed.
    Crashed,
}

/// The outcome of a run, with the same fields in every language and in JSON.
///
/// Streams and files are present with every status: output from before an exception, a timeout or a crash is kept.
///
/// ```
/// let result: terrarium_core::ExecutionResult =
///     serde_json::from_str(r#"{"status": "success", "stdout": "hi", "final_expression": 2}"#).unwrap();
/// assert_eq!(result.final_expression.and_then(|v| v.as_i64()), Some(2));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ExecutionResult {
    /// The way in which the run ended.
    pub status: Status,
    /// The final value, if the code ends in an expression that has a value. The JSON form leaves it out when there is
    /// none, which differs from `null` (the value `None`).
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub final_expression: Option<Value>,
    /// The `repr()` of the final value.
    pub final_repr: Option<String>,
    /// Whether `final_repr` was cut at [`SandboxOptions::repr_bytes`](crate::SandboxOptions::repr_bytes).
    pub final_repr_truncated: bool,
    /// The values of the names in [`ExecuteOptions::outputs`](crate::ExecuteOptions::outputs) that exist.
    pub outputs: BTreeMap<String, Value>,
    /// The standard output since the last `clear_output`. Bytes that are not UTF-8 appear as U+FFFD; `stdout_bytes` then has the exact bytes.
    pub stdout: String,
    /// The exact standard output, if it is not UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stdout_bytes: Option<Bytes>,
    /// Whether bytes beyond [`SandboxOptions::stream_bytes`](crate::SandboxOptions::stream_bytes) were dropped.
    pub stdout_truncated: bool,
    /// The standard error. An exception's traceback is in `error`, not here.
    pub stderr: String,
    /// The exact standard error, if it is not UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stderr_bytes: Option<Bytes>,
    /// Whether bytes of the standard error were dropped.
    pub stderr_truncated: bool,
    /// The files that the run created or changed, by their paths: relative to the home folder for files in it, else
    /// absolute. Files below `/tmp` and `/dev` are left out.
    pub output_files: BTreeMap<String, Bytes>,
    /// The files that existed before the run and no longer exist.
    pub deleted_files: Vec<String>,
    /// The displays of the code, in order, as a notebook shows them at the end: an update has replaced the display with its
    /// [`id`](Display::id), and `clear_output` has discarded those before it.
    pub displays: Vec<Display>,
    /// The exception, or the reason why the run was stopped.
    pub error: Option<PythonError>,
    /// The exit code, if the code exited by `sys.exit`, `exit` or `os._exit`.
    pub exit_code: Option<i32>,
    /// Whether a session lost its variables because of a forced stop; its files are kept.
    pub session_lost: bool,
    /// The calls of host functions, the first 1,000.
    pub host_calls: Vec<HostCall>,
    /// The record of the calls, with the option [`journal`](crate::ExecuteOptions::journal).
    pub journal: Option<CallRecord>,
    /// The time and memory that the run used.
    pub metrics: Metrics,
}

impl Default for ExecutionResult {
    fn default() -> Self {
        Self {
            status: Status::Success,
            final_expression: None,
            final_repr: None,
            final_repr_truncated: false,
            outputs: BTreeMap::new(),
            stdout: String::new(),
            stdout_bytes: None,
            stdout_truncated: false,
            stderr: String::new(),
            stderr_bytes: None,
            stderr_truncated: false,
            output_files: BTreeMap::new(),
            deleted_files: Vec::new(),
            displays: Vec::new(),
            error: None,
            exit_code: None,
            session_lost: false,
            host_calls: Vec::new(),
            journal: None,
            metrics: Metrics::default(),
        }
    }
}

/// Keeps a value that is present, including null.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    <Value as Deserialize>::deserialize(deserializer).map(Some)
}

/// A display: one content in one or more forms.
///
/// ```
/// # fn main() -> terrarium_core::Result<()> {
/// # let sandbox = terrarium_core::Sandbox::new(Default::default())?;
/// let code = "class Page:
///     def _repr_html_(self): return '<b>hi</b>'
/// display(Page())";
/// let result = sandbox.execute(code)?;
/// assert_eq!(result.displays[0].data["text/html"], "<b>hi</b>");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Display {
    /// The identifier under which the code updates the display, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The forms by MIME type: text as it is, binary data in base64, JSON as [`Json`](crate::Json).
    pub data: BTreeMap<String, serde_json::Value>,
    /// The metadata that the code attached to the forms, such as the size of a picture.
    pub metadata: BTreeMap<String, serde_json::Value>,
}

/// A Python exception, or the reason why the interpreter was stopped.
///
/// ```
/// # fn main() -> terrarium_core::Result<()> {
/// # let sandbox = terrarium_core::Sandbox::new(Default::default())?;
/// let error = sandbox.execute("x = 1\nx / 0")?.error.unwrap();
/// assert_eq!((error.kind.as_str(), error.line), ("ZeroDivisionError", Some(2)));
/// assert_eq!(error.source.as_deref(), Some("x / 0"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct PythonError {
    /// The class's name: `ZeroDivisionError`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The class's module: `builtins`.
    pub module: String,
    /// The `str()` of the exception.
    pub message: String,
    /// The traceback as Python prints it, with the frames of the user's code only.
    pub traceback: String,
    /// The frames of `traceback`, the innermost last.
    #[serde(deserialize_with = "failure::frames")]
    pub frames: Vec<Frame>,
    /// The file at fault.
    pub file: Option<String>,
    /// The line at fault, counted from 1.
    pub line: Option<u32>,
    /// The column at fault, in characters counted from 1.
    pub column: Option<u32>,
    /// The line where the failing expression ends.
    pub end_line: Option<u32>,
    /// The column after that expression.
    pub end_column: Option<u32>,
    /// The text of the line at fault.
    pub source: Option<String>,
    /// Whether the code is incomplete (an unclosed bracket, for example), so that a prompt can ask for more.
    pub incomplete_input: bool,
    /// The [`HostCall::id`](crate::HostCall::id) of the call of a host function that raised the exception.
    pub host_call: Option<u32>,
}

/// A frame of a traceback.
///
/// ```
/// # fn main() -> terrarium_core::Result<()> {
/// # let sandbox = terrarium_core::Sandbox::new(Default::default())?;
/// let error = sandbox.execute("def f(): return 1 / 0\nf()")?.error.unwrap();
/// let functions: Vec<&str> = error.frames.iter().map(|frame| frame.function.as_str()).collect();
/// assert_eq!(functions, ["<module>", "f"]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Frame {
    /// The file.
    pub file: String,
    /// The function, or `<module>`.
    pub function: String,
    /// The line, counted from 1.
    pub line: Option<u32>,
    /// The line where the expression ends.
    pub end_line: Option<u32>,
    /// The column, in characters counted from 1.
    pub column: Option<u32>,
    /// The column after the expression.
    pub end_column: Option<u32>,
    /// The line's text.
    pub source: Option<String>,
}

/// The time and memory that a run used. Durations are seconds in JSON.
///
/// ```
/// # fn main() -> terrarium_core::Result<()> {
/// # let sandbox = terrarium_core::Sandbox::new(Default::default())?;
/// let metrics = sandbox.execute("x = bytearray(64 << 20)")?.metrics;
/// assert!(metrics.peak_memory > 64 << 20 && metrics.total >= metrics.run);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Metrics {
    /// The time to get an interpreter.
    #[serde(with = "seconds")]
    pub start: Duration,
    /// The time to run the code.
    #[serde(with = "seconds")]
    pub run: Duration,
    /// The part of `run` in which the code waited for host functions.
    #[serde(with = "seconds")]
    pub host: Duration,
    /// The number of calls of host functions.
    pub host_calls: u64,
    /// The time from the call to the result.
    #[serde(with = "seconds")]
    pub total: Duration,
    /// The peak of the guest's memory in bytes, interpreter included.
    pub peak_memory: u64,
    /// The name of the image.
    pub image: String,
    /// The packages in the image.
    pub packages: Vec<String>,
    /// The number of the host's functions that had not returned at the end of the run, which did not wait for them.
    pub abandoned: u64,
}
