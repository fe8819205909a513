//! [`Member`]: the value of one option, read from JSON.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value as Json;

use super::{AUTO, Install, Packages};
use crate::{Bytes, Error, Journal, Result, Stdin, Value, error::OptionProblem};

/// The reason why a value from JSON is not valid for an option.
pub(crate) enum Refusal {
    /// The value has another type than the option.
    WrongType { expected: String, found: String },
    /// The value has the right type and is invalid.
    Value(String),
    /// The value is an object with an invalid member.
    Inside(Error),
}

impl Refusal {
    pub(crate) fn wrong_type(expected: &str, found: &Json) -> Self {
        Self::WrongType { expected: expected.to_owned(), found: type_of(found).to_owned() }
    }

    /// Converts into the error of the option `name`.
    pub(crate) fn into_error(self, name: &str) -> Error {
        match self {
            Self::WrongType { expected, found } => Error::InvalidOption {
                option: name.to_owned(),
                reason: format!("expected {expected}, found {found}"),
                problem: OptionProblem::WrongType { expected, found },
            },
            Self::Value(reason) => Error::option(name, reason),
            Self::Inside(Error::InvalidOption { option, problem, reason }) => {
                Error::InvalidOption { option: format!("{name}.{option}"), problem, reason }
            }
            Self::Inside(error) => error,
        }
    }

    /// Returns the refusal of a container of type `expected`, for its element at `place`.
    fn at(self, expected: String, place: &str) -> Self {
        match self {
            Self::WrongType { found, .. } => Self::WrongType { expected, found: format!("{found} {place}") },
            Self::Value(reason) => Self::Value(format!("{reason} {place}")),
            inside @ Self::Inside(_) => inside,
        }
    }
}

/// A type of option values.
pub(crate) trait Member: Sized {
    /// The type in words; empty, if the words depend on another type.
    const EXPECTED: &'static str = "";

    /// The plural of the type in words.
    const EXPECTED_MANY: &'static str = "";

    /// Returns the type in words.
    fn expected() -> String {
        Self::EXPECTED.to_owned()
    }

    /// Reads the value, or returns the reason why it is invalid.
    fn read(value: Json) -> Result<Self, Refusal>;

    /// Reads the value of the option `name`.
    ///
    /// # Errors
    /// [`Error::InvalidOption`].
    fn read_option(name: &str, value: Json) -> Result<Self> {
        Self::read(value).map_err(|refusal| refusal.into_error(name))
    }
}

/// Returns the type of a value in words.
fn type_of(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "a boolean",
        Json::Number(number) if number.is_f64() => "a number with a fraction",
        Json::Number(_) => "an integer",
        Json::String(_) => "a string",
        Json::Array(_) => "a list",
        Json::Object(_) => "an object",
    }
}

impl Member for bool {
    const EXPECTED: &'static str = "a boolean";

    fn read(value: Json) -> Result<Self, Refusal> {
        value.as_bool().ok_or_else(|| Refusal::wrong_type(Self::EXPECTED, &value))
    }
}

impl Member for u64 {
    const EXPECTED: &'static str = "an integer";

    fn read(value: Json) -> Result<Self, Refusal> {
        match &value {
            Json::Number(number) if !number.is_f64() => {
                number.as_u64().ok_or_else(|| Refusal::Value(format!("{number} is negative")))
            }
            // JSON has no bound, so an integer beyond 64 bits is read as a number with a fraction.
            Json::Number(number)
                if number.as_f64().is_some_and(|number| number.fract() == 0.0 && number >= TWO_TO_64) =>
            {
                Err(Refusal::Value(format!("{number} is not between 0 and {}", Self::MAX)))
            }
            _ => Err(Refusal::wrong_type(Self::EXPECTED, &value)),
        }
    }
}

/// The first number that a `u64` cannot hold.
const TWO_TO_64: f64 = 18_446_744_073_709_551_616.0;

impl Member for u32 {
    const EXPECTED: &'static str = u64::EXPECTED;

    fn read(value: Json) -> Result<Self, Refusal> {
        let number = u64::read(value)?;
        number.try_into().map_err(|_| Refusal::Value(format!("{number} is not between 0 and {}", Self::MAX)))
    }
}

impl Member for f64 {
    const EXPECTED: &'static str = "a number";

    fn read(value: Json) -> Result<Self, Refusal> {
        value.as_f64().ok_or_else(|| Refusal::wrong_type(Self::EXPECTED, &value))
    }
}

impl Member for Duration {
    const EXPECTED: &'static str = "a number of seconds";

    fn read(value: Json) -> Result<Self, Refusal> {
        let seconds = value.as_f64().ok_or_else(|| Refusal::wrong_type(Self::EXPECTED, &value))?;
        Self::try_from_secs_f64(seconds).map_err(|error| Refusal::Value(format!("{value} s: {error}")))
    }
}

impl Member for String {
    const EXPECTED: &'static str = "a string";
    const EXPECTED_MANY: &'static str = "strings";

    fn read(value: Json) -> Result<Self, Refusal> {
        match value {
            Json::String(text) => Ok(text),
            other => Err(Refusal::wrong_type(Self::EXPECTED, &other)),
        }
    }
}

impl Member for PathBuf {
    const EXPECTED: &'static str = String::EXPECTED;

    fn read(value: Json) -> Result<Self, Refusal> {
        String::read(value).map(Self::from)
    }
}

impl Member for Bytes {
    const EXPECTED: &'static str = "a string in base64";
    const EXPECTED_MANY: &'static str = "strings in base64";

    fn read(value: Json) -> Result<Self, Refusal> {
        match value {
            Json::String(text) => {
                STANDARD.decode(text).map(Self::from).map_err(|error| Refusal::Value(format!("no base64 ({error})")))
            }
            other => Err(Refusal::wrong_type(Self::EXPECTED, &other)),
        }
    }
}

impl Member for Stdin {
    const EXPECTED: &'static str = Bytes::EXPECTED;

    fn read(value: Json) -> Result<Self, Refusal> {
        Bytes::read(value).map(Self::from)
    }
}

impl Member for Value {
    const EXPECTED: &'static str = "a value";
    const EXPECTED_MANY: &'static str = "values";

    fn read(value: Json) -> Result<Self, Refusal> {
        serde::Deserialize::deserialize(value).map_err(|error: serde_json::Error| Refusal::Value(error.to_string()))
    }
}

impl Member for Packages {
    const EXPECTED: &'static str = "a list of strings or \"auto\"";

    fn read(value: Json) -> Result<Self, Refusal> {
        match value {
            Json::String(word) if word == AUTO => Ok(Self::Auto),
            Json::String(word) => Err(Refusal::Value(format!("{word:?} is neither a list nor {AUTO:?}"))),
            names @ Json::Array(_) => Vec::read(names).map(Self::List),
            other => Err(Refusal::wrong_type(Self::EXPECTED, &other)),
        }
    }
}

impl Member for Journal {
    const EXPECTED: &'static str = "\"record\", or an object with \"replay\" or \"resume\"";

    fn read(value: Json) -> Result<Self, Refusal> {
        if !value.is_string() && !value.is_object() {
            return Err(Refusal::wrong_type(Self::EXPECTED, &value));
        }
        serde_json::from_value(value).map_err(|error| Refusal::Value(error.to_string()))
    }
}

impl Member for Install {
    const EXPECTED: &'static str = "\"off\", \"local\" or \"index\"";

    fn read(value: Json) -> Result<Self, Refusal> {
        match value.as_str() {
            Some("off") => Ok(Self::Off),
            Some("local") => Ok(Self::Local),
            Some("index") => Ok(Self::Index),
            Some(word) => Err(Refusal::Value(format!("{word:?} is none of {}", Self::EXPECTED))),
            None => Err(Refusal::wrong_type(Self::EXPECTED, &value)),
        }
    }
}

impl<T: Member> Member for Option<T> {
    fn expected() -> String {
        format!("{} or null", T::expected())
    }

    fn read(value: Json) -> Result<Self, Refusal> {
        if value.is_null() {
            return Ok(None);
        }
        let is_whole = !matches!(value, Json::Array(_));
        T::read(value).map(Some).map_err(|refusal| match refusal {
            Refusal::WrongType { found, .. } if is_whole => Refusal::WrongType { expected: Self::expected(), found },
            other => other,
        })
    }
}

impl<T: Member> Member for Vec<T> {
    fn expected() -> String {
        format!("a list of {}", T::EXPECTED_MANY)
    }

    fn read(value: Json) -> Result<Self, Refusal> {
        let Json::Array(items) = value else {
            return Err(Refusal::wrong_type(&Self::expected(), &value));
        };
        let read =
            |(index, item)| T::read(item).map_err(|refusal| refusal.at(Self::expected(), &format!("at index {index}")));
        items.into_iter().enumerate().map(read).collect()
    }
}

impl<T: Member> Member for BTreeMap<String, T> {
    fn expected() -> String {
        format!("an object of {}", T::EXPECTED_MANY)
    }

    fn read(value: Json) -> Result<Self, Refusal> {
        let Json::Object(members) = value else {
            return Err(Refusal::wrong_type(&Self::expected(), &value));
        };
        let read = |(name, member)| {
            let member = T::read(member).map_err(|refusal| refusal.at(Self::expected(), &format!("for {name:?}")))?;
            Ok((name, member))
        };
        members.into_iter().map(read).collect()
    }
}
