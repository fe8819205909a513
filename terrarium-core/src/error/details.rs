//! [`ErrorDetails`]: the parts of an error, for programs and other languages.

use std::path::Path;

use serde::Serialize;

use super::{Error, FileOperation, OptionProblem};
use crate::package::PackageError;

/// The parts of an [`Error`]: [`Error::details`]. The JSON form leaves out members without a value.
///
/// ```
/// use terrarium_core::Sandbox;
///
/// # fn main() -> terrarium_core::Result<()> {
/// let error = Sandbox::new(Default::default())?.session()?.read_file("no.txt").unwrap_err();
/// assert_eq!(error.to_string(), r#"cannot read "no.txt" in the sandbox: no such file or directory (ENOENT)"#);
/// assert_eq!(
///     serde_json::to_value(error.details()).unwrap(),
///     serde_json::json!({
///         "path": "no.txt", "operation": "read", "errno": "ENOENT", "reason": "no such file or directory",
///     }),
/// );
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ErrorDetails {
    /// The option at fault, or the option to raise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub option: Option<String>,
    /// The kind of problem with the option: `unknown`, `wrong_type` or `value`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<&'static str>,
    /// The expected type or value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// The actual type or value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
    /// Existing names that are similar to the unknown name, the closest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub similar: Vec<String>,
    /// The file or folder at fault, in the sandbox or on the host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The operation that failed on that file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<FileOperation>,
    /// The symbolic name of the error number: `ENOENT`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errno: Option<&'static str>,
    /// The argument that is too large.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub what: Option<&'static str>,
    /// The limit in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// The size in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub used: Option<u64>,
    /// The package at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
    /// The package that requires the package at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub needed_by: Option<String>,
    /// The package source at fault: an entry of `packages_from`, or the distribution or store that was searched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub package_source: Option<String>,
    /// The address of the download.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The problem in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl ErrorDetails {
    pub(super) fn new(error: &Error) -> Self {
        let none = Self::default();
        match error {
            Error::InvalidOption { option, problem, reason } => {
                let mut details = Self { option: text(option), reason: text(reason), ..none };
                details.problem = Some(problem.code());
                match problem {
                    OptionProblem::Unknown { similar } => details.similar.clone_from(similar),
                    OptionProblem::WrongType { expected, found } => {
                        (details.expected, details.found) = (text(expected), text(found));
                    }
                    OptionProblem::Value => {}
                }
                details
            }
            Error::InvalidPath { path, reason } => Self { path: text(path), reason: text(reason), ..none },
            Error::File { path, operation, errno, reason } => {
                let (operation, errno) = (Some(*operation), Some(*errno));
                Self { path: text(path), operation, errno, reason: text(reason), ..none }
            }
            Error::TooLarge { what, option, limit, used } => {
                Self { what: Some(what), option: text(option), limit: Some(*limit), used: Some(*used), ..none }
            }
            Error::Package { source } => Self::of_package(source),
            Error::Image { path, reason, source: _ } | Error::Cache { path, reason, source: _ } => {
                Self { path: shown(path), reason: text(reason), ..none }
            }
            Error::BareImageAlreadySet { path } => Self { path: shown(path), ..none },
            Error::Cancelled | Error::Forked => none,
            Error::Artifacts { reason, source: _ }
            | Error::Start { reason, source: _ }
            | Error::Engine { reason, source: _ } => Self { reason: text(reason), ..none },
        }
    }

    fn of_package(error: &PackageError) -> Self {
        let none = Self::default();
        match error {
            PackageError::Unknown { name, needed_by, similar, place } => {
                let (needed_by, similar) = (needed_by.clone(), similar.clone());
                Self { package: text(name), needed_by, similar, package_source: place.clone(), ..none }
            }
            PackageError::Unsatisfiable { explanation } => Self { reason: text(explanation), ..none },
            PackageError::Requirement { text: what, reason } => {
                Self { package: text(what), reason: text(reason), ..none }
            }
            PackageError::Absent { name, needed_by, path } => {
                Self { package: text(name), needed_by: needed_by.clone(), path: shown(path), ..none }
            }
            PackageError::Platform { path, tags, fits, way_out: _ } => {
                Self { path: shown(path), expected: text(fits), found: text(tags), ..none }
            }
            PackageError::Hash { path, expected, found } => {
                Self { path: shown(path), expected: text(expected), found: text(found), ..none }
            }
            PackageError::Damaged { path, reason, source: _ } | PackageError::Store { path, reason, source: _ } => {
                Self { path: shown(path), reason: text(reason), ..none }
            }
            PackageError::Source { entry, reason, source: _ } => {
                Self { package_source: text(entry), reason: text(reason), ..none }
            }
            PackageError::Cancelled { url } => Self { url: text(url), ..none },
            PackageError::Download { url, reason, source: _ } => Self { url: text(url), reason: text(reason), ..none },
        }
    }
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn shown(path: &Path) -> Option<String> {
    Some(path.to_string_lossy().into_owned())
}
