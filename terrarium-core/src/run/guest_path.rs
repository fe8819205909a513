//! Paths in the guest's file system, in the form that users pass.

use crate::{Error, Result};

/// The longest path and the longest name in a path: the guest's own limits.
const MAX_PATH: usize = 4096;
const MAX_NAME: usize = 255;

/// Returns the absolute path of a file for a path relative to `home`.
///
/// # Errors
/// [`Error::InvalidPath`] for a path that is empty, absolute or too long, or contains a NUL or `..`.
pub(crate) fn below(home: &str, path: &str) -> Result<String> {
    if path.starts_with('/') {
        return Err(invalid(path, "it is absolute; give it relative to the home folder"));
    }
    existing(home, path)
}

/// Returns the absolute path of a file that the guest may have created anywhere: an absolute path is valid here.
///
/// # Errors
/// [`Error::InvalidPath`] as for [`below`], except for absolute paths.
pub(crate) fn existing(home: &str, path: &str) -> Result<String> {
    if path.contains('\0') {
        return Err(invalid(path, "it contains a NUL"));
    }
    let names = || path.split('/').filter(|name| !name.is_empty() && *name != ".");
    if names().any(|name| name == "..") {
        return Err(invalid(path, "it contains `..`"));
    }
    if names().next().is_none() {
        return Err(invalid(path, "it names no file"));
    }
    if path.ends_with('/') || path.ends_with("/.") {
        return Err(invalid(path, "it ends like a folder's"));
    }
    if names().any(|name| name.len() > MAX_NAME) {
        return Err(invalid(path, "a name in it is longer than 255 bytes"));
    }
    let mut absolute = if path.starts_with('/') { String::new() } else { home.trim_end_matches('/').to_owned() };
    for name in names() {
        absolute.push('/');
        absolute.push_str(name);
    }
    if absolute.len() >= MAX_PATH {
        return Err(invalid(path, "it is longer than 4,095 bytes"));
    }
    Ok(absolute)
}

/// Returns a path of the guest as text. A byte that is not UTF-8 is written as `\xff`.
pub(crate) fn text(path: &[u8]) -> String {
    let mut text = String::with_capacity(path.len());
    for chunk in path.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            text.push_str("\\x");
            text.extend([byte >> 4, byte & 15].into_iter().filter_map(|half| char::from_digit(half.into(), 16)));
        }
    }
    text
}

/// Returns the path that [`text`] has written, if it wrote an escape: bytes that are not UTF-8.
pub(crate) fn escaped(path: &str) -> Option<Vec<u8>> {
    let mut pieces = path.split("\\x");
    let mut bytes = pieces.next()?.as_bytes().to_vec();
    for piece in pieces {
        let byte = piece.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok()).filter(|byte| *byte >= 0x80);
        match byte {
            Some(byte) => {
                bytes.push(byte);
                bytes.extend(piece.bytes().skip(2));
            }
            None => {
                bytes.extend(b"\\x");
                bytes.extend(piece.bytes());
            }
        }
    }
    (bytes != path.as_bytes()).then_some(bytes)
}

/// Returns `path`, or the first free path that begins like it: an escaped name may be that of another file too.
pub(crate) fn free(mut path: String, is_taken: impl Fn(&str) -> bool) -> String {
    while is_taken(&path) {
        path.push('~');
    }
    path
}

/// Returns the path that users see for the file at `absolute`.
pub(crate) fn shown<'a>(home: &str, absolute: &'a str) -> &'a str {
    let inside = absolute.strip_prefix(home.trim_end_matches('/')).and_then(|rest| rest.strip_prefix('/'));
    inside.unwrap_or(absolute)
}

fn invalid(path: &str, reason: &str) -> Error {
    Error::InvalidPath { path: path.to_owned(), reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_are_not_utf8_are_written_with_escapes_and_read_again() {
        for (path, written) in [
            (&b"/home/a\xff.txt"[..], "/home/a\\xff.txt"),
            (b"/\xfe\xff/\xc3", "/\\xfe\\xff/\\xc3"),
            ("/ü/\u{fffd}".as_bytes(), "/ü/\u{fffd}"),
            (b"/\\x41/\\xf\xfa", "/\\x41/\\xf\\xfa"),
        ] {
            assert_eq!(text(path), written);
            assert_eq!(escaped(written).unwrap_or_else(|| written.into()), path);
        }
        assert_eq!(free("a".to_owned(), |path| path.len() < 3), "a~~");
    }

    #[test]
    fn a_path_below_home_becomes_absolute() {
        for (path, absolute) in [("a", "/h/a"), ("a/b.txt", "/h/a/b.txt"), ("./a//b", "/h/a/b"), ("…", "/h/…")] {
            assert_eq!(below("/h", path).unwrap(), absolute, "{path}");
            assert_eq!(below("/h/", path).unwrap(), absolute, "{path}");
        }
    }

    #[test]
    fn a_path_that_leads_elsewhere_is_refused_by_name() {
        let long = "x".repeat(256);
        for path in ["", ".", "/", "/a", "../a", "a/../b", "a/..", "a\0b", "a/", "a/.", &long] {
            match below("/h", path) {
                Err(Error::InvalidPath { path: named, .. }) => assert_eq!(named, path),
                other => panic!("{path:?}: {other:?}"),
            }
        }
        assert!(below("/h", &"x/".repeat(3000)).is_err());
    }

    #[test]
    fn a_shown_path_leads_back() {
        for path in ["a", "a/b", "/data/x"] {
            assert_eq!(shown("/h", &existing("/h", path).unwrap()), path);
        }
        assert_eq!(shown("/h", "/hx/y"), "/hx/y");
    }
}
