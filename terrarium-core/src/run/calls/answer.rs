//! The bytes of answers: a letter for their kind, then JSON text. Contents follow the text of a value.

use serde_json::json;

use crate::{Bytes, HostError, Value};

/// The bytes of a part of a value beyond which they are sent apart from its text.
const APART: usize = 1 << 10;
/// The places of contents are multiples of this, so that arrays can use them in place.
const ALIGNMENT: usize = 16;
/// The longest message of an error.
const MESSAGE: usize = 64 << 10;

/// Returns the answer with a value.
pub(super) fn value(mut value: Value) -> Result<Vec<u8>, HostError> {
    let unwritten =
        |error: serde_json::Error| HostError::new("TypeError", format!("the result cannot be sent: {error}"));
    if !is_plain(&value) {
        let mut contents = Vec::new();
        value.set_aside(APART, &mut contents);
        if !contents.is_empty() {
            return with_contents(&value, &contents).map_err(unwritten);
        }
    }
    let mut answer = vec![b'V'];
    serde_json::to_writer(&mut answer, &value).map_err(unwritten)?;
    Ok(answer)
}

/// Whether a value has no contents.
fn is_plain(value: &Value) -> bool {
    matches!(value, Value::None | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Str(_))
}

/// `B`, three more bytes, the size of the text, the number of contents and the size of each (32 bits); then the text and the
/// contents, each at a multiple of the alignment.
fn with_contents(value: &Value, contents: &[Bytes]) -> serde_json::Result<Vec<u8>> {
    let text = serde_json::to_vec(value)?;
    let size = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes();
    let count = u32::try_from(contents.len()).unwrap_or(u32::MAX).to_le_bytes();
    let mut answer = b"B\0\0\0".to_vec();
    answer.extend(size(&text).into_iter().chain(count));
    contents.iter().for_each(|content| answer.extend(size(content)));
    for part in std::iter::once(&text[..]).chain(contents.iter().map(|content| &content[..])) {
        answer.resize(answer.len().next_multiple_of(ALIGNMENT), 0);
        answer.extend_from_slice(part);
    }
    Ok(answer)
}

/// Returns the answer with the number of a stream.
pub(super) fn stream(number: u32) -> Vec<u8> {
    format!("S{number}").into_bytes()
}

/// Returns the answer of a stream that has ended.
pub(super) fn end() -> Vec<u8> {
    b"N".to_vec()
}

/// Returns the answer with an error.
pub(super) fn error(error: &HostError, number: u32) -> Vec<u8> {
    let error = error.parts();
    let message = &error.message[..error.message.floor_char_boundary(MESSAGE)];
    let told = json!({
        "kind": error.kind, "message": message, "base": error.base, "args": error.args, "data": error.data, "call": number,
    });
    [b"E", told.to_string().as_bytes()].concat()
}
