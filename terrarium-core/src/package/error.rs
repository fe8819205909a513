//! [`PackageError`]: why packages cannot be found, read or fetched.

use std::path::PathBuf;

/// Why a package cannot be used. Each text names the file, the package or the address at fault.
///
/// ```
/// use terrarium_core::{Error, PackageError, Packages, Sandbox, SandboxOptions};
///
/// let folder = std::env::temp_dir().join("terrarium-no-such-folder");
/// let options = SandboxOptions {
///     packages: Packages::List(vec!["six".to_owned()]),
///     packages_from: vec![folder.to_str().unwrap().to_owned()],
///     ..Default::default()
/// };
/// let error = Sandbox::new(options).unwrap_err();
/// assert!(matches!(error, Error::Package(PackageError::Source { .. })));
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PackageError {
    /// No source has the package.
    #[error(
        "no package {name:?}{}{}: add it with `terrarium packages add {name}`, or name a folder that has it in the \
         option `packages_from`",
        needed(.needed_by.as_deref()),
        suggestion(.similar)
    )]
    Unknown {
        /// The name that was asked for.
        name: String,
        /// The package that needs it, if the user did not ask for it.
        needed_by: Option<String>,
        /// Names that are there and look like it.
        similar: Vec<String>,
    },
    /// A distribution lists the package and does not hold its file.
    #[error("package {name:?}{}: {path} is in the lock, but the file is not there", needed(.needed_by.as_deref()))]
    Absent {
        /// The package.
        name: String,
        /// The package that needs it, if the user did not ask for it.
        needed_by: Option<String>,
        /// Where its file should be.
        path: PathBuf,
    },
    /// A wheel is for another platform or another Python.
    #[error("{path}: the wheel is for {tags}; this Python loads {fits}")]
    Platform {
        /// The wheel.
        path: PathBuf,
        /// Its tags.
        tags: String,
        /// The tags that fit.
        fits: String,
    },
    /// A file is not the one that its lock speaks of.
    #[error("{path}: its SHA-256 is {found}, the lock says {expected}")]
    Hash {
        /// The file.
        path: PathBuf,
        /// The hash in the lock, in hexadecimal.
        expected: String,
        /// The hash of the file.
        found: String,
    },
    /// A wheel, a lock or a site folder is broken, or holds what must not be in it.
    #[error("{path}: {reason}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it; a member of an archive is named.
        reason: String,
    },
    /// An entry of `packages_from` cannot be used.
    #[error("packages from {source_name:?}: {reason}")]
    Source {
        /// The entry.
        source_name: String,
        /// What is wrong with it and what would do.
        reason: String,
    },
    /// The store of downloaded packages cannot be used.
    #[error("package store {path}: {reason}")]
    Store {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A download failed.
    #[error("{url}: {reason}")]
    Download {
        /// What was fetched.
        url: String,
        /// What went wrong.
        reason: String,
    },
}

impl PackageError {
    pub(super) fn damaged(path: impl Into<PathBuf>, reason: impl ToString) -> Self {
        Self::Damaged { path: path.into(), reason: reason.to_string() }
    }
}

fn needed(by: Option<&str>) -> String {
    by.map_or_else(String::new, |by| format!(", needed by {by:?}"))
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
        let error = PackageError::Unknown {
            name: "nunpy".to_owned(),
            needed_by: Some("pandas".to_owned()),
            similar: vec!["numpy".to_owned()],
        };
        assert_eq!(
            error.to_string(),
            "no package \"nunpy\", needed by \"pandas\" (did you mean numpy?): add it with `terrarium packages add nunpy`, \
             or name a folder that has it in the option `packages_from`"
        );
    }
}
