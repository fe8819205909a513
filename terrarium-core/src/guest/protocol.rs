//! The messages to and from the harness; its package's docstring describes them too.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Value, result::PythonError};

/// What the harness is told at start.
#[derive(Serialize)]
pub(crate) struct Configure<'a> {
    pub(crate) home: &'a str,
    pub(crate) cwd: &'a str,
    pub(crate) argv: &'a [String],
    pub(crate) env: &'a BTreeMap<String, String>,
    pub(crate) channel: i32,
    pub(crate) seed: Option<u64>,
    pub(crate) threads: bool,
}

/// A request that says nothing.
#[derive(Serialize)]
pub(super) struct Empty {}

/// Modules to be imported into what becomes an image.
#[derive(Serialize)]
pub(super) struct PrepareRequest<'a> {
    pub(super) modules: &'a [String],
}

#[derive(Deserialize)]
pub(super) struct PrepareResponse {
    /// Why some could not be.
    pub(super) failed: BTreeMap<String, String>,
}

#[derive(Deserialize)]
pub(super) struct SettleResponse {
    /// Near which addresses the states of random generators lie.
    pub(super) generators: Vec<u32>,
}

/// Code to run.
#[derive(Serialize)]
pub(crate) struct Request<'a> {
    pub(crate) code: &'a str,
    pub(crate) filename: &'a str,
    pub(crate) argv: Option<Vec<&'a str>>,
    pub(crate) env: Option<&'a BTreeMap<String, String>>,
    pub(crate) cwd: Option<&'a str>,
    pub(crate) inputs: &'a BTreeMap<String, Value>,
    pub(crate) outputs: &'a [String],
    /// Whether there may be files beside the program.
    pub(crate) has_files: bool,
    /// Whether names stay for the next request.
    pub(crate) keep: bool,
    pub(crate) value_bytes: u64,
    pub(crate) repr_bytes: u64,
    pub(crate) store_last: bool,
}

/// How the code ended.
#[derive(Deserialize)]
pub(super) struct Response {
    pub(super) status: ResponseStatus,
    #[serde(default)]
    pub(super) exit_code: Option<i64>,
    #[serde(default)]
    pub(super) repr: Option<String>,
    #[serde(default)]
    pub(super) repr_truncated: bool,
    #[serde(default)]
    pub(super) error: Option<PythonError>,
    /// The final value, if it is a plain one; others come as a document.
    #[serde(default, rename = "final", deserialize_with = "present")]
    pub(super) final_expression: Option<serde_json::Value>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum ResponseStatus {
    Success,
    Error,
}

/// The document of values that follows a run.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Values {
    /// Absent when the code does not end in an expression that has a value.
    #[serde(rename = "final", deserialize_with = "present")]
    pub(super) final_expression: Option<serde_json::Value>,
    pub(super) outputs: BTreeMap<String, serde_json::Value>,
}

/// A value that is there is kept, also when it is null.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<serde_json::Value>, D::Error> {
    serde_json::Value::deserialize(deserializer).map(Some)
}

/// A question about code at a prompt.
#[derive(Serialize)]
pub(super) struct CodeRequest<'a> {
    pub(super) code: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cursor: Option<usize>,
}

#[derive(Deserialize)]
pub(super) struct CheckResponse {
    pub(super) complete: Completeness,
}

/// Whether code at a prompt can run.
///
/// ```
/// # fn main() -> terrarium_core::Result<()> {
/// use terrarium_core::{Completeness, Sandbox};
///
/// let mut session = Sandbox::new(Default::default())?.session()?;
/// assert_eq!(session.check("1 + 1")?, Completeness::Complete);
/// assert_eq!(session.check("1 +* 1")?, Completeness::Invalid);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Completeness {
    /// It can run.
    Complete,
    /// It is the beginning of something: ask for another line.
    Incomplete,
    /// It has a syntax error that no further line mends.
    Invalid,
}

/// What could stand at the cursor.
///
/// ```
/// # fn main() -> terrarium_core::Result<()> {
/// let mut session = terrarium_core::Sandbox::new(Default::default())?.session()?;
/// session.execute("lengths = [1, 2]")?;
/// let completion = session.complete("x = leng", 8)?;
/// assert_eq!((completion.start, completion.matches), (4, vec!["lengths".to_owned()]));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Completion {
    /// The texts that may take the place of what stands between `start` and the cursor.
    pub matches: Vec<String>,
    /// Where the word before the cursor starts, in characters.
    pub start: usize,
}
