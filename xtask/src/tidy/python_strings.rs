//! Python for the guest is in `.py` files, where linters, type checkers and native tests reach it; a Rust string
//! contains a few lines at most.

use super::Finding;
use super::source::SourceFile;

/// The longest piece of Python in a Rust string, in lines.
const MAX_LINES: usize = 8;

/// The bound in tests and examples, where code reads best beside its expected result.
const MAX_TEST_LINES: usize = 30;

pub(super) fn check(files: &[SourceFile]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.is_rust()) {
        let bound = if file.is_test() || file.path.starts_with("examples/") { MAX_TEST_LINES } else { MAX_LINES };
        for literal in &file.scanned().strings {
            let lines = literal.text.lines().count();
            if lines > bound && is_python(&literal.text) {
                let message =
                    format!("{lines} lines of Python in a string, the bound is {bound}: move it to a .py file");
                findings.push(Finding::new(file, literal.line, message));
            }
        }
    }
    findings
}

/// Whether at least three lines can only be Python.
fn is_python(text: &str) -> bool {
    let python = |line: &&str| {
        let line = line.trim();
        let block = ["def ", "async def ", "class ", "if ", "for ", "while ", "with ", "try:", "except"];
        (line.ends_with(':') && block.iter().any(|start| line.starts_with(start)))
            || (line.starts_with("import ") && !line.ends_with(';'))
            || (line.starts_with("from ") && line.contains(" import "))
            || (line.starts_with("print(") && line.ends_with(')'))
    };
    text.lines().filter(python).count() >= 3
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEP: &str = "import json\ndef f(x):\n    return x\n";

    fn found(path: &str, string: &str) -> usize {
        let text = format!("//! S.\nconst S: &str = r#\"{string}\"#;\n");
        check(&[SourceFile::new(path, text)]).len()
    }

    #[test]
    fn a_long_program_is_found() {
        assert_eq!(found("a/src/x.rs", &STEP.repeat(3)), 1);
        assert_eq!(found("tests/x.rs", &STEP.repeat(11)), 1);
    }

    #[test]
    fn a_short_one_and_other_text_pass() {
        assert_eq!(found("a/src/x.rs", &STEP.repeat(2)), 0);
        assert_eq!(found("tests/x.rs", &STEP.repeat(10)), 0);
        assert_eq!(found("examples/rust/examples/x.rs", &STEP.repeat(10)), 0);
        assert_eq!(found("a/src/x.rs", &"(module (func))\n".repeat(50)), 0);
    }
}
