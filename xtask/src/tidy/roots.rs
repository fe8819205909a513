//! `lib.rs` and `mod.rs` are tables of contents: docs, modules and re-exports, no logic.

use super::Finding;
use super::source::SourceFile;

/// The starts of items with logic or data, after their visibility.
const ITEMS: &[&str] =
    &["fn ", "struct ", "enum ", "union ", "trait ", "impl ", "impl<", "static ", "macro_rules!", "unsafe ", "async "];

/// Crates whose root follows the rules of a macro.
const EXEMPT: &[&str] = &["terrarium-py/src/lib.rs", "terrarium-node/src/lib.rs"];

pub(super) fn check(files: &[SourceFile]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let roots = files
        .iter()
        .filter(|file| file.path.contains("src/") && !file.is_test())
        .filter(|file| matches!(file.name(), "lib.rs" | "mod.rs"))
        .filter(|file| !EXEMPT.contains(&file.path.as_str()));
    for file in roots {
        for (index, line) in file.scanned().code.lines().enumerate() {
            // Items of the file itself start at the margin.
            let item = line
                .split_once(") ")
                .filter(|(start, _)| start.starts_with("pub("))
                .map_or_else(|| line.strip_prefix("pub ").unwrap_or(line), |(_, item)| item);
            if ITEMS.iter().any(|start| item.starts_with(start)) {
                let message = "holds an item; move it to a file of its own and re-export it";
                findings.push(Finding::new(file, index + 1, message));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> usize {
        check(&[SourceFile::new(path, text)]).len()
    }

    #[test]
    fn items_in_a_root_file_are_found() {
        let text = "//! R.\nmod a;\npub fn f() {}\npub(crate) struct S;\nimpl S {}\nfn g() {}\n";
        assert_eq!(found("a/src/lib.rs", text), 4);
        assert_eq!(found("a/src/x/mod.rs", text), 4);
    }

    #[test]
    fn modules_and_exports_pass() {
        let text =
            "//! R.\n//! fn no() {}\nmod a;\npub mod b;\npub use a::f;\n#[cfg(test)]\nmod tests {\n    fn f() {}\n}\n";
        assert_eq!(found("a/src/lib.rs", text), 0);
        assert_eq!(found("a/src/a.rs", "//! A.\nfn f() {}\n"), 0);
        assert_eq!(found("terrarium-py/src/lib.rs", "//! A.\nfn f() {}\n"), 0);
    }
}
