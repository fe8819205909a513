//! Helpers that several areas need.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use terrarium_core::{ExecutionResult, Image, ImageOptions, Status, Value};

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

/// Makes a cache folder that has the bare image and nothing else.
pub(crate) fn cache() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let bare = Image::build(ImageOptions::new()).unwrap().info().path.clone();
    let there = dir.path().join(bare.file_name().unwrap());
    if fs::hard_link(&bare, &there).is_err() {
        fs::copy(&bare, &there).unwrap();
    }
    dir
}
