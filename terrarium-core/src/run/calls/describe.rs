//! The descriptions of functions, for the code.

use serde::Serialize;

use crate::functions::{HostFunction, HostFunctions};

/// The most functions that a search finds.
const FOUND: usize = 50;
/// The longest docstring that the code gets.
const DOC: usize = 64 << 10;

#[derive(Serialize)]
struct Description<'a> {
    name: &'a str,
    signature: String,
    doc: &'a str,
    is_async: bool,
}

impl<'a> Description<'a> {
    fn new(function: &'a HostFunction) -> Self {
        Self {
            name: &function.name,
            signature: function.signature.as_deref().map(ToString::to_string).unwrap_or_default(),
            doc: &function.doc[..function.doc.floor_char_boundary(DOC)],
            is_async: function.is_async(),
        }
    }
}

/// Returns the description of a function as JSON; `null` for a name that no function has.
pub(super) fn describe(functions: &HostFunctions, name: &[u8]) -> Vec<u8> {
    let function = std::str::from_utf8(name).ok().and_then(|name| functions.functions.get(name));
    serde_json::to_vec(&function.map(|function| Description::new(function))).unwrap_or_default()
}

/// Returns the names of the functions whose name or docstring has all words of a text, those with words in the name
/// first; all names for an empty text.
pub(super) fn search(functions: &HostFunctions, text: &[u8], room: usize) -> Vec<u8> {
    let text = String::from_utf8_lossy(text).to_lowercase();
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut found: Vec<(usize, &str)> = functions
        .functions
        .values()
        .filter_map(|function| {
            let (name, doc) = (function.name.to_lowercase(), function.doc.to_lowercase());
            let is_found = words.iter().all(|word| name.contains(word) || doc.contains(word));
            let beside = words.iter().filter(|word| !name.contains(**word)).count();
            is_found.then_some((beside, &*function.name))
        })
        .collect();
    found.sort();
    let most = if words.is_empty() { usize::MAX } else { FOUND };
    let mut names: Vec<&str> = Vec::new();
    let mut size = 2;
    for (_, name) in found.into_iter().take(most) {
        size += name.len() + 3;
        if size > room {
            break;
        }
        names.push(name);
    }
    serde_json::to_vec(&names).unwrap_or_default()
}
