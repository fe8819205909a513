//! Pages in HTML (PEP 503), with the attributes of PEP 592, 658 and 714.

use html5gum::{StartTag, Token, Tokenizer};
use url::Url;

use super::{MAX_FILES, PageFile, address};
use crate::{Hashes, Yanked, config::decoded};

/// Parses a page.
///
/// # Errors
/// A text with the problem, also for HTML that is no page of an index.
pub(super) fn parse(body: &[u8], base: &Url) -> Result<Vec<PageFile>, String> {
    let mut base = base.clone();
    let (mut files, mut is_index, mut is_based) = (Vec::new(), false, false);
    let mut title: Option<String> = None;
    for Ok(token) in Tokenizer::new(body) {
        match token {
            Token::StartTag(tag) => match &**tag.name {
                b"a" => files.extend(link(&tag, &base)),
                b"base" if !is_based => {
                    is_based = true;
                    base = attribute(&tag, b"href").and_then(|href| base.join(&href).ok()).unwrap_or(base);
                }
                b"meta" if attribute(&tag, b"name").as_deref() == Some("pypi:repository-version") => {
                    let version = attribute(&tag, b"content").unwrap_or_default();
                    if version.split('.').next() != Some("1") {
                        return Err(format!("the page has version {version:?} of the format, only 1 is read"));
                    }
                    is_index = true;
                }
                b"title" => title = Some(String::new()),
                _ => {}
            },
            Token::String(text) => {
                if let Some(title) = title.take() {
                    is_index |= title.is_empty() && text.starts_with(b"Links for ");
                }
            }
            _ => {}
        }
        if files.len() > MAX_FILES {
            break;
        }
    }
    // A page of a package without files is one of an index; a page that asks to sign in is not.
    match files.is_empty() && !is_index {
        true => Err("it is HTML without links to files of a package: is the address that of an index?".to_owned()),
        false => Ok(files),
    }
}

fn attribute(tag: &StartTag<()>, name: &[u8]) -> Option<String> {
    let value = tag.attributes.iter().find(|(found, _)| ***found == *name).map(|(_, value)| value)?;
    Some(String::from_utf8_lossy(value).into_owned())
}

/// Returns the file that a link leads to; `None` for a link to something else.
fn link(tag: &StartTag<()>, base: &Url) -> Option<PageFile> {
    let (url, hashes) = address(base, attribute(tag, b"href")?.trim())?;
    let file_name = decoded(url.path_segments()?.next_back()?);
    let is_file =
        [".whl", ".tar.gz", ".zip", ".tar.bz2", ".egg", ".exe", ".tgz"].iter().any(|end| file_name.ends_with(end));
    let metadata = attribute(tag, b"data-core-metadata").or_else(|| attribute(tag, b"data-dist-info-metadata"));
    is_file.then(|| PageFile {
        file_name,
        url: url.into(),
        hashes,
        requires_python: attribute(tag, b"data-requires-python"),
        metadata: metadata.filter(|value| value != "false").map(|value| Hashes::of_fragment(&value)),
        yanked: attribute(tag, b"data-yanked").map_or(Yanked::No, Yanked::Yes),
        ..PageFile::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Vec<PageFile>, String> {
        parse(text.as_bytes(), &Url::parse("https://example.com/simple/a/").unwrap())
    }

    #[test]
    fn links_with_their_attributes_are_read() {
        let sha = "cd".repeat(32);
        let text = format!(
            "<!DOCTYPE html><html><head><base href='https://files.example.com/x/'><title>Links for a</title></head>\
             <body><A HREF=\"a-1%2Bl-py3-none-any.whl#sha256={sha}\" data-requires-python='&gt;=3.8' data-yanked=\"\" \
             data-dist-info-metadata='sha256={sha}'>a-1</a><br/><a href=\"../a-2.tar.gz\" data-core-metadata=true>\
             <a href='/about'>About</a><a>none</a><!-- <a href='c-1.tar.gz'> --><a href='javascript:x.whl'></body>"
        );
        let files = parsed(&text).unwrap();
        assert_eq!(files.len(), 2);
        assert_eq!(files[0].file_name, "a-1+l-py3-none-any.whl");
        assert_eq!(files[0].url, "https://files.example.com/x/a-1%2Bl-py3-none-any.whl");
        assert_eq!(files[0].requires_python.as_deref(), Some(">=3.8"));
        assert_eq!(files[0].yanked, Yanked::Yes(String::new()));
        assert_eq!(files[0].metadata.as_ref(), Some(&files[0].hashes));
        assert_eq!(files[1].url, "https://files.example.com/a-2.tar.gz");
        assert_eq!(files[1].metadata, Some(Hashes::default()));
    }

    #[test]
    fn a_page_that_is_none_of_an_index_is_refused() {
        for text in ["<html><title>Sign in</title><form action='/login'>", "", "{}", "<a href='/help'>Help</a>"] {
            assert!(parsed(text).unwrap_err().contains("is the address that of an index?"), "{text}");
        }
        let version = "<meta name='pypi:repository-version' content='2.0'>";
        assert!(parsed(version).unwrap_err().contains("only 1 is read"));
    }

    #[test]
    fn a_package_without_files_is_none_of_these() {
        assert_eq!(parsed("<meta name='pypi:repository-version' content='1.1'>").unwrap(), []);
        assert_eq!(parsed("<title>Links for a</title>").unwrap(), []);
    }
}
