//! An ignored test gives its reason.

use super::Finding;
use super::source::SourceFile;

/// The attribute without a reason, written so that this file is not found.
const BARE: &str = concat!("#[", "ignore]");

pub(super) fn check(files: &[SourceFile]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.is_rust()) {
        for (index, line) in file.scanned().code.lines().enumerate() {
            if line.contains(BARE) {
                let message = "an ignored test needs its reason: `#[ignore = \"…\"]`";
                findings.push(Finding::new(file, index + 1, message));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> usize {
        check(&[SourceFile::new("a.rs", text)]).len()
    }

    #[test]
    fn a_bare_attribute_is_found() {
        assert_eq!(found(&format!("#[test]\n{BARE}\nfn f() {{}}\n")), 1);
    }

    #[test]
    fn a_reason_a_comment_and_a_string_pass() {
        let text = format!("#[ignore = \"takes an hour\"]\n// {BARE}\nlet s = \"{BARE}\";\n");
        assert_eq!(found(&text), 0);
    }
}
