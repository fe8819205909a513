//! Separates code, comments and literals of a Rust file, line by line.

/// A Rust file, divided by kind.
#[derive(Debug, Default)]
pub(super) struct Scanned {
    /// The text with comments and the content of literals replaced by spaces; lines are kept.
    pub(super) code: String,
    /// The string literals.
    pub(super) strings: Vec<Literal>,
}

/// A string literal.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Literal {
    /// The line it starts in, from 1.
    pub(super) line: usize,
    /// Its content as written.
    pub(super) text: String,
}

/// Scans a Rust file. The file need not compile; an unclosed part extends to the end.
pub(super) fn scan(text: &str) -> Scanned {
    let mut scanner = Scanner { rest: text, line: 1, out: Scanned::default() };
    while let Some(first) = scanner.rest.chars().next() {
        let rest = scanner.rest;
        if rest.starts_with("//") {
            scanner.blank(rest.find('\n').unwrap_or(rest.len()));
        } else if rest.starts_with("/*") {
            scanner.blank(block_comment(rest));
        } else if first == '"' {
            scanner.string(1, quoted(&rest[1..]), 1);
        } else if let Some((open, hashes)) = raw_string(rest, scanner.previous()) {
            let close = format!("\"{}", "#".repeat(hashes));
            let length = rest[open..].find(&close).unwrap_or(rest.len() - open);
            scanner.string(open, length, close.len());
        } else if first == '\'' {
            match character(rest) {
                1 => scanner.copy(1),
                length => scanner.blank(length),
            }
        } else {
            scanner.copy(first.len_utf8());
        }
    }
    scanner.out
}

struct Scanner<'a> {
    rest: &'a str,
    line: usize,
    out: Scanned,
}

impl Scanner<'_> {
    fn previous(&self) -> Option<char> {
        self.out.code.chars().next_back()
    }

    fn copy(&mut self, bytes: usize) {
        let (taken, rest) = self.rest.split_at(bytes);
        self.line += taken.matches('\n').count();
        self.out.code.push_str(taken);
        self.rest = rest;
    }

    fn blank(&mut self, bytes: usize) {
        let (taken, rest) = self.rest.split_at(bytes);
        self.line += taken.matches('\n').count();
        self.out.code.extend(taken.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        self.rest = rest;
    }

    fn string(&mut self, open: usize, length: usize, close: usize) {
        let text = self.rest[open..open + length].to_owned();
        self.out.strings.push(Literal { line: self.line, text });
        self.copy(open);
        self.blank(length);
        self.copy(close.min(self.rest.len()));
    }
}

/// Returns the length of a comment in bytes; such comments nest.
fn block_comment(rest: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < rest.len() {
        if rest[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

/// Returns the length of a string's content up to its closing quote.
fn quoted(content: &str) -> usize {
    let mut escaped = false;
    for (at, c) in content.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at,
            _ => (),
        }
    }
    content.len()
}

/// Returns the length of a raw string's opening and its number of hashes.
fn raw_string(rest: &str, previous: Option<char>) -> Option<(usize, usize)> {
    if previous.is_some_and(|c| c.is_alphanumeric() || c == '_') {
        return None;
    }
    let prefix = ["r", "br", "cr"]
        .into_iter()
        .find(|p| rest.strip_prefix(p).is_some_and(|after| after.starts_with(['#', '"'])))?;
    let after = &rest[prefix.len()..];
    let hashes = after.len() - after.trim_start_matches('#').len();
    // `r#name` is an identifier.
    after[hashes..].starts_with('"').then_some((prefix.len() + hashes + 1, hashes))
}

/// Returns the length of a character literal, or 1 for the quote of a lifetime.
fn character(rest: &str) -> usize {
    let mut chars = rest.char_indices().skip(1);
    match (chars.next(), chars.next()) {
        (Some((_, '\\')), Some((at, escape))) => {
            let from = at + escape.len_utf8();
            rest[from..].find('\'').map_or(rest.len(), |end| from + end + 1)
        }
        (Some(_), Some((at, '\''))) => at + 1,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> String {
        scan(text).code
    }

    fn strings(text: &str) -> Vec<String> {
        scan(text).strings.into_iter().map(|literal| literal.text).collect()
    }

    #[test]
    fn comments_are_blank() {
        assert_eq!(code("a // unsafe\nb"), "a          \nb");
        assert_eq!(code("a /* x /* y */ z */ b"), "a                   b");
        assert_eq!(code("/* é\n */b"), "    \n   b");
        assert_eq!(code("/* open"), "       ");
    }

    #[test]
    fn strings_are_blank_and_kept_with_their_line() {
        assert_eq!(code(r#"f("// no \" comment") // yes"#), r#"f("                ")       "#);
        let scanned = scan("\n\nlet s = r##\"one\n\"# two\"##; x");
        assert_eq!(scanned.strings, [Literal { line: 3, text: "one\n\"# two".into() }]);
        assert!(scanned.code.ends_with("\"##; x"), "{}", scanned.code);
        assert_eq!(strings(r#"b"one" c"two" br"three""#), ["one", "two", "three"]);
        assert_eq!(strings("\"open"), ["open"]);
    }

    #[test]
    fn raw_identifiers_are_code() {
        assert_eq!(code("r#type + bar\"x\""), "r#type + bar\" \"");
    }

    #[test]
    fn characters_are_not_the_start_of_strings() {
        assert_eq!(strings(r#"('"', '\'', '\u{22}', "real")"#), ["real"]);
        assert_eq!(code("&'a str /*x*/"), "&'a str      ");
        assert_eq!(strings("fn f<'a>(x: &'a str) { g('a', \"s\") }"), ["s"]);
    }
}
