//! The texts of errors for code: without the paths and the addresses of the host.

use std::path::Path;

use super::Installer;
use crate::{Error, Install, package::PackageError};

impl Installer {
    /// Returns the text of an error for the code: its code and its sentence.
    pub(super) fn told(&self, error: &Error) -> (&'static str, String) {
        let error = match error {
            Error::Package { source } => source,
            // The path is one of the guest.
            Error::File { .. } => return ("install", error.to_string()),
            _ => return ("install", "packages cannot be prepared here".to_owned()),
        };
        let way_out = match self.install {
            Install::Index => "",
            _ => {
                ". Packages of this machine can be installed here; `terrarium packages add` or the option \
                  `install=\"index\"` of the sandbox gets others"
            }
        };
        let file = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let text = match error {
            PackageError::Unknown { name, needed_by, similar, .. } => {
                let needed = needed_by.as_ref().map_or_else(String::new, |by| format!(", needed by {by:?}"));
                let meant = match similar.as_slice() {
                    [] => String::new(),
                    names => format!(" (did you mean {}?)", names.join(" or ")),
                };
                format!("no package {name:?}{needed}{meant}{way_out}")
            }
            PackageError::Absent { name, .. } => format!("the file of the package {name:?} is missing{way_out}"),
            PackageError::Unsatisfiable { explanation } => {
                let kept = match explanation.contains("(with the constraint ") {
                    true => ". The installed packages keep their versions",
                    false => way_out,
                };
                format!("{}{kept}", self.without_places(explanation))
            }
            PackageError::Requirement { reason, .. } => self.without_places(reason),
            PackageError::Platform { path, tags, fits, .. } => {
                format!("{}: the wheel is for {tags}; this Python loads {fits}", file(path))
            }
            PackageError::Hash { path, .. } => {
                format!("{}: the file has another hash than its lock states", file(path))
            }
            PackageError::Damaged { path, reason, .. } => format!("{}: {}", file(path), self.without_places(reason)),
            PackageError::Download { reason, .. } => format!("the download failed: {}", self.without_places(reason)),
            PackageError::Store { reason, .. } => {
                format!("the folder of downloads cannot be used: {}", self.without_places(reason))
            }
            _ => "packages cannot be prepared here".to_owned(),
        };
        (error.code(), text)
    }

    /// Replaces addresses and the names of package sources.
    fn without_places(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for place in self.from.iter().filter(|place| !place.is_empty()) {
            text = text.replace(place.as_str(), "a package source");
        }
        let is_place =
            |word: &str| word.contains("://") || word.trim_start_matches(['"', '(', '[', '\'']).starts_with('/');
        let words = text.split_inclusive([' ', '\n']).map(|word| match is_place(word) {
            true => {
                let end = word.trim_end_matches([' ', '\n', ',', ';', ':', ')']);
                format!("the index{}", &word[end.len()..])
            }
            false => word.to_owned(),
        });
        words.collect()
    }
}
