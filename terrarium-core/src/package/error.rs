//! [`PackageError`]: the reasons why packages cannot be found, read or downloaded.

use std::path::{Path, PathBuf};

/// The error that caused this one.
type Cause = Box<dyn std::error::Error + Send + Sync>;

/// The reason why a package cannot be used. Each text names the file, the package or the address at fault.
///
/// ```
/// use terrarium_core::{Sandbox, SandboxOptions};
///
/// let folder = std::env::temp_dir().join("terrarium-no-such-folder");
/// let options = SandboxOptions::new().package("six").package_source(folder.to_str().unwrap());
/// let error = Sandbox::new(options).unwrap_err();
/// assert_eq!(error.code(), "package_source");
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PackageError {
    /// No package source has the package.
    #[error(
        "no package {name:?}{}{}: {} has it",
        needed(.needed_by.as_deref()),
        suggestion(.similar),
        searched(.place.as_deref())
    )]
    Unknown {
        /// The requested name.
        name: String,
        /// The package that requires it, if the user did not request it.
        needed_by: Option<String>,
        /// The available names that are similar.
        similar: Vec<String>,
        /// The distribution or the package store that was searched; `None` for all package sources of a sandbox.
        place: Option<String>,
    },
    /// No versions of all packages go together.
    #[error("{explanation}")]
    Unsatisfiable {
        /// The chain of requirements that cannot hold together, one step a line.
        explanation: String,
    },
    /// A requirement cannot be read, or asks for something that is not done here.
    #[error("{reason}")]
    Requirement {
        /// The requirement, or the file or setting that has it.
        text: String,
        /// The problem; it names the requirement.
        reason: String,
    },
    /// A distribution lists the package and does not contain its file.
    #[error("package {name:?}{}: {path} is in the lock, but the file is not there", needed(.needed_by.as_deref()))]
    Absent {
        /// The package.
        name: String,
        /// The package that requires it, if the user did not request it.
        needed_by: Option<String>,
        /// The path where the file is expected.
        path: PathBuf,
    },
    /// A wheel is for another platform or another Python.
    #[error("{path}: the wheel is for {tags}; this Python loads {fits}{}", after_colon(.way_out.as_deref()))]
    Platform {
        /// The wheel.
        path: PathBuf,
        /// The tags of the wheel.
        tags: String,
        /// The tags that this Python loads.
        fits: String,
        /// The way to the right files, where one is known.
        way_out: Option<String>,
    },
    /// The hash of a file differs from the hash in its lock.
    #[error("{path}: its SHA-256 is {found}, expected is {expected}")]
    Hash {
        /// The file.
        path: PathBuf,
        /// The hash in the lock, in hexadecimal.
        expected: String,
        /// The hash of the file.
        found: String,
    },
    /// A wheel, a lock or a site folder is broken, or contains something that is not allowed.
    #[error("{path}: {reason}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The problem; a member of an archive is named.
        reason: String,
        /// The error that caused this one.
        source: Option<Cause>,
    },
    /// An entry of `packages_from` cannot be used.
    #[error("packages from {entry:?}: {reason}")]
    Source {
        /// The entry.
        entry: String,
        /// The problem and a way out.
        reason: String,
        /// The error that caused this one.
        source: Option<Cause>,
    },
    /// The package store cannot be used.
    #[error("package store {path}: {reason}")]
    Store {
        /// The file or folder.
        path: PathBuf,
        /// The problem.
        reason: String,
        /// The error that caused this one.
        source: Option<Cause>,
    },
    /// A download failed.
    #[error("{url}: {reason}")]
    Download {
        /// The address of the download.
        url: String,
        /// The problem.
        reason: String,
        /// The error that caused this one.
        source: Option<Cause>,
    },
    /// The caller's progress function stopped a download. The part that arrived is kept for the next attempt.
    #[error("{url}: the download was cancelled")]
    Cancelled {
        /// The address that was fetched.
        url: String,
    },
}

impl PackageError {
    /// Adds what was tried in place of a distribution that cannot be reached, and failed.
    pub(super) fn with_alternative(self, other: &Self) -> Self {
        match self {
            Self::Download { url, reason, source } => {
                let reason = format!("{reason}; the index alone does not have everything: {other}");
                Self::Download { url, reason, source }
            }
            error => error,
        }
    }

    /// The stable name of the kind of error: see [`Error::code`](crate::Error::code).
    ///
    /// The code is one of `package_unknown`, `package_unsatisfiable`, `package_requirement`, `package_absent`, `package_platform`, `package_hash`, `package_damaged`,
    /// `package_source`, `package_store`, `package_download` or `package_cancelled`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unknown { .. } => "package_unknown",
            Self::Unsatisfiable { .. } => "package_unsatisfiable",
            Self::Requirement { .. } => "package_requirement",
            Self::Absent { .. } => "package_absent",
            Self::Platform { .. } => "package_platform",
            Self::Hash { .. } => "package_hash",
            Self::Damaged { .. } => "package_damaged",
            Self::Source { .. } => "package_source",
            Self::Store { .. } => "package_store",
            Self::Download { .. } => "package_download",
            Self::Cancelled { .. } => "package_cancelled",
        }
    }

    pub(super) fn damaged(path: impl Into<PathBuf>, reason: impl ToString) -> Self {
        Self::Damaged { path: path.into(), reason: reason.to_string(), source: None }
    }
}

impl From<terrarium_index::Error> for PackageError {
    fn from(error: terrarium_index::Error) -> Self {
        use terrarium_index::Error as E;
        let reason = error.to_string();
        let download = |url: &str| {
            let reason = reason.strip_prefix(&format!("{url}: ")).unwrap_or(&reason).to_owned();
            Self::Download { url: url.to_owned(), reason, source: None }
        };
        match &error {
            E::NoSolution { explanation, .. } => Self::Unsatisfiable { explanation: explanation.clone() },
            E::Requirement { text, .. } => Self::Requirement { text: text.clone(), reason },
            E::Input { path, .. } => Self::Requirement { text: path.to_string_lossy().into_owned(), reason },
            E::Setting { place, .. } => Self::Requirement { text: place.clone(), reason },
            E::Request { url, .. } | E::Credentials { url, .. } | E::Offline { url } => download(url),
            E::TooLarge { what, .. } | E::Format { what, .. } => download(what),
            E::Hash { file, expected: Some(expected), found: Some(found), .. } => {
                Self::Hash { path: file.into(), expected: expected.clone(), found: found.clone() }
            }
            E::Hash { file, .. } => Self::Damaged { path: file.into(), reason: trimmed(&reason, file), source: None },
            E::Wheel { file, .. } => Self::Damaged { path: file.into(), reason: trimmed(&reason, file), source: None },
            E::File { path, .. } => {
                let reason = trimmed(&reason, &path.to_string_lossy());
                Self::Store { path: path.clone(), reason, source: Some(error.into()) }
            }
            E::Cancelled => Self::Cancelled { url: "the index".to_owned() },
            _ => Self::Download { url: "the index".to_owned(), reason, source: None },
        }
    }
}

/// Returns the text of an error without the name of the file at its start.
fn trimmed(text: &str, file: &str) -> String {
    text.strip_prefix(&format!("{file}: ")).unwrap_or(text).to_owned()
}

/// Converts a failure into a [`PackageError`] with the failure's text in its reason and the failure itself as its
/// source.
pub(crate) trait PackageContext<T> {
    /// Converts into [`PackageError::Damaged`] of the file at `path`.
    fn or_damaged(self, path: &Path) -> Result<T, PackageError>;

    /// Converts into [`PackageError::Source`] of an entry of `packages_from`.
    fn or_source(self, entry: &str) -> Result<T, PackageError>;

    /// Converts into [`PackageError::Store`] of the file at `path`.
    fn or_store(self, path: &Path) -> Result<T, PackageError>;
}

impl<T, E: Into<Cause>> PackageContext<T> for Result<T, E> {
    fn or_damaged(self, path: &Path) -> Result<T, PackageError> {
        self.map_err(|error| {
            let source = error.into();
            PackageError::Damaged { path: path.to_owned(), reason: source.to_string(), source: Some(source) }
        })
    }

    fn or_source(self, entry: &str) -> Result<T, PackageError> {
        self.map_err(|error| {
            let source = error.into();
            PackageError::Source { entry: entry.to_owned(), reason: source.to_string(), source: Some(source) }
        })
    }

    fn or_store(self, path: &Path) -> Result<T, PackageError> {
        self.map_err(|error| {
            let source = error.into();
            PackageError::Store { path: path.to_owned(), reason: source.to_string(), source: Some(source) }
        })
    }
}

fn needed(by: Option<&str>) -> String {
    by.map_or_else(String::new, |by| format!(", needed by {by:?}"))
}

fn after_colon(text: Option<&str>) -> String {
    text.map_or_else(String::new, |text| format!(": {text}"))
}

fn searched(place: Option<&str>) -> String {
    place.map_or_else(|| "no package source".to_owned(), |place| format!("nothing in {place}"))
}

fn suggestion(names: &[String]) -> String {
    match names {
        [] => String::new(),
        names => format!(" (did you mean {}?)", names.join(" or ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_name_the_package_who_needs_it_and_the_way_out() {
        let unknown = |place: Option<&str>| PackageError::Unknown {
            name: "nunpy".to_owned(),
            needed_by: Some("pandas".to_owned()),
            similar: vec!["numpy".to_owned()],
            place: place.map(str::to_owned),
        };
        assert_eq!(
            unknown(None).to_string(),
            "no package \"nunpy\", needed by \"pandas\" (did you mean numpy?): no package source has it"
        );
        assert_eq!(
            unknown(Some("https://example.com/x")).to_string(),
            "no package \"nunpy\", needed by \"pandas\" (did you mean numpy?): nothing in https://example.com/x has it"
        );
    }
}
