//! Mounts in JSON: an object, or the path alone.

use std::path::PathBuf;

use serde::Deserialize;
use serde_json::Value as Json;

use super::{Mount, MountMode};
use crate::{
    Error,
    error::OptionProblem,
    options::{Member, Refusal},
};

/// The two forms of a mount, for serde.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Form {
    Path(PathBuf),
    Object(Object),
}

/// The members of the object.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Object {
    path: PathBuf,
    #[serde(default)]
    mode: MountMode,
    max_bytes: Option<u64>,
    max_files: Option<u64>,
}

impl From<Form> for Mount {
    fn from(form: Form) -> Self {
        let default = Self::default();
        match form {
            Form::Path(path) => Self::read_only(path),
            Form::Object(Object { path, mode, max_bytes, max_files }) => Self {
                path,
                mode,
                max_bytes: max_bytes.unwrap_or(default.max_bytes),
                max_files: max_files.unwrap_or(default.max_files),
                ..default
            },
        }
    }
}

impl Member for MountMode {
    const EXPECTED: &'static str = "\"read-only\", \"overlay\" or \"read-write\"";

    fn read(value: Json) -> Result<Self, Refusal> {
        match value.as_str() {
            Some("read-only") => Ok(Self::ReadOnly),
            Some("overlay") => Ok(Self::Overlay),
            Some("read-write") => Ok(Self::ReadWrite),
            Some(word) => Err(Refusal::Value(format!("{word:?} is none of {}", Self::EXPECTED))),
            None => Err(Refusal::wrong_type(Self::EXPECTED, &value)),
        }
    }
}

impl Member for Mount {
    const EXPECTED: &'static str = "a path or an object";
    const EXPECTED_MANY: &'static str = "paths or objects";

    fn read(value: Json) -> Result<Self, Refusal> {
        let members = match value {
            Json::String(path) => return Ok(Self::read_only(path)),
            Json::Object(members) => members,
            other => return Err(Refusal::wrong_type(Self::EXPECTED, &other)),
        };
        let mut mount = Self::default();
        for (name, value) in members {
            let read = match name.as_str() {
                "path" => Member::read_option(&name, value).map(|path| mount.path = path),
                "mode" => Member::read_option(&name, value).map(|mode| mount.mode = mode),
                "max_bytes" => Member::read_option(&name, value).map(|bytes| mount.max_bytes = bytes),
                "max_files" => Member::read_option(&name, value).map(|files| mount.max_files = files),
                _ => Err(unknown(&name)),
            };
            read.map_err(Refusal::Inside)?;
        }
        if mount.path.as_os_str().is_empty() {
            return Err(Refusal::Inside(Error::option("path", "the mount has none")));
        }
        Ok(mount)
    }
}

fn unknown(name: &str) -> Error {
    let names = ["path", "mode", "max_bytes", "max_files"];
    let similar = crate::package::similar(name, names.iter().copied());
    let reason = format!("there is no such option; the options are {}", names.join(", "));
    Error::InvalidOption { option: name.to_owned(), problem: OptionProblem::Unknown { similar }, reason }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{JsonOptions as _, SandboxOptions};

    #[test]
    fn both_forms_are_read_as_serde_reads_them() {
        let text = r#"{"mounts": {"a": "/x", "b": {"path": "y", "mode": "overlay"},
            "c": {"path": "/z", "mode": "read-write", "max_bytes": 5, "max_files": 6}}}"#;
        let options = SandboxOptions::from_json(text).unwrap();
        assert_eq!(options, serde_json::from_str(text).unwrap());
        assert_eq!(options.mounts["a"], Mount::read_only("/x"));
        assert_eq!(options.mounts["b"], Mount::overlay("y"));
        assert_eq!(options.mounts["c"], Mount::read_write("/z").max_bytes(5).max_files(6));
        let again: SandboxOptions = serde_json::from_value(serde_json::to_value(&options).unwrap()).unwrap();
        assert_eq!(again, options);
    }

    #[test]
    fn a_wrong_form_is_refused_by_name() {
        for (mount, option, part) in [
            ("5", "mounts", "an object of paths or objects"),
            (r#"{"path": "/x", "mode": "rw"}"#, "mounts.mode", "\"rw\" is none of"),
            (r#"{"path": "/x", "max_bytes": "1G"}"#, "mounts.max_bytes", "expected an integer"),
            (r#"{"path": "/x", "max_byte": 1}"#, "mounts.max_byte", "there is no such option"),
            (r#"{"mode": "overlay"}"#, "mounts.path", "the mount has none"),
        ] {
            let error = SandboxOptions::from_json(&format!(r#"{{"mounts": {{"a": {mount}}}}}"#)).unwrap_err();
            assert_eq!(error.details().option.as_deref(), Some(option), "{error}");
            assert!(error.to_string().contains(part), "{error}");
        }
    }
}
