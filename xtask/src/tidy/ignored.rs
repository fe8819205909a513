//! A test that is ignored says why.

use super::Finding;
use super::source::SourceFile;

pub(super) fn check(files: &[SourceFile]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.is_rust()) {
        for (index, line) in file.scanned().code.lines().enumerate() {
            if line.contains("#[ignore]") {
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
        assert_eq!(found("#[test]\n#[ignore]\nfn f() {}\n"), 1);
    }

    #[test]
    fn a_reason_a_comment_and_a_string_pass() {
        assert_eq!(
            found("#[ignore = \"takes an hour\"]\n// #[ignore]\nlet s = \"#[ignore]\";\n"),
            0
        );
    }
}
