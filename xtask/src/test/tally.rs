//! The number of passed tests, read from the summaries of the runners.

/// Numbers of tests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) passed: u64,
    pub(super) failed: u64,
    pub(super) ignored: u64,
}

impl Tally {
    /// Adds the numbers of a line of output, if it is the summary of a runner.
    pub(super) fn add(&mut self, line: &str) {
        let line = without_colours(line);
        let text = line.trim().trim_matches('=').trim();
        if let Some(summary) = text.strip_prefix("ℹ ") {
            self.add_node(summary);
            return;
        }
        let cargo = text.starts_with("test result: ");
        let pytest = text.starts_with(|c: char| c.is_ascii_digit()) && text.contains(" in ");
        if !cargo && !pytest {
            return;
        }
        let words: Vec<&str> = text.split([' ', ';', ',', '.']).filter(|word| !word.is_empty()).collect();
        for pair in words.windows(2) {
            let Ok(count) = pair[0].parse::<u64>() else {
                continue;
            };
            match pair[1] {
                "passed" | "xpassed" => self.passed += count,
                "failed" | "error" | "errors" => self.failed += count,
                "ignored" | "skipped" | "xfailed" | "deselected" => self.ignored += count,
                _ => (),
            }
        }
    }

    /// Adds a line of the summary of Node's test runner, which has one line for each number.
    fn add_node(&mut self, summary: &str) {
        let Some((name, Ok(count))) = summary.split_once(' ').map(|(name, count)| (name, count.parse::<u64>())) else {
            return;
        };
        match name {
            "pass" => self.passed += count,
            "fail" | "cancelled" => self.failed += count,
            "skipped" | "todo" => self.ignored += count,
            _ => (),
        }
    }
}

/// Returns the line without terminal colour sequences.
fn without_colours(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        out.push_str(before);
        rest = after.split_once('m').map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(lines: &[&str]) -> (u64, u64, u64) {
        let mut tally = Tally::default();
        lines.iter().for_each(|line| tally.add(line));
        (tally.passed, tally.failed, tally.ignored)
    }

    #[test]
    fn summaries_of_cargo_add_up() {
        let ok = "test result: ok. 11 passed; 0 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.05s";
        let bad = "test result: \u{1b}[31mFAILED\u{1b}[0m. 3 passed; 1 failed; 0 ignored; 0 measured; 9 filtered out";
        assert_eq!(tally(&[ok, "running 11 tests", bad]), (14, 1, 2));
    }

    #[test]
    fn summaries_of_pytest_are_read() {
        assert_eq!(tally(&["12 passed in 0.34s"]), (12, 0, 0));
        let line = "\u{1b}[31m=== \u{1b}[1m1 failed\u{1b}[0m, 98 passed, 2 skipped, 1 error in 1.20s ===";
        assert_eq!(tally(&[line]), (98, 2, 2));
    }

    #[test]
    fn summaries_of_node_are_read() {
        let lines =
            ["ℹ tests 12", "\u{1b}[34mℹ pass 8\u{1b}[39m", "ℹ fail 1", "ℹ cancelled 1", "ℹ skipped 2", "ℹ todo 0"];
        assert_eq!(tally(&lines), (8, 2, 2));
        assert_eq!(tally(&["ℹ duration_ms 583.2", "ℹ Error: 3 pass"]), (0, 0, 0));
    }

    #[test]
    fn other_lines_count_nothing() {
        let lines = ["test a::b ... ok", "3 passed the gate", "assertion: 5 failed", ""];
        assert_eq!(tally(&lines), (0, 0, 0));
    }
}
