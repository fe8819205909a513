//! Arbitrary messages of a guest, for the fuzz target and the bounded test.

use super::{channel::Frames, reply::Reply};
use crate::{Value, exercise::text};
use terrarium_unix::syscall::Channel as _;

/// The limits of the values and of the representation.
const VALUE_BYTES: u64 = 4 << 10;
const REPR_BYTES: u64 = 64;
/// The memory of the values that these limits allow, with the room that lists keep.
const MEMORY: usize = (4 * VALUE_BYTES as usize + (1 << 20)) * 2;

/// Words of the protocol and of typed values.
const WORDS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "1",
    "-0.5e3",
    "null",
    "true",
    "{\"$type\":\"",
    "\",\"",
    "\":",
    "\"items\":",
    "\"value\":",
    "\"blob\":0",
    "\"fields\":",
    "\"name\":\"x\"",
    "tuple",
    "dict",
    "set",
    "int",
    "float",
    "bytes",
    "str",
    "ndarray",
    "dataframe",
    "series",
    "enum",
    "dataclass",
    "truncated",
    "object",
    "cycle",
    "blob",
    "\"hex\":\"",
    "ff",
    "\"shape\":[1,2]",
    "\"dtype\":\"int64\"",
    "\"data\":",
    "\"class\":\"c\"",
    "\"repr\":\"r\"",
    "\"final\":",
    "\"outputs\":",
    "\"a\":",
    "[1,2,3]",
    "{\"a\":1}",
    "\\ud800",
    "\\u0041",
    "é",
    "\"status\":\"success\"",
    "\"error\":",
    "\"frames\":",
    "\"message\":\"m\"",
    "\"metadata\":",
    "\"image/png\":",
    "{\"$base64\":\"AA==\"}",
    "\"application/json\":\"[1]\"",
];

/// Feeds frames and a response to the host, as they come from a guest.
///
/// # Panics
/// When the answer takes more than its limits allow.
pub fn exercise(data: &[u8]) {
    let frames = Frames::new(VALUE_BYTES);
    let mut parts = data.split(|byte| *byte == 0);
    let response = text(parts.next().unwrap_or_default(), WORDS);
    let response = format!(r#"{{"status":"success","repr":"{response}","final":null}}"#);
    for part in parts {
        let Some((kind, words)) = part.split_first() else { continue };
        let words = text(words, WORDS);
        let frame = match kind % 4 {
            0 => format!(r#"D{{"data":{{"text/plain":"x",{words}}}}}"#),
            1 => format!("B{words}"),
            2 => format!(r#"V{{"final":{words},"outputs":{{"a":{words}}}}}"#),
            _ => format!("V{words}"),
        };
        // Most are refused.
        let _ = frames.frame(frame.as_bytes());
    }
    let outputs = ["a".to_owned()];
    let reply = Reply {
        response: response.as_bytes(),
        frames: frames.take(),
        outputs: &outputs,
        value_bytes: VALUE_BYTES,
        repr_bytes: REPR_BYTES,
        deadline: None,
        cancel: None,
        interrupted: None,
    };
    let (answer, _) = reply.read();
    let values = || answer.final_expression.iter().chain(answer.outputs.values());
    let memory: usize = values().map(size).sum();
    assert!(memory <= MEMORY, "values take {memory} bytes, may take {MEMORY}");
    assert!(answer.repr.as_ref().is_none_or(|repr| repr.len() as u64 <= REPR_BYTES));
    for value in values() {
        let text = serde_json::to_string(value).unwrap_or_default();
        assert!(!text.is_empty() && !text.contains(r#""$type":"blob""#), "{text}");
    }
}

/// Returns the memory of a value, about.
fn size(value: &Value) -> usize {
    let own = size_of::<Value>();
    own + match value {
        Value::Str(text) | Value::BigInt(text) | Value::Decimal(text) => text.len(),
        Value::Bytes(bytes) => bytes.len(),
        Value::Dict(pairs) => pairs.iter().map(|(key, value)| size(key) + size(value)).sum(),
        Value::Object { class, repr } => class.len() + repr.len(),
        other => match (other.items(), other.clone().into_tagged()) {
            (Some(items), _) => items.iter().map(size).sum(),
            (_, Ok((kind, fields))) => {
                kind.len() + fields.iter().map(|(name, part)| name.len() + size(part)).sum::<usize>()
            }
            _ => 0,
        },
    }
}
