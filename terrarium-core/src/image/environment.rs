//! Whether an image fits the environment of a run: modules read variables and files when they are imported, and the
//! modules of an image were imported before.

use super::OpenImage;

/// Variables that many modules read and that seldom change what a module is. The harness applies Python's own.
const COMMON: [&str; 16] = [
    "COLUMNS", "HOME", "LANG", "LANGUAGE", "LINES", "LOGNAME", "PATH", "PWD", "SHELL", "TEMP", "TERM", "TMP", "TMPDIR",
    "TZ", "USER", "USERNAME",
];
/// Files that a package reads from the working directory when it is imported.
const FILES: [(&str, &str); 1] = [("matplotlib", "matplotlibrc")];

/// Variables that the harness sets for a package, with its values.
const SET: [(&str, &str); 1] = [("MPLBACKEND", "agg")];

/// Whether a variable is one of those that no image depends on.
pub(super) fn is_common(name: &str) -> bool {
    COMMON.contains(&name) || name.starts_with("LC_") || name.starts_with("PYTHON")
}

impl OpenImage {
    /// Whether the image has anything that reads its environment when it is imported.
    pub(crate) fn depends_on_environment(&self) -> bool {
        !self.noted.reads.is_empty() || !self.info.packages.is_empty()
    }

    /// Whether a program with these variables can continue from the image: its packages would have been imported in the
    /// same way.
    pub(crate) fn suits_variables<'e>(&self, mut env: impl Iterator<Item = (&'e String, &'e String)>) -> bool {
        let was_read = |name: &str| self.noted.reads.contains(name) || self.belongs_to_package(name);
        let is_same = |name: &str, value: &str| {
            let set = SET.iter().find(|(set, _)| *set == name).map(|(_, value)| *value);
            let old = self.config.env.get(name).map(String::as_str).or(set);
            old.is_some_and(|old| old.eq_ignore_ascii_case(value))
        };
        env.all(|(name, value)| is_common(name) || !was_read(name) || is_same(name, value))
    }

    /// Whether a program with these files can continue from the image. `in_folder` returns a path relative to the
    /// working directory, if it is inside.
    pub(crate) fn suits_files<'f>(
        &self,
        mut paths: impl Iterator<Item = &'f String>,
        in_folder: impl Fn(&str) -> Option<String>,
    ) -> bool {
        let has_package = |name: &str| self.info.packages.iter().any(|package| package == name);
        let matters = |path: &str| {
            FILES.iter().any(|(package, file)| {
                path.ends_with(file) && has_package(package) && in_folder(path).as_deref() == Some(*file)
            })
        };
        !paths.any(|path| matters(path))
    }

    /// Whether the name of a variable begins like that of a module: `TQDM_DISABLE`.
    fn belongs_to_package(&self, name: &str) -> bool {
        self.info.modules.iter().chain(&self.info.packages).any(|module| {
            let prefix = module.replace('-', "_");
            let start = name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(&prefix));
            start && name[prefix.len()..].starts_with('_')
        })
    }
}
