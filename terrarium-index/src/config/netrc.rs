//! `netrc`: names and passwords of hosts.

use super::Credential;

/// The entries of a netrc file; an entry without a host is the default.
pub(crate) fn parse(text: &str) -> Vec<(Option<String>, Credential)> {
    let mut entries: Vec<(Option<String>, Credential)> = Vec::new();
    let words = words(text);
    let mut words = words.iter().map(String::as_str);
    while let Some(word) = words.next() {
        match word {
            "machine" => entries.push((words.next().map(str::to_owned), Credential::new("", ""))),
            "default" => entries.push((None, Credential::new("", ""))),
            "login" | "user" => {
                let user = words.next().unwrap_or_default();
                if let Some((_, entry)) = entries.last_mut() {
                    user.clone_into(&mut entry.user);
                }
            }
            "password" => {
                let password = words.next().unwrap_or_default();
                if let Some((_, entry)) = entries.last_mut() {
                    password.clone_into(&mut entry.password);
                }
            }
            "account" => _ = words.next(),
            _ => {}
        }
    }
    entries
}

/// Returns the words: separated by spaces, perhaps quoted, without comments and macros.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut is_macro = false;
    for line in text.lines() {
        if is_macro {
            is_macro = !line.trim().is_empty();
            continue;
        }
        let mut rest = line.trim();
        while !rest.is_empty() && !rest.starts_with('#') {
            let (word, after) = match rest.strip_prefix('"') {
                Some(quoted) => quoted_word(quoted),
                None => {
                    let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
                    (rest[..end].to_owned(), &rest[end..])
                }
            };
            is_macro |= word == "macdef";
            if is_macro {
                break;
            }
            words.push(word);
            rest = after.trim_start();
        }
    }
    words
}

/// Returns a word up to its closing quote, and the rest.
fn quoted_word(text: &str) -> (String, &str) {
    let (mut word, mut is_escaped) = (String::new(), false);
    for (at, c) in text.char_indices() {
        match c {
            c if is_escaped => {
                word.push(c);
                is_escaped = false;
            }
            '\\' => is_escaped = true,
            '"' => return (word, &text[at + 1..]),
            c => word.push(c),
        }
    }
    (word, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(host: &str, user: &str, password: &str) -> (Option<String>, Credential) {
        ((!host.is_empty()).then(|| host.to_owned()), Credential::new(user, password))
    }

    #[test]
    fn entries_are_read_in_every_form() {
        let text = "# comment\nmachine a.example login u password p#1\nmachine b.example\n  login \"x y\"\n\tpassword \"q\\\"\"\n\
                    macdef init\ncd /tmp\nmachine no.example\n\nmachine c.example account z password p2 login v\n\
                    default login anonymous password guest\n";
        assert_eq!(
            parse(text),
            [
                entry("a.example", "u", "p#1"),
                entry("b.example", "x y", "q\""),
                entry("c.example", "v", "p2"),
                entry("", "anonymous", "guest"),
            ]
        );
    }

    #[test]
    fn broken_texts_have_no_entries() {
        for text in ["", "machine", "login x", "\"", "password", "machine \"a"] {
            assert!(parse(text).iter().all(|(_, entry)| entry.user.is_empty()), "{text}");
        }
    }
}
