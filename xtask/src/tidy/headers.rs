//! A source file starts with a description of itself: `//!` in Rust, a docstring in Python.

use super::Finding;
use super::source::SourceFile;

pub(super) fn check(files: &[SourceFile]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files {
        let first = file.text.lines().find(|line| !line.starts_with("#!")).unwrap_or_default();
        if file.is_rust() {
            let says = first.strip_prefix("//! ").is_some_and(|text| !text.trim().is_empty());
            if !says {
                findings.push(Finding::new(file, 1, "the first line must be a `//!` header"));
            }
        } else if file.is_python() {
            // Programs that tests run in the guest may start with a comment of directions.
            let comment = file.path.starts_with("tests/") && first.starts_with("# ");
            let docstring = first.trim_start_matches('r').starts_with("\"\"\"");
            if !docstring && !comment {
                findings.push(Finding::new(file, 1, "the first line must be a docstring"));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> bool {
        !check(&[SourceFile::new(path, text)]).is_empty()
    }

    #[test]
    fn files_that_do_not_say_what_they_are_are_found() {
        assert!(found("a.rs", "use std::fs;\n"));
        assert!(found("a.rs", "\n//! Late.\n"));
        assert!(found("a.rs", "//!\n"));
        assert!(found("a.rs", ""));
        assert!(found("a.py", "import os\n"));
        assert!(found("a/x.py", "# comment\n"));
    }

    #[test]
    fn headers_pass() {
        assert!(!found("a.rs", "//! What it is.\n"));
        assert!(!found("a.py", "\"\"\"What it is.\"\"\"\n"));
        assert!(!found("a.py", "#!/usr/bin/env python3\n\"\"\"What it is.\"\"\"\n"));
        assert!(!found("tests/programs/pass/x.py", "# native: yes\n"));
        assert!(!found("a.md", "Text\n"));
    }
}
