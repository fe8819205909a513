//! The modules that a program imports, and words that show which others they load, found in its text.
//!
//! Python's own parser would be exact, but it runs in the guest, and the guest starts with its packages mounted. Import
//! statements are few and plain: it is enough to distinguish strings and comments from code, and to recognize the
//! beginning of a statement. A false match costs an unused package. A missed import (a module with a computed name)
//! raises a `ModuleNotFoundError` that names the package to add.

use std::collections::BTreeSet;

/// The findings of [`import_scan`].
#[derive(Debug, Default)]
pub(crate) struct Scan {
    /// The top-level names of the imported modules.
    pub(crate) modules: BTreeSet<String>,
    /// Attributes, names that are imported from a module, and short strings: `to_excel`, `quadratic`.
    pub(crate) words: BTreeSet<String>,
}

impl Scan {
    /// Adds the findings of another file of the same program.
    pub(crate) fn extend(&mut self, other: Self) {
        self.modules.extend(other.modules);
        self.words.extend(other.words);
    }
}

/// Returns the modules that `code` imports, also in functions, `try` blocks and conditions, and its words.
pub(crate) fn import_scan(code: &str) -> Scan {
    let mut scan = Scan::default();
    let Scan { modules: found, words } = &mut scan;
    let mut tokens = Tokens { rest: code, depth: 0 }.peekable();
    let mut begins = true;
    while let Some(token) = tokens.next() {
        match token {
            Token::Other('.') => {
                if let Some(Token::Name(name)) = tokens.peek() {
                    words.insert((*name).to_owned());
                }
            }
            Token::Text(text) if is_word(text) => {
                words.insert(text.to_owned());
            }
            Token::Name("import") if begins => {
                // `a.b as c, d`: a name follows the keyword and each comma.
                let (mut expected, mut is_part) = (true, false);
                while let Some(next) = tokens.next_if(|token| !matches!(token, Token::End)) {
                    match next {
                        Token::Name(name) if expected => {
                            found.insert(name.to_owned());
                            expected = false;
                        }
                        Token::Name(name) if is_part => {
                            words.insert(name.to_owned());
                        }
                        Token::Other(',') => expected = true,
                        _ => {}
                    }
                    is_part = matches!(next, Token::Other('.'));
                }
            }
            Token::Name("from") if begins => {
                // `from . import x` and `from .a import x` import the program's own modules.
                if let Some(Token::Name(name)) = tokens.next_if(|token| matches!(token, Token::Name(_))) {
                    found.insert(name.to_owned());
                }
                while let Some(next) = tokens.next_if(|token| !matches!(token, Token::End)) {
                    if let Token::Name(name) = next {
                        words.insert(name.to_owned());
                    }
                }
            }
            _ => {}
        }
        begins = matches!(token, Token::End | Token::Other(':'));
    }
    scan
}

/// The longest string that counts as a word, in bytes.
const WORD_BYTES: usize = 32;

fn is_word(text: &str) -> bool {
    text.len() <= WORD_BYTES && !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Token<'c> {
    Name(&'c str),
    /// The content of a string, with its escapes as they are written.
    Text(&'c str),
    /// Any other character except white space.
    Other(char),
    /// A line break or semicolon outside of brackets.
    End,
}

struct Tokens<'c> {
    rest: &'c str,
    /// The number of open brackets.
    depth: usize,
}

impl<'c> Iterator for Tokens<'c> {
    type Item = Token<'c>;

    fn next(&mut self) -> Option<Token<'c>> {
        loop {
            let c = self.rest.chars().next()?;
            match c {
                '#' => self.skip(self.rest.find('\n').unwrap_or(self.rest.len())),
                '\\' => {
                    // A backslash joins two lines.
                    let line = self.rest[1..].strip_prefix('\r').unwrap_or(&self.rest[1..]);
                    self.rest = line.strip_prefix('\n').unwrap_or(line);
                }
                '"' | '\'' => {
                    return Some(Token::Text(self.string(c)));
                }
                '\n' | '\r' | ';' if self.depth == 0 => {
                    self.skip(1);
                    return Some(Token::End);
                }
                c if c.is_whitespace() => self.skip(c.len_utf8()),
                c if c.is_alphanumeric() || c == '_' => {
                    let end = self.rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(self.rest.len());
                    let (word, rest) = self.rest.split_at(end);
                    self.rest = rest;
                    match rest.chars().next() {
                        Some(quote @ ('"' | '\'')) if is_prefix(word) => {
                            return Some(Token::Text(self.string(quote)));
                        }
                        _ => return Some(Token::Name(word)),
                    }
                }
                c => {
                    match c {
                        '(' | '[' | '{' => self.depth += 1,
                        ')' | ']' | '}' => self.depth = self.depth.saturating_sub(1),
                        _ => {}
                    }
                    self.skip(c.len_utf8());
                    // A colon in brackets begins no statement.
                    return Some(Token::Other(if c == ':' && self.depth > 0 { ',' } else { c }));
                }
            }
        }
    }
}

impl<'c> Tokens<'c> {
    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    /// Skips the string that begins here, and returns its content. A string in single quotes ends at the end of its line
    /// at the latest.
    fn string(&mut self, quote: char) -> &'c str {
        let triple = [quote; 3].iter().collect::<String>();
        let (end, long) = match self.rest.starts_with(&triple) {
            true => (triple.as_str(), true),
            false => (&triple[..1], false),
        };
        self.skip(end.len());
        let content = self.rest;
        loop {
            let Some(at) = self.rest.find(|c| c == quote || c == '\\' || (c == '\n' && !long)) else {
                self.rest = "";
                return content;
            };
            self.skip(at);
            let read = &content[..content.len() - self.rest.len()];
            if self.rest.starts_with(end) {
                self.skip(end.len());
                return read;
            }
            match self.rest.chars().next() {
                Some('\n') if !long => return read,
                // The character after a backslash does not end the string, even in a raw string.
                Some('\\') => {
                    self.skip(1);
                    let escaped = self.rest.chars().next().map_or(0, char::len_utf8);
                    self.skip(escaped);
                }
                _ => self.skip(1),
            }
        }
    }
}

fn is_prefix(word: &str) -> bool {
    word.len() <= 2 && word.chars().all(|c| "rRbBuUfFtT".contains(c))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(code: &str) -> Vec<String> {
        import_scan(code).modules.into_iter().collect()
    }

    #[test]
    fn words_are_attributes_imported_names_and_short_strings() {
        let code = "import g.express as h, i.plotting\nfrom a import (b,\n c as d)\nx.to_excel('o.xlsx', engine=\"xlsxwriter\")\ny\n# z.w\nf'v'\n'a b'";
        let words: Vec<String> = import_scan(code).words.into_iter().collect();
        assert_eq!(words, ["as", "b", "c", "d", "express", "import", "plotting", "to_excel", "v", "xlsxwriter"]);
    }

    #[test]
    fn every_form_of_import_is_found() {
        for (code, expected) in [
            ("import a", &["a"][..]),
            ("import a.b.c as d, e", &["a", "e"]),
            ("from a.b import c, d", &["a"]),
            ("from a import (\n  b,\n  c as import_,\n)\nimport d", &["a", "d"]),
            ("import a; import b;from c import d", &["a", "b", "c"]),
            ("try:\n    import a\nexcept ImportError: import b", &["a", "b"]),
            ("def f():\n\timport a\n\treturn a", &["a"]),
            ("if x: import a\nelse: from b import c", &["a", "b"]),
            ("x = {'k': 1}; import a", &["a"]),
            ("import \\\n  a, \\\r\n b", &["a", "b"]),
            ("import a # import b\nimport c", &["a", "c"]),
            ("import grün", &["grün"]),
            ("with open('x') as f: import a", &["a"]),
            ("\u{feff}\nimport a", &["a"]),
            ("import a\r\nimport b\rimport c", &["a", "b", "c"]),
            ("class C: import a", &["a"]),
        ] {
            assert_eq!(found(code), expected, "{code}");
        }
    }

    #[test]
    fn what_only_looks_like_one_is_not() {
        for code in [
            "'import a'",
            "\"\"\"\nimport a\n\"\"\"",
            "x = r'\\'; y = 'import a'",
            "'''it's\nimport a'''",
            "# import a",
            "from . import a",
            "from .a import b",
            "from .. import a",
            "important a",
            "yield from a",
            "raise x from a",
            "x = f'{y}'\nf'''\nimport a\n'''",
            "'it\\'s\\\nimport a'",
            "rb'''\nimport a'''",
            "x = [\nfrom_,\n]",
        ] {
            assert!(found(code).is_empty(), "{code}: {:?}", found(code));
        }
    }

    #[test]
    fn an_unfinished_string_ends_with_its_line() {
        assert_eq!(found("x = 'abc\nimport a"), ["a"]);
        assert!(found("x = '''abc\nimport a").is_empty());
    }

    proptest! {
        #[test]
        fn any_text_is_read_to_its_end(code in "[a-z'\"\\\\#\n;:(){}. \u{e9}]{0,60}|import|from") {
            import_scan(&code);
        }
    }
}
