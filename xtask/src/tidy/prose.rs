//! Prose follows the style that CONTRIBUTING.md describes, as far as a program can tell.

mod blocks;

use super::Finding;
use super::source::SourceFile;
use blocks::Block;

/// The paths whose prose is clean: files, and folders with a `/` at the end. Add a path when its prose is.
const CLEAN: &[&str] = &[
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "COMPATIBILITY.md",
    "CONTRIBUTING.md",
    "NOTICE",
    "README.md",
    "SECURITY.md",
    "benches/benches/",
    "benches/compare/peers/",
    "benches/compare/tasks/",
    "benches/src/",
    "benches/training/",
    "crates/",
    "docs/",
    "examples/",
    "terrarium-cli/",
    "terrarium-core/guide/",
    "terrarium-core/python/_terrarium/",
    "terrarium-core/python/warm/",
    "terrarium-core/src/",
    "terrarium-index/src/",
    "terrarium-index/tests/",
    "terrarium-image/",
    "terrarium-node/",
    "terrarium-py/",
    "terrarium-runtime/src/",
    "tests/",
    "xtask/src/",
];

/// Openings of a doc comment that stand in for a noun.
const OPENINGS: &[&str] = &["What ", "Who ", "Whom ", "The same,", "The same.", "The same "];

/// Phrases that blur who does what, each with a replacement. Halves are joined, so that this file passes.
const PHRASES: &[(&str, &str, &str)] = &[
    ("no", "body", "name the subject, or use the passive"),
    ("some", "body", "name the subject"),
    ("who", "ever", "name the subject"),
    ("lies", " in", "is stored in, is in"),
    ("lie", " in", "are stored in, are in"),
    ("lies", " below", "is below"),
    ("goes", " on", "continues"),
    ("is", " told", "receives, is notified"),
    ("are", " told", "receive, are notified"),
    ("come", " to rest", "quiesce"),
    ("comes", " to rest", "quiesces"),
    ("of its", " own", "its own, separate, private"),
    ("put", " back", "recycle"),
    ("says", " of itself", "states"),
    ("said", " of itself", "stated"),
];

/// The most words of a sentence. The style asks for 30; above this the rule is sure.
const MAX_WORDS: usize = 45;

pub(super) fn check(files: &[SourceFile]) -> Vec<Finding> {
    let mut findings = Vec::new();
    // The prose of a generated file is that of its sources.
    for file in files.iter().filter(|file| is_clean(&file.path) && !file.is_generated()) {
        for block in blocks::of(file) {
            let messages = [opening(&block), phrase(&block), length(&block)];
            findings.extend(messages.into_iter().flatten().map(|message| Finding::new(file, block.line, message)));
        }
    }
    findings
}

fn is_clean(path: &str) -> bool {
    CLEAN.iter().any(|clean| path == *clean || (clean.ends_with('/') && path.starts_with(clean)))
}

fn opening(block: &Block) -> Option<String> {
    let opening = OPENINGS.iter().find(|opening| block.is_first_of_doc && block.text.starts_with(**opening))?;
    Some(format!("a doc comment begins with {:?}: begin with a noun phrase or a verb", opening.trim()))
}

fn phrase(block: &Block) -> Option<String> {
    let text = block.text.to_lowercase();
    PHRASES.iter().find_map(|(one, two, instead)| {
        let phrase = format!("{one}{two}");
        contains(&text, &phrase).then(|| format!("`{phrase}`: {instead}"))
    })
}

/// Whether the text has the phrase as whole words.
fn contains(text: &str, phrase: &str) -> bool {
    text.match_indices(phrase).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + phrase.len()..].chars().next();
        ![before, after].into_iter().flatten().any(char::is_alphanumeric)
    })
}

fn length(block: &Block) -> Option<String> {
    let sentences = block.text.split_inclusive(". ").flat_map(|part| part.split_inclusive(['?', '!']));
    let words = sentences.map(|sentence| sentence.split_whitespace().count()).max().unwrap_or(0);
    (words > MAX_WORDS).then(|| format!("a sentence of {words} words, the bound is {MAX_WORDS}: divide it"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        check(&[SourceFile::new(path, text)]).into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn openings_that_stand_in_for_a_noun_are_found() {
        for text in ["What is kept.", "Who waits.", "The same, on a folder."] {
            let samples = [
                ("xtask/src/docs.rs", format!("/// {text}\nfn f() {{}}\n")),
                ("xtask/src/docs.rs", format!("//! {text}\n")),
                ("docs/conf.py", format!("\"\"\"{text}\"\"\"\n")),
                ("examples/web/a.mjs", format!("/** {text} */\n")),
            ];
            for (path, sample) in samples {
                assert_eq!(found(path, &sample).len(), 1, "{path}: {sample}");
            }
        }
    }

    #[test]
    fn other_openings_pass() {
        for text in ["Whatever comes.", "Returns what is kept.", "The names.", "Whether it is open."] {
            assert_eq!(
                found("xtask/src/docs.rs", &format!("/// {text}\n/// What follows is free.\n")),
                [""; 0],
                "{text}"
            );
        }
        assert_eq!(found("README.md", "What it is.\n"), [""; 0]);
    }

    #[test]
    fn phrases_that_blur_are_found_as_words() {
        for (one, two, _) in PHRASES {
            assert_eq!(found("README.md", &format!("A file {one}{two} a folder.\n")).len(), 1, "{one}{two}");
        }
        let split = "A file lies\nin a folder.\n";
        assert_eq!(found("README.md", split).len(), 1);
    }

    #[test]
    fn quotations_code_and_longer_words_pass() {
        let text = format!("Write \"{0}\" as `{0}`.\n\n```text\n{0}\n```\n\nflies in, nobodyness\n", "nobody");
        assert_eq!(found("README.md", &text), [""; 0]);
    }

    #[test]
    fn long_sentences_are_found() {
        let long = "word ".repeat(MAX_WORDS) + "end.\n";
        for (path, text) in [("README.md", long.clone()), ("xtask/src/docs.rs", format!("/// {long}"))] {
            let expected = ["a sentence of 46 words, the bound is 45: divide it"];
            assert_eq!(found(path, &text), expected);
        }
    }

    #[test]
    fn two_sentences_two_items_and_tables_pass() {
        let half = "word ".repeat(30);
        assert_eq!(
            found("README.md", &format!("{half}end. {half}end.\n\n- {half}\n- {half}\n\n| {half} | {half} |\n")),
            [""; 0]
        );
    }

    #[test]
    fn other_paths_are_not_looked_at() {
        assert_eq!(found("elsewhere/src/vfs/mod.rs", "//! What nobody reads.\n"), [""; 0]);
    }
}
