//! [`HostCall`]: the record of a call in the result of its run.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{functions::HostErrorCause, options::seconds};

/// A call of a host function, in [`ExecutionResult::host_calls`](crate::ExecutionResult::host_calls).
///
/// ```
/// let call: terrarium_core::HostCall = serde_json::from_str(r#"{"name": "add", "outcome": "returned"}"#).unwrap();
/// assert_eq!(call.outcome, terrarium_core::HostCallOutcome::Returned);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct HostCall {
    /// The number of the call: from 1 in a fresh interpreter, and continued in a session.
    pub id: u32,
    /// The name of the function, with that of its module.
    pub name: String,
    /// A digest of the arguments, hexadecimal: equal calls have equal digests.
    pub arguments: String,
    /// The bytes of the arguments.
    pub bytes_out: u64,
    /// The bytes of the answer.
    pub bytes_in: u64,
    /// The time from the begin of the run to that of the call.
    #[serde(with = "seconds")]
    pub begin: Duration,
    /// The time of the call.
    #[serde(with = "seconds")]
    pub time: Duration,
    /// The way in which the call ended.
    pub outcome: HostCallOutcome,
    /// The error's kind and message, where there is one.
    pub error: Option<String>,
    /// The value that the error was made from: see [`HostError::cause`](crate::HostError::cause).
    #[serde(skip)]
    pub cause: Option<HostErrorCause>,
}

/// The way in which a call of a host function ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum HostCallOutcome {
    /// The function returned a value.
    Returned,
    /// The function failed.
    Raised,
    /// The hook refused the call.
    Denied,
    /// The hook, or a journal, answered in place of the function.
    Answered,
    /// The arguments did not fit, or the run has reached a limit.
    Refused,
    /// The call took longer than its limit.
    TimedOut,
    /// The code dropped the call, or the run ended before it: the function was told, and its answer is dropped.
    #[default]
    Cancelled,
}
