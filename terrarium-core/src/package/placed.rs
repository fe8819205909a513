//! The places of a package's files in the guest.

use std::path::{Path, PathBuf};

use super::{PackageError, error::PackageContext};
use terrarium_unix::{
    abi::Timespec,
    vfs::{Content, LayerBuilder},
};

/// The folder for modules.
pub(crate) const SITE_PACKAGES: &str = "/lib/python3.14/site-packages";
/// The folder for libraries that compiled packages are linked with.
pub(crate) const LIBRARIES: &str = "/usr/lib";
/// Folders that are closed to packages: they contain the interpreter, its harness and the user's files.
const TAKEN: [&str; 6] = ["/lib/python314.zip/", "/lib/terrarium/", "/dev/", "/home/", "/proc/", "/tmp/"];

/// A file of a package and its place in the guest.
#[derive(Clone, Debug)]
pub(crate) struct PlacedFile {
    /// The absolute path in the guest.
    pub(crate) path: String,
    pub(crate) kind: PlacedKind,
}

/// The kind of a placed file, with its content.
#[derive(Clone, Debug)]
pub(crate) enum PlacedKind {
    File {
        content: Content,
        executable: bool,
    },
    /// A symbolic link and its target.
    Link(String),
}

/// A package or a site folder, with everything that its mounting needs.
pub(crate) struct PackageFiles {
    /// The file or folder that errors name.
    pub(crate) origin: PathBuf,
    /// The key that identifies the content.
    pub(crate) key: String,
    pub(crate) files: Vec<PlacedFile>,
}

/// Checks that no file has an invalid place.
///
/// # Errors
/// [`PackageError::Damaged`], which names the file.
pub(crate) fn check_places(origin: &Path, files: &[PlacedFile]) -> Result<(), PackageError> {
    match files.iter().find(|file| TAKEN.iter().any(|taken| file.path.starts_with(taken))) {
        Some(PlacedFile { path, .. }) => {
            Err(PackageError::damaged(origin, format!("it puts a file at {path:?}, which is not its place")))
        }
        None => Ok(()),
    }
}

/// Adds files to a layer. A later file replaces an earlier one, as when packages are installed one after the other.
/// `origin` is the package's file or folder.
///
/// # Errors
/// [`PackageError::Damaged`], which names the file with an invalid place.
pub(crate) fn lay_out(layer: &mut LayerBuilder, origin: &Path, files: &[PlacedFile]) -> Result<(), PackageError> {
    check_places(origin, files)?;
    for PlacedFile { path, kind } in files {
        let added = match kind {
            PlacedKind::File { content, executable } => {
                let mode = if *executable { 0o555 } else { 0o444 };
                layer.add_file(path.as_bytes(), content.clone(), mode, Timespec::PROVIDED)
            }
            PlacedKind::Link(target) => layer.add_symlink(path.as_bytes(), target.as_bytes(), Timespec::PROVIDED),
        };
        added.or_damaged(origin)?;
    }
    Ok(())
}

/// Returns the reason why a relative path from outside is unsafe, or `None` if it is safe.
pub(super) fn unsafe_path(path: &str) -> Option<&'static str> {
    let drive = matches!(path.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic());
    match path {
        "" => Some("it is empty"),
        _ if path.contains('\0') => Some("it contains a NUL byte"),
        _ if path.contains('\\') => Some("it contains a backslash"),
        _ if path.starts_with('/') || drive => Some("it is absolute"),
        _ if path.split('/').any(|part| part == "..") => Some("it leads out of the package"),
        _ if path.trim_end_matches('/').split('/').any(|part| part.is_empty() || part == ".") => {
            Some("it has an empty part")
        }
        _ => None,
    }
}

/// Whether a link at `path` (relative to the package) with this `target` stays inside the package.
pub(super) fn stays_inside(path: &str, target: &str) -> bool {
    if target.starts_with('/') || target.contains(['\0', '\\']) {
        return false;
    }
    let mut depth = path.split('/').count() - 1;
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." if depth == 0 => return false,
            ".." => depth -= 1,
            _ => depth += 1,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_lead_elsewhere_are_unsafe() {
        for path in ["", "/etc/x", "../x", "a/../../x", "a/..", "C:/x", "c:x", "a\\b", "a\0b", "a//b", "./a", "a/./b"] {
            assert!(unsafe_path(path).is_some(), "{path:?}");
        }
        for path in ["a", "a/b.py", "a/", "a..b/c", "...", "ab:c"] {
            assert_eq!(unsafe_path(path), None, "{path:?}");
        }
    }

    #[test]
    fn links_may_not_lead_out() {
        for (path, target, inside) in [
            ("a/b", "c", true),
            ("a/b", "../c", true),
            ("a/b", "../../c", false),
            ("b", "../c", false),
            ("a/b", "/etc/passwd", false),
            ("a/b/c", "./../../d/../e", true),
        ] {
            assert_eq!(stays_inside(path, target), inside, "{path} -> {target}");
        }
    }

    #[test]
    fn no_package_replaces_the_harness() {
        let file = PlacedKind::File { content: Content::EMPTY, executable: false };
        let placed = PlacedFile { path: "/lib/terrarium/harness/_terrarium/main.py".to_owned(), kind: file };
        let error = lay_out(&mut LayerBuilder::unix(), Path::new("x.whl"), &[placed]).unwrap_err().to_string();
        assert!(error.starts_with("x.whl: it puts a file at \"/lib/terrarium/"), "{error}");
    }
}
