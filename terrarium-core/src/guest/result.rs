//! The conversion of an interpreter's answer to a result's status, error and texts.

use std::time::Duration;

use super::{
    answer::{Answer, Outcome},
    interpreter::fault,
};
use crate::{Bytes, ExecutionResult, PythonError, Status, engine::Reason};

/// Returns a result with the fields that follow from the interpreter's answer. `ended` is the text of the host function
/// that has ended the run.
pub(crate) fn conclude(answer: Answer, timeout: Option<Duration>, ended: Option<String>) -> ExecutionResult {
    let status = match answer.outcome {
        Outcome::Success => Status::Success,
        Outcome::Interrupted(Reason::Timeout) | Outcome::Stopped(Reason::Timeout) => Status::Timeout,
        Outcome::Interrupted(_) | Outcome::Stopped(_) => Status::Cancelled,
        Outcome::Exited if answer.exit_code == Some(0) => Status::Success,
        Outcome::Crashed if answer.memory_denied => Status::MemoryExceeded,
        Outcome::Crashed => Status::Crashed,
        _ if answer.no_memory => Status::MemoryExceeded,
        Outcome::Error | Outcome::Exited => Status::Error,
    };
    let error = match (status, answer.error) {
        (Status::Success, _) => None,
        (Status::Timeout, error) => {
            let limit = timeout.unwrap_or_default().as_secs_f64();
            Some(stopped(error, "TimeoutError", format!("the run was stopped after {limit} s")))
        }
        (Status::Cancelled, error) => {
            Some(stopped(error, "CancelledError", ended.unwrap_or_else(|| "the run was cancelled".to_owned())))
        }
        (Status::Error, None) => {
            Some(fault("SystemExit", answer.exit_code.map_or_else(String::new, |code| code.to_string())))
        }
        (_, error) => error,
    };
    ExecutionResult {
        status,
        final_expression: answer.final_expression,
        final_repr: answer.repr,
        final_repr_truncated: answer.repr_truncated,
        outputs: answer.outputs,
        displays: answer.displays,
        error,
        exit_code: answer.exit_code,
        ..ExecutionResult::default()
    }
}

/// Returns the result of a run that was cancelled before it began.
pub(crate) fn cancelled() -> ExecutionResult {
    conclude(Answer { outcome: Outcome::Interrupted(Reason::Cancelled), ..Answer::default() }, None, None)
}

/// Returns the error of a run that was stopped, with its location if the guest reported it.
fn stopped(error: Option<PythonError>, kind: &str, message: String) -> PythonError {
    let mut error = error.unwrap_or_default();
    let last = format!("{kind}: {message}\n");
    let before = error.traceback.rfind("KeyboardInterrupt").unwrap_or(error.traceback.len());
    error.traceback.truncate(before);
    error.traceback.push_str(&last);
    error.kind = kind.to_owned();
    error.module = "builtins".to_owned();
    error.message = message;
    error
}

/// Returns a stream's bytes as text, and also as bytes if they are not UTF-8. A character that the limit cut is
/// dropped.
pub(crate) fn text(mut bytes: Vec<u8>, truncated: bool) -> (String, Option<Bytes>) {
    if truncated
        && let Err(error) = std::str::from_utf8(&bytes)
        && error.error_len().is_none()
    {
        bytes.truncate(error.valid_up_to());
    }
    match String::from_utf8(bytes) {
        Ok(text) => (text, None),
        Err(error) => {
            let bytes = error.into_bytes();
            (String::from_utf8_lossy(&bytes).into_owned(), Some(bytes.into()))
        }
    }
}
