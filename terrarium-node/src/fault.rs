//! [`Fault`]: what JavaScript is told of an error of the host.

use std::fmt::Debug;

use serde::Serialize;
use serde_json::{Map, Value as Json, json};
use terrarium_core::{Error, PackageError};

/// An error as the members of a JavaScript error.
#[derive(Debug, Serialize)]
pub(crate) struct Fault {
    /// `ERR_TERRARIUM_` and the name of the variant.
    code: String,
    /// The text.
    message: String,
    /// Whether a value of a wrong type is at fault, which in JavaScript is a `TypeError`.
    is_type: bool,
    /// What is at fault, by name.
    details: Box<Map<String, Json>>,
}

impl Fault {
    /// A value that does not have the type of its option.
    pub(crate) fn wrong_type(message: String, option: Option<String>) -> Self {
        let details = option.map(|name| ("option".to_owned(), Json::String(name))).into_iter().collect();
        Self { code: code("InvalidOption"), message, is_type: true, details: Box::new(details) }
    }

    /// A use that the state of things does not allow.
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
        let details = match &error {
            Error::InvalidOption { name, .. } => json!({ "option": name }),
            Error::Package(PackageError::Unknown { name, .. } | PackageError::Absent { name, .. }) => {
                json!({ "package": name })
            }
            Error::Package(
                PackageError::Hash { path, .. } | PackageError::Damaged { path, .. } | PackageError::Store { path, .. },
            ) => json!({ "path": path.to_string_lossy() }),
            Error::Package(PackageError::Download { url, .. }) => json!({ "url": url }),
            Error::InvalidPath { path, .. } | Error::File { path, .. } => json!({ "path": path }),
            Error::Image { path, .. } | Error::Cache { path, .. } => json!({ "path": path.to_string_lossy() }),
            Error::TooLarge { what, option, limit, used } => {
                json!({ "what": what, "option": option, "limit": limit, "used": used })
            }
            _ => json!({}),
        };
        let details = match details {
            Json::Object(details) => details,
            _ => Map::new(),
        };
        let name = match &error {
            Error::Package(error) => format!("Package{}", variant(error)),
            error => variant(error),
        };
        Self { code: code(&name), message: error.to_string(), is_type: false, details: Box::new(details) }
    }
}

impl From<std::io::Error> for Fault {
    fn from(error: std::io::Error) -> Self {
        Error::Engine(format!("no thread for the run: {error}")).into()
    }
}

/// The name of an enum's variant, which its derived `Debug` starts with; so a new variant needs no line here.
fn variant(error: &impl Debug) -> String {
    format!("{error:?}").chars().take_while(char::is_ascii_alphanumeric).collect()
}

/// `InvalidOption` becomes `ERR_TERRARIUM_INVALID_OPTION`.
fn code(variant: &str) -> String {
    let mut code = "ERR_TERRARIUM".to_owned();
    for letter in variant.chars() {
        if letter.is_ascii_uppercase() {
            code.push('_');
        }
        code.push(letter.to_ascii_uppercase());
    }
    code
}
