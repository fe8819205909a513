//! [`JsonOptions`]: options from JSON, with errors that name the option.

use serde_json::Value as Json;

use super::member::{Member, Refusal};
use crate::{
    Deterministic, Error, ExecuteOptions, ImageOptions, Result, SandboxOptions, error::OptionProblem, package::similar,
};

/// The name that stands for the options as a whole.
const WHOLE: &str = "options";

/// Options that are read from JSON member by member, so that an error states the option, the expected type and the
/// actual one: [`Error::InvalidOption`].
///
/// ```
/// use terrarium_core::{JsonOptions, SandboxOptions};
///
/// # fn main() -> terrarium_core::Result<()> {
/// let options = SandboxOptions::from_json(r#"{"memory": 134217728, "packages": ["numpy"]}"#)?;
/// assert_eq!(options.memory, 128 << 20);
///
/// let error = SandboxOptions::from_json(r#"{"memory": "1G"}"#).unwrap_err();
/// assert_eq!(error.to_string(), "option `memory`: expected an integer, found a string");
/// let error = SandboxOptions::from_json(r#"{"memroy": 1}"#).unwrap_err();
/// assert_eq!(error.to_string(), "option `memroy`: there is no such option; did you mean `memory`?");
/// # Ok(())
/// # }
/// ```
pub trait JsonOptions: Default + Sealed {
    /// The names of all options that have a JSON form.
    const NAMES: &'static [&'static str];

    /// Sets the option `name` to a value from JSON.
    ///
    /// # Errors
    /// [`Error::InvalidOption`] for a name that does not exist and for a value of the wrong type.
    fn set_json(&mut self, name: &str, value: Json) -> Result<()>;

    /// Reads options from a JSON object; options that it leaves out have their defaults.
    ///
    /// # Errors
    /// As for [`set_json`](Self::set_json).
    fn from_json_value(value: Json) -> Result<Self> {
        let Json::Object(members) = value else {
            return Err(Refusal::wrong_type("an object", &value).into_error(WHOLE));
        };
        let mut options = Self::default();
        for (name, value) in members {
            options.set_json(&name, value)?;
        }
        Ok(options)
    }

    /// Reads options from JSON text.
    ///
    /// # Errors
    /// As for [`set_json`](Self::set_json), and for text that is not JSON.
    fn from_json(text: &str) -> Result<Self> {
        let value = serde_json::from_str(text).map_err(|error| Error::option(WHOLE, format!("no JSON: {error}")))?;
        Self::from_json_value(value)
    }

    /// Returns the error for a name that is not one of [`NAMES`](Self::NAMES).
    #[doc(hidden)]
    fn unknown(name: &str) -> Error {
        let similar = similar(name, Self::NAMES.iter().copied());
        let reason = match &similar[..] {
            [] => format!("there is no such option; the options are {}", Self::NAMES.join(", ")),
            names => format!("there is no such option; did you mean `{}`?", names.join("` or `")),
        };
        Error::InvalidOption { option: name.to_owned(), problem: OptionProblem::Unknown { similar }, reason }
    }
}

/// Restricts [`JsonOptions`] to the option structs of this crate.
#[doc(hidden)]
pub trait Sealed {}

impl Sealed for SandboxOptions {}
impl Sealed for ExecuteOptions {}
impl Sealed for ImageOptions {}
impl Sealed for Deterministic {}

/// Reads a member that has members: an error names both, as in `deterministic.seed`.
impl Member for Deterministic {
    const EXPECTED: &'static str = "an object";

    fn read(value: Json) -> Result<Self, Refusal> {
        match value {
            Json::Object(_) => Self::from_json_value(value).map_err(Refusal::Inside),
            other => Err(Refusal::wrong_type(Self::EXPECTED, &other)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused<T: JsonOptions>(text: &str) -> (String, &'static str, String) {
        let Err(error) = T::from_json(text) else { panic!("{text} is not refused") };
        match error {
            Error::InvalidOption { option, problem, reason } => (option, problem.code(), reason),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_integer_beyond_64_bits_is_out_of_bounds_and_no_fraction() {
        for text in [r#"{"memory": 99999999999999999999999}"#, r#"{"memory": 1e21}"#] {
            let (option, problem, reason) = refused::<SandboxOptions>(text);
            assert_eq!((option.as_str(), problem), ("memory", "value"), "{text}");
            assert!(reason.contains("is not between 0 and"), "{reason}");
        }
    }

    #[test]
    fn every_option_is_read_as_serde_reads_it() {
        let text = r#"{"timeout": null, "grace": 0.25, "memory": 100000000, "stream_bytes": 1, "file_bytes": 2,
            "file_count": 20, "open_files": 9, "code_bytes": 3, "value_bytes": 4, "repr_bytes": 5, "home": "/h",
            "cwd": "w", "args": ["a"], "env": {"A": "1"}, "files": {"a.txt": "aGk="}, "mounts": {"m": "/srv"}, "untrusted_libraries": true,
            "deterministic": {"seed": 7}, "packages": "auto", "packages_from": ["x"], "install": "index",
            "preload": false,
            "image": "x.timg", "threads": false, "cache_dir": "c"}"#;
        let options = SandboxOptions::from_json(text).unwrap();
        assert_eq!(options, serde_json::from_str(text).unwrap());
        let members = serde_json::to_value(&options).unwrap();
        let members: Vec<&String> = members.as_object().unwrap().keys().collect();
        assert_eq!(members, SandboxOptions::NAMES);

        let text = r#"{"files": {"a": ""}, "stdin": "aGk=", "args": ["x"], "env": {}, "cwd": null,
            "inputs": {"x": {"$type": "tuple", "items": [1]}}, "outputs": ["y"], "filename": "f.py", "timeout": 1,
            "store_last": true}"#;
        let options = ExecuteOptions::from_json(text).unwrap();
        let by_serde: ExecuteOptions = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_value(&options).unwrap(), serde_json::to_value(&by_serde).unwrap());

        let text = r#"{"packages": ["a"], "packages_from": ["b"], "prepare": "c", "warm": false, "inline": true,
            "portable": true, "timeout": 2.5, "cache_dir": null}"#;
        assert_eq!(ImageOptions::from_json(text).unwrap(), serde_json::from_str(text).unwrap());
    }

    #[test]
    fn an_unknown_name_is_refused_with_those_that_look_like_it() {
        let (option, problem, reason) = refused::<SandboxOptions>(r#"{"memroy": 1}"#);
        assert_eq!((option.as_str(), problem), ("memroy", "unknown"));
        assert!(reason.ends_with("did you mean `memory`?"), "{reason}");
        for (name, meant) in [("fileBytes", "file_bytes"), ("tiemout", "timeout"), ("package", "packages")] {
            let error = SandboxOptions::unknown(name);
            assert_eq!(error.details().similar.first().map(String::as_str), Some(meant), "{error}");
        }
        let (_, _, reason) = refused::<ExecuteOptions>(r#"{"zzzzzzzz": 1}"#);
        assert!(reason.contains("files, stdin, args"), "{reason}");
        assert_eq!(refused::<ExecuteOptions>(r#"{"on_stdout": 1}"#).1, "unknown");
    }

    #[test]
    fn a_value_of_the_wrong_type_is_refused_with_both_types() {
        for (text, option, reason) in [
            (r#"{"memory": "1G"}"#, "memory", "expected an integer, found a string"),
            (r#"{"memory": 1.5}"#, "memory", "expected an integer, found a number with a fraction"),
            (r#"{"memory": null}"#, "memory", "expected an integer, found null"),
            (r#"{"timeout": "1"}"#, "timeout", "expected a number of seconds or null, found a string"),
            (r#"{"preload": 1}"#, "preload", "expected a boolean, found an integer"),
            (r#"{"args": "x"}"#, "args", "expected a list of strings, found a string"),
            (r#"{"args": ["x", 1]}"#, "args", "expected a list of strings, found an integer at index 1"),
            (r#"{"env": {"A": []}}"#, "env", "expected an object of strings, found a list for \"A\""),
            (r#"{"packages": 5}"#, "packages", "expected a list of strings or \"auto\", found an integer"),
            (r#"{"deterministic": true}"#, "deterministic", "expected an object or null, found a boolean"),
            (r#"{"deterministic": {"seed": "x"}}"#, "deterministic.seed", "expected an integer, found a string"),
            ("[]", "options", "expected an object, found a list"),
        ] {
            let expected = (option.to_owned(), "wrong_type", reason.to_owned());
            assert_eq!(refused::<SandboxOptions>(text), expected, "{text}");
        }
        let error = SandboxOptions::from_json(r#"{"deterministic": {"sed": 1}}"#).unwrap_err();
        assert_eq!(
            (error.details().option.as_deref(), error.details().problem),
            (Some("deterministic.sed"), Some("unknown"))
        );
    }

    #[test]
    fn a_value_that_cannot_be_is_refused_as_such() {
        for text in [
            r#"{"memory": -1}"#,
            r#"{"open_files": 4294967296}"#,
            r#"{"timeout": -1}"#,
            r#"{"timeout": 1e300}"#,
            r#"{"packages": "numpy"}"#,
            r#"{"files": {"a": "?"}}"#,
        ] {
            let (option, problem, reason) = refused::<SandboxOptions>(text);
            assert_eq!(problem, "value", "{option}: {reason}");
        }
        let (option, _, reason) = refused::<ExecuteOptions>(r#"{"inputs": {"x": {"$type": "set"}}}"#);
        assert!(option == "inputs" && reason.contains("\"x\""), "{reason}");
        assert_eq!(refused::<SandboxOptions>("{").1, "value");
    }
}
