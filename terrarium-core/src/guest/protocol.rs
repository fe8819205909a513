//! The messages to and from the harness; the docstring of its package describes them too.

use std::collections::{BTreeMap, BTreeSet};

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeSeed as _, Error as _},
};

use crate::{
    Value,
    options::{REPR_BYTES, VALUE_BYTES},
    result::PythonError,
    value::{Decoder, Whole},
};

/// The configuration that the harness receives at the start.
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

/// A request without arguments.
#[derive(Serialize)]
pub(super) struct Empty {}

/// Modules to import into an interpreter that becomes an image.
#[derive(Serialize)]
pub(super) struct PrepareRequest<'a> {
    pub(super) modules: &'a [String],
}

#[derive(Deserialize)]
pub(super) struct PrepareResponse {
    /// The reasons of failed imports, by module.
    pub(super) failed: BTreeMap<String, String>,
}

#[derive(Deserialize)]
pub(super) struct SettleResponse {
    /// Addresses near the states of random generators, and the numbers of the states' words.
    pub(super) generators: Vec<(u32, u32)>,
    #[serde(flatten)]
    pub(super) noted: Noted,
}

/// The searches of packages when they were imported.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Noted {
    /// The environment variables that they read.
    pub(crate) reads: BTreeSet<String>,
    /// The top names of modules that were not found.
    pub(crate) absent_modules: BTreeSet<String>,
    /// The names of distributions that they searched for, which may be there; `*` for a search of all.
    pub(crate) absent_distributions: BTreeSet<String>,
}

/// Code to run. Every byte costs time in each run, so defaults are left out.
#[derive(Serialize)]
pub(crate) struct Request<'a> {
    pub(crate) code: &'a str,
    pub(crate) filename: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) argv: Option<Vec<&'a str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) env: Option<&'a BTreeMap<String, String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cwd: Option<&'a str>,
    /// The path of the program's file.
    pub(crate) file: Option<&'a str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) inputs: &'a BTreeMap<String, Value>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub(crate) outputs: &'a [String],
    /// Whether there may be files beside the program.
    pub(crate) has_files: bool,
    /// Whether names are kept for the next request.
    #[serde(skip_serializing_if = "is_false")]
    pub(crate) keep: bool,
    #[serde(skip_serializing_if = "is_value_default")]
    pub(crate) value_bytes: u64,
    #[serde(skip_serializing_if = "is_repr_default")]
    pub(crate) repr_bytes: u64,
    #[serde(skip_serializing_if = "is_false")]
    pub(crate) store_last: bool,
    /// Whether prompts reach the host.
    #[serde(skip_serializing_if = "is_false")]
    pub(crate) asks: bool,
    /// The functions of the host, if the interpreter does not have them yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) functions: Option<FunctionNames>,
}

/// The names of functions of the host, with spaces between.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct FunctionNames {
    pub(crate) plain: String,
    /// Those whose calls are awaited.
    pub(crate) coroutines: String,
}

fn is_false(flag: &bool) -> bool {
    !flag
}

fn is_value_default(bytes: &u64) -> bool {
    *bytes == VALUE_BYTES
}

fn is_repr_default(bytes: &u64) -> bool {
    *bytes == REPR_BYTES
}

/// The end of a run.
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
    /// Whether the error is a `MemoryError` of Python's, or of a class that is derived from it.
    #[serde(default)]
    pub(super) no_memory: bool,
    /// The final value, if it is plain; others are in the document of values.
    #[serde(default, rename = "final", deserialize_with = "plain")]
    pub(super) final_expression: Option<Value>,
}

/// Reads a small value.
fn plain<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    /// The memory of a plain final value: a short text at most.
    const PLAIN_BYTES: u64 = 4 << 10;
    let value = Whole(&Decoder::new(PLAIN_BYTES, Vec::new(), &|| false)).deserialize(deserializer)?;
    value.map(Some).map_err(|_| D::Error::custom("the plain value is none"))
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum ResponseStatus {
    Success,
    Error,
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
    /// The code can run.
    Complete,
    /// The code is incomplete: read another line.
    Incomplete,
    /// The code has a syntax error that no further line repairs.
    Invalid,
}

/// The completions at a cursor.
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
    /// The texts that can replace the text between `start` and the cursor.
    pub matches: Vec<String>,
    /// The start of the word before the cursor, in characters.
    pub start: usize,
}
