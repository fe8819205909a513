//! [`ErrorContext`]: from any failure to an [`Error`] that keeps the failure as its source.

use std::{error, fmt::Display, path::Path};

use super::{Cause, Error, Result};

/// Turns a failure into an [`Error`] with the failure's text in its reason and the failure itself as its source.
pub(crate) trait ErrorContext<T> {
    /// [`Error::Engine`]; `doing` is what was tried.
    fn or_engine(self, doing: impl Display) -> Result<T>;

    /// [`Error::Start`]; `doing` is what was tried, or empty.
    fn or_start(self, doing: impl Display) -> Result<T>;

    /// [`Error::Artifacts`].
    fn or_artifacts(self) -> Result<T>;

    /// [`Error::Cache`] of the file or folder at `path`.
    fn or_cache(self, path: &Path) -> Result<T>;

    /// [`Error::Image`] of the file at `path`; `doing` is what was tried, or empty.
    fn or_image(self, path: &Path, doing: impl Display) -> Result<T>;
}

impl<T, E: Into<Cause>> ErrorContext<T> for Result<T, E> {
    fn or_engine(self, doing: impl Display) -> Result<T> {
        self.map_err(|error| {
            let (reason, source) = split(error, doing);
            Error::Engine { reason, source }
        })
    }

    fn or_start(self, doing: impl Display) -> Result<T> {
        self.map_err(|error| {
            let (reason, source) = split(error, doing);
            Error::Start { reason, source }
        })
    }

    fn or_artifacts(self) -> Result<T> {
        self.map_err(|error| {
            let (reason, source) = split(error, "");
            Error::Artifacts { reason, source }
        })
    }

    fn or_cache(self, path: &Path) -> Result<T> {
        self.map_err(|error| {
            let (reason, source) = split(error, "");
            Error::Cache { path: path.to_owned(), reason, source }
        })
    }

    fn or_image(self, path: &Path, doing: impl Display) -> Result<T> {
        self.map_err(|error| {
            let (reason, source) = split(error, doing);
            Error::Image { path: path.to_owned(), reason, source }
        })
    }
}

/// The reason and the source of an error that `cause` has while `doing` something.
fn split(cause: impl Into<Cause>, doing: impl Display) -> (String, Option<Cause>) {
    let (cause, doing) = (cause.into(), doing.to_string());
    let text = chain(&*cause);
    (if doing.is_empty() { text } else { format!("{doing}: {text}") }, Some(cause))
}

/// The text of an error and of what caused it, the outermost first.
fn chain(error: &(dyn error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let words = cause.to_string();
        // Some errors repeat the text of their cause.
        if !text.contains(&words) {
            text += ": ";
            text += &words;
        }
        next = cause.source();
    }
    text
}
