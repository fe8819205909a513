//! Finds the prose of a file: paragraphs, items of lists and cells of tables, without code and quotations.

use super::super::source::SourceFile;

/// A piece of prose whose sentences belong together.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// The line it starts in, from 1.
    pub(super) line: usize,
    /// The words, with one space between two.
    pub(super) text: String,
    /// Whether a doc comment begins with it.
    pub(super) is_first_of_doc: bool,
}

/// The prose of a file, by the kind that its name tells: pages, or the comments for documentation.
pub(super) fn of(file: &SourceFile) -> Vec<Block> {
    let ending = file.name().rsplit_once('.').map_or("", |(_, ending)| ending);
    match ending {
        "md" | "" => page(file.text.lines().enumerate().map(|(index, line)| (index + 1, line))),
        "rs" => docs(&file.text, rust),
        "py" => docs(&file.text, python),
        "js" | "mjs" => docs(&file.text, javascript),
        _ => Vec::new(),
    }
}

/// The part of a line that belongs to a doc comment, if any.
struct Part<'a> {
    text: &'a str,
    /// Whether it opens a comment, and does not continue the one of the line before.
    is_opening: bool,
}

/// Finds the part of a line, given whether the line before left a comment open.
type Find = for<'a> fn(&'a str, &mut bool) -> Option<Part<'a>>;

fn rust<'a>(line: &'a str, _: &mut bool) -> Option<Part<'a>> {
    let text = line.strip_prefix("///").or_else(|| line.strip_prefix("//!"))?;
    Some(Part { text, is_opening: false })
}

fn python<'a>(line: &'a str, is_inside: &mut bool) -> Option<Part<'a>> {
    let is_raw = !*is_inside && line.starts_with("r\"\"\"");
    between(if is_raw { &line[1..] } else { line }, is_inside, "\"\"\"", "\"\"\"")
}

fn javascript<'a>(line: &'a str, is_inside: &mut bool) -> Option<Part<'a>> {
    let Part { text, is_opening } = between(line, is_inside, "/**", "*/")?;
    Some(Part { text: text.trim_start().trim_start_matches('*'), is_opening })
}

fn between<'a>(line: &'a str, is_inside: &mut bool, open: &str, close: &str) -> Option<Part<'a>> {
    let is_opening = !*is_inside;
    let text = if is_opening { line.strip_prefix(open)? } else { line };
    let end = text.find(close);
    *is_inside = end.is_none();
    Some(Part { text: end.map_or(text, |end| &text[..end]), is_opening })
}

/// The prose of all doc comments.
fn docs(text: &str, find: Find) -> Vec<Block> {
    let mut comments: Vec<Vec<(usize, String)>> = vec![Vec::new()];
    let mut is_inside = false;
    // The indentation of the comment.
    let mut margin = 0;
    for (index, line) in text.lines().enumerate() {
        let indent = line.len() - line.trim_start().len();
        let part = find(line.trim(), &mut is_inside);
        if part.as_ref().is_none_or(|part| part.is_opening) {
            comments.push(Vec::new());
            margin = indent;
        }
        if let (Some(part), Some(comment)) = (part, comments.last_mut()) {
            comment.push((index + 1, " ".repeat(indent.saturating_sub(margin)) + part.text));
        }
    }
    let blocks = comments.into_iter().flat_map(|comment| {
        let mut found = page(comment.iter().map(|(number, line)| (*number, line.as_str())));
        if let Some(first) = found.first_mut() {
            first.is_first_of_doc = true;
        }
        found
    });
    blocks.collect()
}

/// The least indentation of a block of code without a fence.
const INDENT: &str = "    ";

/// The prose of Markdown.
fn page<'a>(lines: impl Iterator<Item = (usize, &'a str)>) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut is_code = false;
    // Whether the next line continues the last block.
    let mut is_open = false;
    let mut add = |line: usize, text: &str, continues: bool| {
        let text = plain(text);
        match blocks.last_mut() {
            Some(last) if continues => last.text = format!("{} {text}", last.text),
            _ => blocks.push(Block { line, text, is_first_of_doc: false }),
        }
    };
    for (number, line) in lines {
        let is_indented = line.starts_with(INDENT);
        let line = line.trim();
        if line.starts_with("```") {
            is_code = !is_code;
            is_open = false;
        } else if is_code || line.is_empty() || line.starts_with(':') || line.starts_with(">>>") {
            is_open = false;
        } else if is_indented && !is_open && !is_item(line) {
            // Markdown's other form of a block of code.
            is_open = false;
        } else if line.starts_with('|') {
            line.split('|').filter(|cell| !cell.trim().is_empty()).for_each(|cell| add(number, cell, false));
            is_open = false;
        } else if line.starts_with('#') {
            add(number, line.trim_start_matches('#'), false);
            is_open = false;
        } else {
            add(number, line, is_open && !is_item(line));
            is_open = true;
        }
    }
    blocks
}

/// Whether the line begins an item of a list, or a tag of a comment in JavaScript.
fn is_item(line: &str) -> bool {
    let after = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_numbered = after.len() < line.len() && after.starts_with(". ");
    is_numbered || ["- ", "* ", "@"].iter().any(|mark| line.starts_with(mark))
}

/// The text without what is quoted or code, with one space between two words.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut closing = None;
    for c in text.chars() {
        match closing {
            Some(close) if c == close => closing = None,
            Some(_) => (),
            None if matches!(c, '`' | '"') => {
                // Still a word of the sentence.
                plain.push('_');
                closing = Some(c);
            }
            None => plain.push(c),
        }
    }
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(path: &str, text: &str) -> Vec<(usize, String)> {
        of(&SourceFile::new(path, text)).into_iter().map(|block| (block.line, block.text)).collect()
    }

    #[test]
    fn a_page_is_paragraphs_items_and_cells() {
        let text =
            "# Head\nOne\ntwo.\n\n- a\n  b\n- c\n1. d\n| e | f |\n```text\ncode\n```\n:option: x\ng `h i` \"j\"\n";
        let expected =
            [(1, "Head"), (2, "One two."), (5, "- a b"), (7, "- c"), (8, "1. d"), (9, "e"), (9, "f"), (14, "g _ _")];
        assert_eq!(texts("a.md", text), expected.map(|(line, text)| (line, text.to_owned())));
    }

    #[test]
    fn docs_are_told_from_code_and_comments() {
        let rust = "//! A.\n\n// no\n/// B\n/// c.\nfn f() {} // no\n";
        assert_eq!(texts("a.rs", rust), [(1, "A.".to_owned()), (4, "B c.".to_owned())]);
        let python = "\"\"\"A.\"\"\"\nx = 1  # no\ndef f():\n    \"\"\"B\n    c.\n    \"\"\"\n    return 2\n";
        assert_eq!(texts("a.py", python), [(1, "A.".to_owned()), (4, "B c.".to_owned())]);
        let javascript = "// no\n/** A. */\n/**\n * B\n * c.\n * @d\n */\nf();\n";
        assert_eq!(texts("a.mjs", javascript), [(2, "A.".to_owned()), (4, "B c.".to_owned()), (6, "@d".to_owned())]);
    }

    #[test]
    fn indented_code_and_raw_docstrings_are_recognised() {
        let python =
            "def f():\n    r\"\"\"A.\n\n        code\n\n        code\n\n    B:\n        c.\n    \"\"\"\nx = 1\n";
        assert_eq!(texts("a.py", python), [(2, "A.".to_owned()), (8, "B: c.".to_owned())]);
    }
}
