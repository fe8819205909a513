//! Checks that every link inside the site leads to a page, and to a place on it. Links to other sites are not followed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use anyhow::Result;

use crate::util;

/// The outcome of a check.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Checked {
    pub(super) pages: usize,
    pub(super) links: usize,
    /// The page, the link, and what is wrong with it.
    pub(super) broken: Vec<String>,
}

/// Checks the pages of `site`, except those below `given`, which other generators made and checked. Links may lead there.
pub(super) fn check(site: &Path, given: &Path) -> Result<Checked> {
    let mut checked = Checked::default();
    let mut anchors = BTreeMap::new();
    for page in util::walk(site, &|folder| folder != given)? {
        if page.extension().is_none_or(|ending| ending != "html") {
            continue;
        }
        checked.pages += 1;
        let text = String::from_utf8_lossy(&util::read(&page)?).into_owned();
        for link in values(&text, &["href", "src"]).into_iter().filter(|link| is_inside(link)) {
            checked.links += 1;
            if let Some(fault) = fault(&page, &link, &mut anchors)? {
                checked.broken.push(format!("{}: {link}: {fault}", page.strip_prefix(site)?.display()));
            }
        }
    }
    Ok(checked)
}

/// Why a link leads nowhere, if it does.
fn fault(page: &Path, link: &str, anchors: &mut BTreeMap<PathBuf, BTreeSet<String>>) -> Result<Option<&'static str>> {
    let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
    let path = decoded(path.split('?').next().unwrap_or(path));
    let mut target = if path.is_empty() { page.to_owned() } else { joined(page.parent().unwrap_or(page), &path) };
    if target.is_dir() {
        target.push("index.html");
    }
    if !target.is_file() {
        return Ok(Some("there is no such file"));
    }
    if anchor.is_empty() || target.extension().is_none_or(|ending| ending != "html") {
        return Ok(None);
    }
    if !anchors.contains_key(&target) {
        let text = String::from_utf8_lossy(&util::read(&target)?).into_owned();
        anchors.insert(target.clone(), values(&text, &["id", "name"]).into_iter().collect());
    }
    let is_there = anchors.get(&target).is_some_and(|anchors| anchors.contains(&decoded(anchor)));
    Ok((!is_there).then_some("the page has no such anchor"))
}

/// The path without `.` and `..`.
fn joined(folder: &Path, path: &str) -> PathBuf {
    let mut target = folder.to_owned();
    for part in Path::new(path).components() {
        match part {
            Component::ParentDir => {
                target.pop();
            }
            Component::Normal(name) => target.push(name),
            _ => (),
        }
    }
    target
}

/// Whether a link stays in the site: it names no protocol and no host.
fn is_inside(link: &str) -> bool {
    let start = link.split(['/', '?', '#']).next().unwrap_or(link);
    !link.is_empty() && !start.contains(':') && !link.starts_with("//")
}

/// The values of attributes of these names.
fn values(html: &str, names: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for name in names {
        let start = format!("{name}=\"");
        for (at, _) in html.match_indices(&start) {
            let is_attribute = html[..at].ends_with(|c: char| c.is_ascii_whitespace());
            let value = html[at + start.len()..].split('"').next();
            found.extend(value.filter(|_| is_attribute).map(|value| value.replace("&amp;", "&")));
        }
    }
    found
}

/// The text with its `%xx` replaced.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let hex = (*first == b'%').then(|| after.get(..2)).flatten();
        let byte = hex.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(pages: &[(&str, &str)]) -> Checked {
        let site = tempfile::tempdir().unwrap();
        for (name, text) in pages {
            util::write(&site.path().join(name), text.as_bytes()).unwrap();
        }
        check(site.path(), &site.path().join("reference")).unwrap()
    }

    #[test]
    fn links_that_lead_somewhere_pass() {
        let index = r##"<a href="a/b.html#here">x</a> <a href="a/b.html?x=1">x</a> <a href="#top"> <img src="a/c%20d.png">
            <a href="https://example.com/none"> <a href="mailto:a@example.com"> <a href="//example.com"> <p id="top">
            <a href="reference/r.html#x"> <a href="a/"> <a href="">"##;
        let pages = [
            ("index.html", index),
            ("a/b.html", r#"<h1 id="here"></h1><a href="../index.html">"#),
            ("a/index.html", ""),
            ("a/c d.png", ""),
            ("reference/r.html", r#"<b id="x"></b><a href="none.html">"#),
        ];
        assert_eq!(checked(&pages), Checked { pages: 3, links: 7, broken: vec![] });
    }

    #[test]
    fn links_that_lead_nowhere_are_found() {
        let index =
            r##"<a href="none.html"> <a href="b.html#none"> <a href="#none"> <img src="none.png"> <a href="b/">"##;
        let broken = checked(&[("index.html", index), ("b.html", "")]).broken;
        let expected = [
            "index.html: none.html: there is no such file",
            "index.html: b.html#none: the page has no such anchor",
            "index.html: #none: the page has no such anchor",
            "index.html: b/: there is no such file",
            "index.html: none.png: there is no such file",
        ];
        assert_eq!(broken, expected);
    }
}
