//! [`ExecutionResult`]: all that a run leaves behind.

mod failure;

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Deserializer, Serialize};

pub use failure::ExecutionFailure;

use crate::{Bytes, Value, options::seconds};

/// How a run ended.
///
/// ```
/// assert_eq!(serde_json::to_string(&terrarium_core::Status::MemoryExceeded).unwrap(), r#""memory_exceeded""#);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Status {
    /// The code ran to its end, or left with exit code 0.
    Success,
    /// It raised an exception, did not parse, or left with another exit code.
    Error,
    /// It was stopped at its deadline.
    Timeout,
    /// It needed more memory than it may have.
    MemoryExceeded,
    /// It was stopped through a [`CancelHandle`](crate::CancelHandle).
    Cancelled,
    /// The interpreter itself failed, for example on a stack that is too deep. The host is unharmed.
    Crashed,
}

/// All that a run leaves behind. The same fields in every language and in JSON.
///
/// Streams and files are there on every status: what was written before an exception, a timeout or a crash is kept.
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
    /// How the run ended.
    pub status: Status,
    /// The value of the last expression, if the code ends in one that has a value. In JSON it is left out when
    /// there is none, which is not the same as `null` (a `None` that the code ends in).
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub final_expression: Option<Value>,
    /// What `repr()` says of that value.
    pub final_repr: Option<String>,
    /// Whether `final_repr` was cut at [`SandboxOptions::repr_bytes`](crate::SandboxOptions::repr_bytes).
    pub final_repr_truncated: bool,
    /// The values of the names in [`ExecuteOptions::outputs`](crate::ExecuteOptions::outputs) that exist.
    pub outputs: BTreeMap<String, Value>,
    /// The standard output. Bytes that are not UTF-8 appear as U+FFFD; `stdout_bytes` has them then.
    pub stdout: String,
    /// The exact standard output where it is not UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stdout_bytes: Option<Bytes>,
    /// Whether bytes beyond [`SandboxOptions::output`](crate::SandboxOptions::stream_bytes) were dropped.
    pub stdout_truncated: bool,
    /// The standard error. An exception's traceback is in `error`, not here.
    pub stderr: String,
    /// The exact standard error where it is not UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stderr_bytes: Option<Bytes>,
    /// Whether bytes of the standard error were dropped.
    pub stderr_truncated: bool,
    /// The files that the run created or changed: relative to the home folder where they are in it, else by their
    /// absolute paths. Files below `/tmp` and `/dev` are left out.
    pub output_files: BTreeMap<String, Bytes>,
    /// The files that were there before the run and are not any more.
    pub deleted_files: Vec<String>,
    /// What the code displayed, in order.
    pub displays: Vec<Display>,
    /// Why the run did not succeed.
    pub error: Option<PythonError>,
    /// The exit code, if the code left by `sys.exit`, `exit` or `os._exit`.
    pub exit_code: Option<i32>,
    /// Whether a session lost its variables because it had to be stopped by force; its files are kept.
    pub session_lost: bool,
    /// What the run cost.
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
            metrics: Metrics::default(),
        }
    }
}

/// A value that is there is kept, also when it is null.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    <Value as Deserialize>::deserialize(deserializer).map(Some)
}

/// One thing shown: the same content in one or more forms.
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
    /// The forms by MIME type: text as it is, binary data in base64, JSON as [`Json`](crate::Json).
    pub data: BTreeMap<String, serde_json::Value>,
    /// What the code said about the forms, such as an image's size.
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
    /// What `str()` of the exception says.
    pub message: String,
    /// The traceback as Python prints it, with the frames of the user's code only.
    pub traceback: String,
    /// Those frames, the innermost last.
    pub frames: Vec<Frame>,
    /// The file where it happened.
    pub file: Option<String>,
    /// The line there, counted from 1.
    pub line: Option<u32>,
    /// The column there, in characters counted from 1.
    pub column: Option<u32>,
    /// The line where the failing expression ends.
    pub end_line: Option<u32>,
    /// The column after it.
    pub end_column: Option<u32>,
    /// That line's text.
    pub source: Option<String>,
    /// Whether the code is only the beginning of something (an open bracket, say), so that a prompt can ask for more.
    pub incomplete_input: bool,
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

/// What a run cost. Durations are seconds in JSON.
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
    /// Getting an interpreter.
    #[serde(with = "seconds")]
    pub start: Duration,
    /// Running the code.
    #[serde(with = "seconds")]
    pub run: Duration,
    /// Everything, from the call to the result.
    #[serde(with = "seconds")]
    pub total: Duration,
    /// The most memory that the guest had at a time, in bytes, interpreter included.
    pub peak_memory: u64,
    /// The image that was started.
    pub image: String,
    /// The packages in it.
    pub packages: Vec<String>,
}
