//! Feeds arbitrary bytes to the parsers, and checks what must hold. Fuzzing and the bounded tests share these functions.
//!
//! No input may panic, take long, or take more memory than its limit allows.

use std::path::Path;

use crate::{
    Metadata, PyLock, RequirementsFile, ScriptMetadata, Surroundings, Target, WheelName, config::PipConf,
    config::parse_netrc, http::CachedPage, page,
};

/// Words of requirements and their files.
const REQUIREMENTS: &[&str] = &[
    "a",
    "b.c",
    "[x]",
    "[",
    "]",
    ">=",
    "==",
    "~=",
    "!=",
    "<",
    "1",
    "1.0",
    ".*",
    "+l",
    "rc1",
    ",",
    ";",
    " ",
    "\n",
    "\\\n",
    "#",
    " # ",
    "-r ",
    "-c ",
    "-i ",
    "--hash=",
    " --hash=sha256:",
    "sha256:",
    "00",
    "--index-url",
    "=",
    "${",
    "}",
    "A",
    "\"",
    "'",
    "(",
    "((((((((((((((((",
    ")",
    " and ",
    " or ",
    " not ",
    " in ",
    "python_version",
    "sys_platform",
    "extra",
    "@",
    " https://x",
    "é",
    "\u{feff}",
    "\0",
    "\r",
    "\t",
    "===",
    "1!",
    "post",
    "dev",
    "-",
    "_",
];
/// Words of pages.
const PAGES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"meta\":",
    "\"api-version\":\"1.0\"",
    "\"files\":",
    "\"filename\":",
    "\"x-1-py3-none-any.whl\"",
    "\"url\":",
    "\"../x\"",
    "\"hashes\":{}",
    "\"yanked\":",
    "true",
    "null",
    "\"core-metadata\":",
    "\"size\":",
    "18446744073709551616",
    "-1",
    "[[[[[[[[[[",
    "<a href='",
    "x-1-py3-none-any.whl",
    "x-1.tar.gz",
    "'>",
    "</a>",
    "<base href='",
    "http://[",
    "//",
    "#sha256=",
    "00",
    "<!--",
    "-->",
    "<title>",
    "Links for ",
    "<meta name=",
    "&amp;",
    "&#",
    "data-yanked",
    "data-requires-python='",
    ">=3",
    "%2",
    "%00",
    "\\u",
    "é",
    "\0",
    "<",
    ">",
    "'",
    "\"",
    " ",
];
/// Words of locks and scripts.
const LOCKS: &[&str] = &[
    "lock-version",
    "created-by",
    "packages",
    "wheels",
    "name",
    "version",
    "marker",
    "url",
    "path",
    "hashes",
    "size",
    "sdist",
    "vcs",
    "=",
    "'1.0'",
    "'x'",
    "'",
    "\"",
    "[[",
    "]]",
    "[",
    "]",
    "{",
    "}",
    ",",
    "\n",
    ".",
    "# /// script\n",
    "# ///\n",
    "# ",
    "#",
    "dependencies = ['a']",
    "requires-python",
    "'>=3'",
    "\"\"\"",
    "1979-05-27T07:32:00Z",
    "99999999999999999999",
    "é",
    "\0",
    "\\",
    "[[[[[[[[[[",
    "{a={a={a={a=",
    "'x' in extras",
    " in ",
    "extras",
    "sha256",
    " ",
];
/// Words of settings.
const SETTINGS: &[&str] = &[
    "[global]",
    "[install]",
    "[",
    "]",
    "\n",
    "\n  ",
    "=",
    ":",
    "index-url",
    "x",
    "#",
    ";",
    "machine ",
    "default ",
    "login ",
    "password ",
    "macdef ",
    "\"",
    "\\",
    " ",
    "\t",
    "é",
    "\0",
];

fn text(data: &[u8], words: &[&str]) -> String {
    data.iter().filter_map(|byte| words.get(usize::from(*byte) % words.len()).copied()).collect()
}

/// Reads requirements, metadata of a package, and names of wheels.
///
/// ```
/// terrarium_index::exercise::requirements(b"any bytes");
/// ```
pub fn requirements(data: &[u8]) {
    let text = text(data, REQUIREMENTS);
    if let Ok(file) = RequirementsFile::parse(&text, Path::new("/nowhere/r.txt"), &Surroundings::default()) {
        for entry in &file.requirements {
            let written = entry.requirement.to_string();
            // The text of a requirement is one again.
            if entry.requirement.address().is_none() {
                let again: crate::Requirement = written.parse().unwrap_or_else(|error| panic!("{written}: {error}"));
                assert_eq!(again.to_string(), written);
            }
        }
    }
    let metadata = format!("Name: a\nVersion: 1\nRequires-Dist: {}", text.replace("\n\n", "\nRequires-Dist: "));
    let _ = Metadata::parse("a", metadata.as_bytes());
    let _ = WheelName::parse(&format!("{}.whl", text.replace(' ', "-")));
}

/// Reads pages of an index.
///
/// ```
/// terrarium_index::exercise::pages(b"any bytes");
/// ```
pub fn pages(data: &[u8]) {
    let text = text(data, PAGES);
    let whole = format!("{{\"meta\":{{\"api-version\":\"1.0\"}},\"files\":[{text}]}}");
    let Ok(target) = Target::new("3.14.2", "pyemscripten_2026_0_wasm32") else { return };
    for (content_type, body) in
        [("application/json", text.as_str()), ("application/json", &whole), ("text/html", &text)]
    {
        let page = CachedPage {
            url: "https://example.com/simple/x/".to_owned(),
            content_type: content_type.to_owned(),
            etag: None,
            last_modified: None,
            fresh_until: 0,
            body: body.as_bytes().to_vec(),
        };
        let (Ok(files), Some(name)) = (page::parse(&page), crate::requirement::package_name("x")) else { continue };
        let count = files.len();
        let releases = page::releases(&name, files, &target, &"the index".into());
        assert!(releases.fitting.len() + releases.others.len() <= count);
        for wheel in releases.fitting.iter().flat_map(|release| &release.wheels) {
            assert!(wheel.url.starts_with("http") && !wheel.file_name.contains('/'));
        }
    }
}

/// Reads locks and heads of scripts.
///
/// ```
/// terrarium_index::exercise::locks(b"any bytes");
/// ```
pub fn locks(data: &[u8]) {
    let text = text(data, LOCKS);
    let whole = format!("lock-version='1.0'\ncreated-by='x'\n[[packages]]\nname='x'\n{text}");
    let Ok(target) = Target::new("3.14.2", "pyemscripten_2026_0_wasm32") else { return };
    for text in [&text, &whole] {
        if let Ok(lock) = PyLock::parse(text, Path::new("pylock.toml")) {
            let _ = lock.select(&target, Path::new("pylock.toml"));
            let written = lock.to_toml().unwrap_or_default();
            let again =
                PyLock::parse(&written, Path::new("again")).unwrap_or_else(|error| panic!("{written}: {error}"));
            assert_eq!(again.packages.len(), lock.packages.len());
        }
    }
    let _ = ScriptMetadata::find(&text);
    let _ = ScriptMetadata::find(&format!("# /// script\n# {}\n# ///\n", text.replace('\n', "\n# ")));
}

/// Reads settings of pip and netrc.
///
/// ```
/// terrarium_index::exercise::settings(b"any bytes");
/// ```
pub fn settings(data: &[u8]) {
    let text = text(data, SETTINGS);
    let mut conf = PipConf::default();
    conf.add(&text);
    assert!(conf.get("index-url").is_none_or(|value| !value.is_empty()));
    assert!(parse_netrc(&text).len() <= text.len());
}

#[cfg(test)]
mod tests {
    use proptest::{
        prelude::Rng as _,
        test_runner::{RngAlgorithm, TestRng},
    };

    use super::*;

    /// Calls a function with random bytes of fixed seeds, so that a failure can be repeated.
    fn drive(exercise: fn(&[u8])) {
        for seed in 0..2000_u32 {
            let mut whole = [0; 32];
            whole[..4].copy_from_slice(&seed.to_le_bytes());
            let mut data = vec![0; 4 + usize::try_from(seed % 300).unwrap()];
            TestRng::from_seed(RngAlgorithm::ChaCha, &whole).fill_bytes(&mut data);
            exercise(&data);
        }
    }

    #[test]
    fn no_requirements_do_harm() {
        drive(requirements);
    }

    #[test]
    fn no_page_does_harm() {
        drive(pages);
    }

    #[test]
    fn no_lock_does_harm() {
        drive(locks);
    }

    #[test]
    fn no_settings_do_harm() {
        drive(settings);
    }
}
