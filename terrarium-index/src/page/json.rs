//! Pages in JSON (PEP 691), with sizes and times (PEP 700).

use std::collections::HashMap;

use serde::Deserialize;
use url::Url;

use super::{PageFile, address};
use crate::{Hashes, Yanked};

#[derive(Deserialize)]
struct Page {
    meta: Meta,
    files: Vec<File>,
}

#[derive(Deserialize)]
struct Meta {
    #[serde(rename = "api-version")]
    version: String,
}

#[derive(Deserialize)]
struct File {
    filename: String,
    url: String,
    #[serde(default)]
    hashes: HashMap<String, String>,
    #[serde(default, rename = "requires-python")]
    requires_python: Option<String>,
    #[serde(default)]
    yanked: Flag<String>,
    #[serde(default, rename = "core-metadata")]
    metadata: Option<Flag<HashMap<String, String>>>,
    #[serde(default, rename = "dist-info-metadata")]
    old_metadata: Option<Flag<HashMap<String, String>>>,
    #[serde(default)]
    size: Option<u64>,
    #[serde(default, rename = "upload-time")]
    upload_time: Option<String>,
}

/// A value that stands for yes with details, or a yes or no alone.
#[derive(Deserialize)]
#[serde(untagged)]
enum Flag<T> {
    Plain(bool),
    Details(T),
    None(()),
}

impl<T> Default for Flag<T> {
    fn default() -> Self {
        Self::Plain(false)
    }
}

/// Parses a page.
///
/// # Errors
/// A text with the problem.
pub(super) fn parse(body: &[u8], base: &Url) -> Result<Vec<PageFile>, String> {
    let page: Page = serde_json::from_slice(body).map_err(|error| {
        let html = body.trim_ascii_start().first() == Some(&b'<');
        let hint = if html { ", it looks like HTML" } else { "" };
        format!("no page of an index in JSON{hint}: {error}")
    })?;
    if page.meta.version.split('.').next() != Some("1") {
        return Err(format!("the page has version {:?} of the format, only 1 is read", page.meta.version));
    }
    Ok(page.files.into_iter().filter_map(|file| convert(file, base)).collect())
}

/// Converts an entry; `None` for one with another scheme, which cannot be fetched.
fn convert(file: File, base: &Url) -> Option<PageFile> {
    let (url, mut hashes) = address(base, &file.url)?;
    for (algorithm, digits) in &file.hashes {
        // Weak hash functions are left out.
        let _ = hashes.add(algorithm, digits);
    }
    let yanked = match file.yanked {
        Flag::Plain(true) => Yanked::Yes(String::new()),
        Flag::Details(reason) => Yanked::Yes(reason),
        Flag::Plain(false) | Flag::None(()) => Yanked::No,
    };
    let metadata = match file.metadata.or(file.old_metadata) {
        Some(Flag::Plain(true)) => Some(Hashes::default()),
        Some(Flag::Details(stated)) => {
            let mut hashes = Hashes::default();
            for (algorithm, digits) in &stated {
                let _ = hashes.add(algorithm, digits);
            }
            Some(hashes)
        }
        _ => None,
    };
    Some(PageFile {
        file_name: file.filename,
        url: url.into(),
        hashes,
        size: file.size,
        upload_time: file.upload_time,
        requires_python: file.requires_python,
        metadata,
        yanked,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base() -> Url {
        Url::parse("https://example.com/simple/a/").unwrap()
    }

    #[test]
    fn all_members_are_read() {
        let sha = "ab".repeat(32);
        let text = format!(
            r#"{{"meta": {{"api-version": "1.4", "x": 1}}, "name": "a", "versions": ["1"], "files": [
            {{"filename": "a-1-py3-none-any.whl", "url": "../../f/a.whl#sha256={sha}", "hashes": {{"md5": "00"}},
              "requires-python": ">=3.8", "yanked": "bad", "core-metadata": {{"sha256": "{sha}"}}, "size": 5,
              "upload-time": "2026-01-01T00:00:00Z"}},
            {{"filename": "a-2.tar.gz", "url": "https://files.example.com/a-2.tar.gz", "hashes": {{"sha256": "{sha}"}},
              "yanked": false, "dist-info-metadata": true}},
            {{"filename": "a-3.tar.gz", "url": "file:///a-3.tar.gz", "hashes": {{}}}}]}}"#
        );
        let files = parse(text.as_bytes(), &base()).unwrap();
        assert_eq!(files.len(), 2);
        assert_eq!(files[0].url, "https://example.com/f/a.whl");
        assert_eq!(files[0].hashes.to_string(), format!("sha256:{sha}"));
        assert_eq!(files[0].yanked, Yanked::Yes("bad".to_owned()));
        assert_eq!(files[0].metadata, Some(files[0].hashes.clone()));
        assert_eq!((files[0].size, files[0].requires_python.as_deref()), (Some(5), Some(">=3.8")));
        assert_eq!((&files[1].yanked, &files[1].metadata), (&Yanked::No, &Some(Hashes::default())));
    }

    #[test]
    fn other_texts_are_refused_with_a_reason() {
        for (text, expected) in [
            ("", "no page of an index in JSON"),
            ("  <!doctype html><p>Sign in", "it looks like HTML"),
            (r#"{"files": []}"#, "meta"),
            (r#"{"meta": {"api-version": "2.0"}, "files": []}"#, "only 1 is read"),
            (r#"{"meta": {"api-version": "1.0"}, "files": [{"url": "x"}]}"#, "filename"),
            (&format!("{{\"x\": {}", "[".repeat(100_000)), "EOF while parsing"),
        ] {
            let reason = parse(text.as_bytes(), &base()).unwrap_err();
            assert!(reason.contains(expected), "{reason}");
        }
    }
}
