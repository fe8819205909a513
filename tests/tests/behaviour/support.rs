//! Helpers that several areas need.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use terrarium_core::{ExecutionResult, Status, Value};

/// The helper process.
pub(crate) fn probe() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_terrarium-probe"))
}

/// Returns the result of code that is expected to succeed.
#[track_caller]
pub(crate) fn success(result: &ExecutionResult) -> &ExecutionResult {
    assert_eq!(result.status, Status::Success, "{:?}\n{}", result.error, result.stdout);
    result
}

/// Returns the error's class and message.
#[track_caller]
pub(crate) fn error_of(result: &ExecutionResult) -> (&str, &str) {
    let error = result.error.as_ref().unwrap_or_else(|| panic!("no error: {result:?}"));
    (&error.kind, &error.message)
}

/// Runs work and measures its time.
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let started = Instant::now();
    (work(), started.elapsed())
}

/// A `str`.
pub(crate) fn text(value: &str) -> Option<Value> {
    Some(Value::Str(value.to_owned()))
}

/// An `int`.
pub(crate) fn int(value: i64) -> Option<Value> {
    Some(Value::Int(value))
}
