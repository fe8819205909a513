//! Every sample on a page is run by a test: it is included from a tested file, or is of a language whose blocks the tests of
//! the packages run.

use std::path::Path;

use anyhow::Result;

use crate::util;

/// The words that may open a block: directives, languages whose blocks are run, and text that is no program.
const ALLOWED: &[&str] = &["{", "python", "js", "text", "dockerfile"];

/// The blocks below a folder that no test runs, as `page:line: language`.
pub(super) fn check(pages: &Path) -> Result<Vec<String>> {
    let mut wrong = Vec::new();
    for page in util::walk(pages, &|_| true)?.iter().filter(|page| page.extension().is_some_and(|end| end == "md")) {
        let text = String::from_utf8(util::read(page)?)?;
        let name = page.strip_prefix(pages)?.display();
        wrong.extend(unknown(&text).into_iter().map(|(line, language)| format!("{name}:{line}: {language:?}")));
    }
    Ok(wrong)
}

/// The lines that open a block of another kind, and the kind.
fn unknown(text: &str) -> Vec<(usize, String)> {
    let mut is_open = false;
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let Some(kind) = line.trim_start().strip_prefix("```") else { continue };
        is_open = !is_open;
        let is_allowed = ALLOWED.iter().any(|allowed| match *allowed {
            "{" => kind.starts_with('{'),
            language => kind == language,
        });
        if is_open && !is_allowed {
            found.push((index + 1, kind.to_owned()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_that_are_run_or_included_pass() {
        assert_eq!(unknown("```python\n1\n```\n\n```{include} a.md\n```\n```js\n```\n```text\n$ ls\n```\n"), []);
    }

    #[test]
    fn other_blocks_are_found() {
        let expected = [(3, "rust".to_owned()), (5, String::new())];
        assert_eq!(unknown("a\n\n```rust\n```\n```\nplain\n```\n"), expected);
    }
}
