//! A test's name states the shown behaviour, without the code of a list kept elsewhere.

use super::Finding;
use super::source::SourceFile;

pub(super) fn check(files: &[SourceFile]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.is_rust() || file.is_python()) {
        let mut is_test = file.is_python();
        for (index, line) in file.text.lines().map(str::trim).enumerate() {
            if line.starts_with("#[test") {
                is_test = true;
            }
            let start = if file.is_python() { "def test_" } else { "fn " };
            if let Some(name) = line.strip_prefix(start)
                && std::mem::replace(&mut is_test, file.is_python())
                && has_code(name)
            {
                let name = name.split('(').next().unwrap_or(name);
                findings.push(Finding::new(file, index + 1, format!("the name `{name}` starts with a code")));
            }
        }
    }
    findings
}

/// Whether a name starts like `t1_`.
fn has_code(name: &str) -> bool {
    let after = name.trim_start_matches(|c: char| c.is_ascii_lowercase());
    let rest = after.trim_start_matches(|c: char| c.is_ascii_digit());
    name.len() - after.len() == 1 && rest.len() < after.len() && rest.starts_with('_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> usize {
        check(&[SourceFile::new(path, text)]).len()
    }

    #[test]
    fn names_with_codes_are_found() {
        assert_eq!(found("a.rs", "//! A.\n#[test]\nfn t1_a_name() {}\n#[test]\n#[ignore]\n    fn p10_x() {}\n"), 2);
        assert_eq!(found("test_a.py", "def test_w7_x(sandbox):\n"), 1);
    }

    #[test]
    fn plain_names_and_other_functions_pass() {
        assert_eq!(found("a.rs", "//! A.\nfn f64_of() {}\n#[test]\nfn a_name() {}\nfn r2_helper() {}\n"), 0);
        assert_eq!(found("a.rs", "//! A.\n#[test]\nfn i32s_are_read() {}\n"), 0);
        assert_eq!(found("test_a.py", "def test_two_x():\ndef t1_x():\n"), 0);
    }
}
