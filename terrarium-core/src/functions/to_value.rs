//! The value of any type that serde can write.

use serde::Serialize;

use super::HostError;
use crate::Value;

/// Converts a result, through its JSON form.
pub(super) fn to_value(result: &impl Serialize) -> Result<Value, HostError> {
    let unwritten = |error: serde_json::Error| HostError::new("TypeError", format!("the result has no value: {error}"));
    serde_json::from_value(serde_json::to_value(result).map_err(unwritten)?).map_err(unwritten)
}
