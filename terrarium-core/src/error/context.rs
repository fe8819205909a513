//! [`ErrorContext`]: converts any failure into an [`Error`] that keeps the failure as its source.

use std::{error, fmt::Display, path::Path};

use super::{Cause, Error, Result};

/// Converts a failure into an [`Error`] with the failure's text in its reason and the failure itself as its source.
pub(crate) trait ErrorContext<T> {
    /// Converts into [`Error::Engine`]; `doing` names the failed action.
    fn or_engine(self, doing: impl Display) -> Result<T>;

    /// Converts into [`Error::Start`]; `doing` names the failed action, or is empty.
    fn or_start(self, doing: impl Display) -> Result<T>;

    /// Converts into [`Error::Artifacts`].
    fn or_artifacts(self) -> Result<T>;

    /// Converts into [`Error::Cache`] of the file or folder at `path`.
    fn or_cache(self, path: &Path) -> Result<T>;

    /// Converts into [`Error::Image`] of the file at `path`; `doing` names the failed action, or is empty.
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

/// Returns the reason and the source of an error that `cause` caused while `doing` something.
fn split(cause: impl Into<Cause>, doing: impl Display) -> (String, Option<Cause>) {
    let (cause, doing) = (cause.into(), doing.to_string());
    let text = chain(&*cause);
    (if doing.is_empty() { text } else { format!("{doing}: {text}") }, Some(cause))
}

/// Returns the texts of an error and of its sources, the outermost first.
fn chain(error: &(dyn error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let words = cause.to_string();
        // Some errors repeat the text of their source.
        if !text.contains(&words) {
            text += ": ";
            text += &words;
        }
        next = cause.source();
    }
    text
}
