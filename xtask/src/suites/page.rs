//! The part of COMPATIBILITY.md about the packages' own test suites.

use std::fmt::Write as _;

use super::{Results, results};

/// Writes the text: a table of the passed tests, and the reasons for the others.
pub(crate) fn page() -> anyhow::Result<String> {
    Ok(render(&results()?))
}

fn render(results: &Results) -> String {
    let mut text = format!(
        "\n## Test suites of packages\n\n\
         A part of the packages' own tests, run by pytest in the sandbox and, with the same versions, in native CPython {}.\n\
         `cargo xtask suites` runs the tests again. A test that is expected to fail and fails counts as passed.\n\n\
         | package | modules | native: passed | skipped | failed | sandbox: passed | skipped | failed |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- |\n",
        results.native_python
    );
    for found in &results.suites {
        let (native, here) = (found.native, found.sandbox);
        let _ = writeln!(
            text,
            "| {} {} | {} | {} | {} | {} | {} | {} | {} |",
            found.package,
            found.version,
            found.modules,
            native.passed,
            native.skipped,
            native.failed,
            here.passed,
            here.skipped,
            here.failed
        );
    }
    text.push_str("\nTests that pass natively but not in the sandbox:\n\n| package | tests | outcome | reason |\n");
    text.push_str("| --- | --- | --- | --- |\n");
    for found in &results.suites {
        for (outcome, reasons) in
            [("skipped", &found.skipped), ("missing", &found.absent), ("failed", &found.explained)]
        {
            for (reason, count) in reasons {
                let _ = writeln!(text, "| {} | {count} | {outcome} | {reason} |", found.package);
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_a_row_for_each_package_and_each_reason() {
        let found = r#"{"package": "p", "version": "1", "modules": 2, "native": {"passed": 5, "skipped": 0, "failed": 1},
            "sandbox": {"passed": 3, "skipped": 2, "failed": 1}, "skipped": {"why": 2}, "absent": {"gone": 1}, "explained": {}}"#;
        let results = serde_json::from_str(&format!(r#"{{"native_python": "3.13.0", "suites": [{found}]}}"#)).unwrap();
        let text = render(&results);
        assert!(text.contains("| p 1 | 2 | 5 | 0 | 1 | 3 | 2 | 1 |\n"), "{text}");
        assert!(text.contains("| p | 2 | skipped | why |\n| p | 1 | missing | gone |\n"), "{text}");
    }
}
