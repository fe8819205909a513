//! Documentation comments: their paragraphs, the sentence about the default, links and code.

use syn::Attribute;

use super::attributes;

/// The start of a sentence about the default.
const DEFAULT: &str = "Default: ";

/// A space at which no line ends.
const GLUE: &str = "\u{a0}";

/// A documentation comment, without its examples and its sections.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Docs {
    /// Each on one line.
    pub(crate) paragraphs: Vec<String>,
}

/// A piece of a paragraph that is not plain text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Span<'a> {
    Code(&'a str),
    /// A link to an item: its text, and its path where that is another.
    Link(&'a str, &'a str),
}

impl Docs {
    /// The documentation in an item's attributes.
    pub(super) fn of(attributes: &[Attribute]) -> Self {
        let text: Vec<String> = attributes::texts(attributes, "doc").collect();
        // Not `lines`, which an empty comment has none of.
        Self::parse(text.iter().flat_map(|text| text.split('\n')))
    }

    fn parse<'a>(lines: impl Iterator<Item = &'a str>) -> Self {
        let mut paragraphs: Vec<String> = Vec::new();
        let mut is_open = false;
        for line in lines.map(str::trim).take_while(|line| !line.starts_with("```") && !line.starts_with("# ")) {
            match paragraphs.last_mut().filter(|_| is_open && !line.starts_with("- ")) {
                _ if line.is_empty() => is_open = false,
                Some(paragraph) => {
                    paragraph.push(' ');
                    paragraph.push_str(line);
                }
                None => {
                    paragraphs.push(line.to_owned());
                    is_open = true;
                }
            }
        }
        Self { paragraphs }
    }

    /// The default that the last sentence states, without its full stop.
    pub(crate) fn default(&self) -> Option<&str> {
        let last = self.paragraphs.last()?;
        Some(last[last.rfind(DEFAULT)? + DEFAULT.len()..].trim_end_matches('.'))
    }

    /// The whole text without the default.
    pub(crate) fn meaning(&self) -> String {
        let text = self.paragraphs.join(" ");
        text.rfind(DEFAULT).map_or(text.as_str(), |at| &text[..at]).trim_end().to_owned()
    }

    /// The first sentence, without its full stop.
    pub(crate) fn summary(&self) -> String {
        let meaning = self.meaning();
        let ends = meaning.match_indices(". ").map(|(at, _)| at);
        let end =
            ends.into_iter().find(|at| meaning[at + 2..].starts_with(|next: char| next.is_uppercase() || next == '`'));
        meaning[..end.unwrap_or(meaning.len())].trim_end_matches('.').to_owned()
    }
}

/// The text with its links and its code written by `write`.
pub(crate) fn render(text: &str, write: &dyn Fn(Span<'_>) -> String) -> String {
    let mut rendered = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('`') {
        let is_link = rest[..at].ends_with('[');
        let Some((code, after)) = rest[at + 1..].split_once('`') else { break };
        match after.strip_prefix(']').filter(|_| is_link) {
            Some(after) => {
                rendered += &rest[..at - 1];
                let target = after.strip_prefix('(').and_then(|target| target.split_once(')'));
                let (target, after) = target.unwrap_or((code, after));
                rendered += &write(Span::Link(code, target));
                rest = after;
            }
            None => {
                rendered += &rest[..at];
                rendered += &write(Span::Code(code));
                rest = after;
            }
        }
    }
    rendered + rest
}

/// The text in lines of at most `width` characters. Code and links with spaces in them stay whole.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    // A default stays on the line of its heading.
    let text = text.replace(DEFAULT, &DEFAULT.replace(' ', GLUE));
    for word in words(&text) {
        let used = lines.last().map_or(0, |line| line.chars().count());
        if used > 0 && used + 1 + word.chars().count() > width {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(&word.replace(GLUE, " "));
        }
    }
    lines
}

fn words(text: &str) -> Vec<&str> {
    let (mut words, mut start, mut is_code, mut depth) = (Vec::new(), 0, false, 0_usize);
    for (at, letter) in text.char_indices() {
        match letter {
            '`' => is_code = !is_code,
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ' ' if !is_code && depth == 0 => {
                words.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    words.push(&text[start..]);
    words.into_iter().filter(|word| !word.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "The longest run, see [`Other`](crate::Other). `x` is in e.g. `a b`.\nDefault: 5 s; at most 9.\n";

    fn docs(text: &str) -> Docs {
        Docs::parse(text.lines())
    }

    #[test]
    fn the_default_is_apart_from_the_meaning() {
        let docs = docs(TEXT);
        assert_eq!(docs.default(), Some("5 s; at most 9"));
        assert_eq!(docs.meaning(), "The longest run, see [`Other`](crate::Other). `x` is in e.g. `a b`.");
        assert_eq!(docs.summary(), "The longest run, see [`Other`](crate::Other)");
        assert_eq!(self::docs("No default here.").default(), None);
    }

    #[test]
    fn examples_and_sections_are_left_out() {
        let docs = docs("One\ntwo.\n\nThree.\n\n```\ncode\n```\nlater");
        assert_eq!(docs.paragraphs, ["One two.", "Three."]);
        assert_eq!(self::docs("One.\n# Errors\nAll.").paragraphs, ["One."]);
        let item: syn::ItemStruct = syn::parse_str("/// One.\n///\n/// Two.\nstruct S;").unwrap();
        assert_eq!(Docs::of(&item.attrs).paragraphs, ["One.", "Two."]);
    }

    #[test]
    fn links_and_code_are_written_by_the_language() {
        let write = |span: Span<'_>| match span {
            Span::Code(code) => format!("<{code}>"),
            Span::Link(text, target) => format!("<{text} {target}>"),
        };
        assert_eq!(render("a [`B::c`](x::y) `d` [`E`] f[0] `", &write), "a <B::c x::y> <d> <E E> f[0] `");
    }

    #[test]
    fn lines_are_wrapped_between_words_and_not_in_code() {
        assert_eq!(wrap("aa bb cc", 5), ["aa bb", "cc"]);
        assert_eq!(wrap("aa `b b` {@c d}", 6), ["aa", "`b b`", "{@c d}"]);
        assert_eq!(wrap("longer", 2), ["longer"]);
        assert_eq!(wrap("aa Default: 1", 11), ["aa", "Default: 1"]);
    }
}
