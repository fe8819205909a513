//! Lines of a requirements file: joined, without comments, and parsed.

use std::collections::BTreeMap;

use crate::Hashes;

/// A line after continuations were joined.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// The number of its first line, from 1.
    pub(super) number: usize,
    pub(super) text: String,
}

/// The meaning of a line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Directive {
    Requirement { text: String, hashes: Vec<Hashes> },
    Include { target: String, as_constraints: bool },
    Index(String),
    ExtraIndex(String),
    Prereleases,
    RequireHashes,
    Nothing,
}

/// Returns the lines that are not empty.
pub(super) fn logical(text: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut open: Option<Line> = None;
    for (at, raw) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let is_comment = raw.trim_start().starts_with('#');
        // A comment ends a continued line.
        let (part, continues) = match raw.strip_suffix('\\') {
            Some(part) if !is_comment => (part, true),
            _ => (raw, false),
        };
        let part = if is_comment { "" } else { part };
        let line = open.get_or_insert(Line { number: at + 1, text: String::new() });
        line.text.push_str(part);
        if !continues {
            lines.extend(open.take());
        }
    }
    lines.extend(open);
    for line in &mut lines {
        line.text = without_comment(&line.text).trim().to_owned();
    }
    lines.retain(|line| !line.text.is_empty());
    lines
}

/// Removes a comment: a `#` at the start or after a space.
fn without_comment(text: &str) -> &str {
    let starts = text.match_indices('#').map(|(at, _)| at);
    let is_comment = |at: &usize| text[..*at].chars().next_back().is_none_or(char::is_whitespace);
    starts.into_iter().find(is_comment).map_or(text, |at| &text[..at])
}

/// Replaces `${NAME}` by variables that are set.
pub(super) fn with_variables(text: &str, variables: &BTreeMap<String, String>) -> String {
    let (mut done, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once("${") {
        done.push_str(before);
        let found = after.split_once('}').and_then(|(name, after)| Some((variables.get(name)?, after)));
        match found {
            Some((value, after)) => {
                done.push_str(value);
                rest = after;
            }
            None => {
                done.push_str("${");
                rest = after;
            }
        }
    }
    done + rest
}

/// Parses a line.
///
/// # Errors
/// A text that names the option at fault.
pub(super) fn parse(text: &str) -> Result<Directive, String> {
    if !text.starts_with('-') {
        return requirement(text);
    }
    let (option, value) = match text.split_once(['=', ' ', '\t']) {
        Some((option, value)) => (option, unquoted(value.trim())),
        // Short options may be followed by their value at once.
        None => match text.get(..2) {
            Some(short @ ("-r" | "-c" | "-i")) => (short, &text[2..]),
            _ => (text, ""),
        },
    };
    let value = || match value {
        "" => Err(format!("the option `{option}` needs a value")),
        value => Ok(value.to_owned()),
    };
    Ok(match option {
        "-r" | "--requirement" => Directive::Include { target: value()?, as_constraints: false },
        "-c" | "--constraint" => Directive::Include { target: value()?, as_constraints: true },
        "-i" | "--index-url" | "--pypi-url" => Directive::Index(value()?),
        "--extra-index-url" => Directive::ExtraIndex(value()?),
        "--pre" => Directive::Prereleases,
        "--require-hashes" => Directive::RequireHashes,
        "--only-binary" | "--prefer-binary" => Directive::Nothing,
        option => return Err(format!("the option `{option}` is not supported in a requirements file")),
    })
}

/// Parses a requirement with its options.
fn requirement(text: &str) -> Result<Directive, String> {
    let Some((text, options)) = text.split_once(" --") else {
        return Ok(Directive::Requirement { text: text.to_owned(), hashes: Vec::new() });
    };
    let mut hashes = Vec::new();
    let mut words = options.split_whitespace().map(unquoted);
    while let Some(word) = words.next() {
        let word = word.trim_start_matches("--");
        let (option, value) = word.split_once('=').unwrap_or((word, ""));
        if option != "hash" {
            return Err(format!("the option `--{option}` of a requirement is not supported"));
        }
        let value = if value.is_empty() { words.next().unwrap_or_default() } else { unquoted(value) };
        let (algorithm, digits) = value.split_once(':').ok_or("`--hash` needs a value such as `sha256:…`")?;
        let mut one = Hashes::default();
        one.add(algorithm, digits)?;
        hashes.push(one);
    }
    Ok(Directive::Requirement { text: text.trim().to_owned(), hashes })
}

fn unquoted(text: &str) -> &str {
    let within = |quote: char| text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    within('"').or_else(|| within('\'')).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_continuations_are_as_in_pip() {
        let lines = logical("a \\\n\\\nb # c \\\nd#e\n#f \\\ng\nh \\\n# i\nj\\");
        let found: Vec<_> = lines.iter().map(|line| (line.number, line.text.as_str())).collect();
        assert_eq!(found, [(1, "a b"), (6, "g"), (7, "h"), (9, "j")]);
    }

    #[test]
    fn unknown_variables_stay() {
        let variables = BTreeMap::from([("A".to_owned(), "1${A}".to_owned())]);
        assert_eq!(with_variables("${A}-${B}-${A", &variables), "1${A}-${B}-${A");
        assert_eq!(with_variables("$A ${}", &variables), "$A ${}");
    }
}
