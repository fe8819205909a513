//! [`Fault`]: an error of the host on its way to JavaScript.

use serde::Serialize;
use serde_json::{Map, Value as Json};
use terrarium_core::Error;

/// An error as the members of a JavaScript error.
#[derive(Debug, Serialize)]
pub(crate) struct Fault {
    /// `ERR_TERRARIUM_` and core's code in capital letters.
    code: String,
    /// The text.
    message: String,
    /// Whether the error is an unknown option or a value of a wrong type, which in JavaScript is a `TypeError`.
    is_type: bool,
    /// The members of core's `ErrorDetails`.
    details: Box<Map<String, Json>>,
}

impl Fault {
    /// A value that does not have the type of its option.
    pub(crate) fn wrong_type(message: String, option: Option<String>) -> Self {
        let details = option.map(|name| ("option".to_owned(), Json::String(name))).into_iter().collect();
        Self { code: code("invalid_option"), message, is_type: true, details: Box::new(details) }
    }

    /// A call that the state of its object does not allow.
    pub(crate) fn state(name: &str, message: &str) -> Self {
        Self { code: code(name), message: message.to_owned(), is_type: false, details: Box::default() }
    }

    /// The JSON text.
    pub(crate) fn text(&self) -> String {
        // Maps with keys that are strings always have a JSON form.
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        let details = error.details();
        let is_type = matches!(details.problem, Some("unknown" | "wrong_type"));
        let details = match serde_json::to_value(&details) {
            Ok(Json::Object(details)) => details,
            // Unreachable: a struct is an object.
            _ => Map::new(),
        };
        Self { code: code(error.code()), message: error.to_string(), is_type, details: Box::new(details) }
    }
}

impl From<std::io::Error> for Fault {
    fn from(error: std::io::Error) -> Self {
        Error::engine(format!("no thread for the run: {error}")).into()
    }
}

/// `invalid_option` becomes `ERR_TERRARIUM_INVALID_OPTION`.
fn code(name: &str) -> String {
    format!("ERR_TERRARIUM_{}", name.to_ascii_uppercase())
}
