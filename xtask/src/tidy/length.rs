//! A source file has at most 400 lines, except tests and generated files.

use super::Finding;
use super::source::SourceFile;

const MAX_LINES: usize = 400;

pub(super) fn check(files: &[SourceFile]) -> Vec<Finding> {
    files
        .iter()
        .filter(|file| file.is_rust() || file.is_python())
        .filter(|file| !file.is_test() && !file.is_generated())
        .filter_map(|file| {
            let lines = file.text.lines().count();
            let message = format!("{lines} lines, the bound is {MAX_LINES}: split it by purpose");
            (lines > MAX_LINES).then(|| Finding::new(file, lines, message))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(path: &str, count: usize) -> SourceFile {
        SourceFile::new(path, "//! Sample.\n".repeat(count))
    }

    #[test]
    fn long_files_are_found() {
        assert_eq!(check(&[lines("a/src/x.rs", 401)]).len(), 1);
        assert_eq!(check(&[lines("a/python/x.py", 401)]).len(), 1);
    }

    #[test]
    fn short_files_tests_and_generated_files_pass() {
        let generated = SourceFile::new("a/src/g.rs", "//! @generated\n".repeat(900));
        let others = ["a/src/x/tests.rs", "tests/api/x.rs", "benches/b.rs", "a/test_x.py", "x.md"];
        assert!(check(&[lines("a/src/x.rs", 400), generated]).is_empty());
        assert!(check(&others.map(|path| lines(path, 900))).is_empty());
    }
}
