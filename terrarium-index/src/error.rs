//! [`Error`]: the reasons why packages cannot be resolved or downloaded.

use std::{io, path::PathBuf};

use crate::hash::Mismatch;

/// The error that caused this one.
type Cause = Box<dyn std::error::Error + Send + Sync>;

/// The reason why packages cannot be resolved or downloaded. Each text names the file, the package or the address at fault,
/// and no password.
///
/// ```
/// let error = "numpy >< 2".parse::<terrarium_index::Requirement>().unwrap_err();
/// assert_eq!(error.code(), "index_requirement");
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A requirement cannot be read, or asks for something that the crate does not do.
    #[error("requirement {text:?}{}: {reason}", of_place(.place))]
    Requirement {
        /// The requirement, shortened.
        text: String,
        /// The file that contains it.
        place: Option<String>,
        /// The problem.
        reason: String,
    },
    /// A requirements file, a lock or a script cannot be read, or asks for something that the crate does not do.
    #[error("{path}{}: {reason}", at_line(.line))]
    Input {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: Option<usize>,
        /// The problem.
        reason: String,
    },
    /// A setting cannot be used.
    #[error("{place}: {reason}")]
    Setting {
        /// The option, variable or file.
        place: String,
        /// The problem.
        reason: String,
    },
    /// A request failed.
    #[error("{url}: {reason}")]
    Request {
        /// The address.
        url: String,
        /// The problem.
        reason: String,
        /// The status of the response, if there was one.
        status: Option<u16>,
        /// The error that caused this one.
        source: Option<Cause>,
    },
    /// The server asks for a name and a password, or refuses the ones it received.
    #[error("{url}: status {status}: {reason}")]
    Credentials {
        /// The address.
        url: String,
        /// The status of the response.
        status: u16,
        /// The problem and a way out.
        reason: String,
    },
    /// A file or page is larger than its bound.
    #[error("{what} has more than {limit} bytes: raise `{bound}`")]
    TooLarge {
        /// The address or the file.
        what: String,
        /// The bound.
        limit: u64,
        /// The field of [`Bounds`](crate::Bounds).
        bound: &'static str,
    },
    /// A page of an index, or the metadata of a wheel, is not in its format.
    #[error("{what}: {reason}")]
    Format {
        /// The address or the file.
        what: String,
        /// The problem.
        reason: String,
    },
    /// A file has another hash than the index, the lock or the requirement states, or none is stated.
    #[error("{file}: {reason}")]
    Hash {
        /// The file.
        file: String,
        /// The problem with both hashes.
        reason: String,
        /// The hash that is stated, in hexadecimal, if another one was found.
        expected: Option<String>,
        /// The hash that was found.
        found: Option<String>,
    },
    /// A wheel is broken, or contains something that is not allowed.
    #[error("{file}: {reason}")]
    Wheel {
        /// The file.
        file: String,
        /// The problem; a member is named.
        reason: String,
    },
    /// No versions of all packages go together.
    #[error("{explanation}")]
    NoSolution {
        /// The chain of requirements that cannot hold together, one step a line.
        explanation: String,
        /// The packages that no source has, each with the package that requires it; `None` for the request.
        unknown: Vec<(String, Option<String>)>,
    },
    /// Something is not in the cache, and offline mode permits no request.
    #[error("{url}: not in the cache, and offline mode permits no request")]
    Offline {
        /// The address.
        url: String,
    },
    /// The caller cancelled the call. What arrived is kept for the next one.
    #[error("cancelled")]
    Cancelled,
    /// A file of the cache or of the target folder cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// The reason of the system.
        source: io::Error,
    },
}

impl Error {
    /// The stable name of the kind of error.
    ///
    /// It is one of `index_requirement`, `index_input`, `index_setting`, `index_request`, `index_credentials`,
    /// `index_too_large`, `index_format`, `index_hash`, `index_wheel`, `index_no_solution`, `index_offline`, `index_cancelled`
    /// or `index_file`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Requirement { .. } => "index_requirement",
            Self::Input { .. } => "index_input",
            Self::Setting { .. } => "index_setting",
            Self::Request { .. } => "index_request",
            Self::Credentials { .. } => "index_credentials",
            Self::TooLarge { .. } => "index_too_large",
            Self::Format { .. } => "index_format",
            Self::Hash { .. } => "index_hash",
            Self::Wheel { .. } => "index_wheel",
            Self::NoSolution { .. } => "index_no_solution",
            Self::Offline { .. } => "index_offline",
            Self::Cancelled => "index_cancelled",
            Self::File { .. } => "index_file",
        }
    }

    pub(crate) fn requirement(text: &str, reason: impl ToString) -> Self {
        Self::Requirement { text: shortened(text), place: None, reason: reason.to_string() }
    }

    pub(crate) fn input(path: impl Into<PathBuf>, line: Option<usize>, reason: impl ToString) -> Self {
        Self::Input { path: path.into(), line, reason: reason.to_string() }
    }

    pub(crate) fn setting(place: impl ToString, reason: impl ToString) -> Self {
        Self::Setting { place: place.to_string(), reason: reason.to_string() }
    }

    pub(crate) fn request(url: &url::Url, reason: impl ToString, status: Option<u16>) -> Self {
        Self::Request { url: redacted(url), reason: reason.to_string(), status, source: None }
    }

    pub(crate) fn format(what: impl ToString, reason: impl ToString) -> Self {
        Self::Format { what: what.to_string(), reason: reason.to_string() }
    }

    pub(crate) fn hash(file: &str, reason: impl Into<String>, mismatch: Option<Mismatch>) -> Self {
        let (expected, found) = mismatch.map(|mismatch| (mismatch.expected, mismatch.found)).unzip();
        Self::Hash { file: file.to_owned(), reason: reason.into(), expected, found }
    }

    pub(crate) fn wheel(file: impl ToString, reason: impl ToString) -> Self {
        Self::Wheel { file: file.to_string(), reason: reason.to_string() }
    }

    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}

/// Returns an address without its name and password.
pub(crate) fn redacted(url: &url::Url) -> String {
    let mut url = url.clone();
    // Both fail for addresses that cannot have a password.
    let _ = url.set_password(None);
    let _ = url.set_username("");
    url.into()
}

/// Returns the start of a text that may be long.
pub(crate) fn shortened(text: &str) -> String {
    const MOST: usize = 120;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn of_place(place: &Option<String>) -> String {
    place.as_ref().map_or_else(String::new, |place| format!(" of {place}"))
}

fn at_line(line: &Option<usize>) -> String {
    line.map_or_else(String::new, |line| format!(":{line}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_contains_a_password() {
        let url = url::Url::parse("https://user:secret@example.com/simple/").unwrap();
        let text = Error::request(&url, "status 500", Some(500)).to_string();
        assert_eq!(text, "https://example.com/simple/: status 500");
    }

    #[test]
    fn a_long_requirement_is_shortened() {
        let text = Error::requirement(&"é".repeat(5000), "is too long").to_string();
        assert!(text.len() < 300, "{text}");
    }
}
