//! Errors of the file system in the sandbox.

use std::fmt;

use serde::Serialize;

use super::Error;
use terrarium_unix::abi::Errno;

/// An operation of the host on a file in the sandbox: [`Error::File`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FileOperation {
    /// The host reads a file.
    Read,
    /// The host writes a file.
    Write,
    /// The host removes a file.
    Remove,
    /// The host lists a folder.
    List,
    /// The host creates a folder.
    CreateFolder,
    /// The host makes a folder the working directory.
    EnterFolder,
    /// The host mounts a file of a package, or a folder of the host.
    Mount,
}

/// Writes the verb that follows `cannot`.
impl fmt::Display for FileOperation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Remove => "remove",
            Self::List => "list",
            Self::CreateFolder => "create the folder",
            Self::EnterFolder => "enter the folder",
            Self::Mount => "mount",
        })
    }
}

/// Returns the error of an operation on the file that the user calls `path`.
pub(crate) fn file_error(operation: FileOperation, path: &str, errno: Errno) -> Error {
    Error::File { path: path.to_owned(), operation, errno: errno.name(), reason: lower(errno.text()) }
}

/// Returns the text with a lower-case first letter, unless it starts with an abbreviation.
fn lower(text: &str) -> String {
    let mut letters = text.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() => first.to_lowercase().chain(letters).collect(),
        _ => text.to_owned(),
    }
}
