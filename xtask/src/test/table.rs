//! The table at the end of `cargo xtask test`.

use std::fmt::Write as _;

use super::Row;

/// Renders one line per step, and the sums.
pub(super) fn render(rows: &[Row]) -> String {
    let mut text = line(["step", "result", "passed", "failed", "ignored", "seconds"]);
    let (mut passed, mut failed, mut ignored, mut seconds) = (0, 0, 0, 0.0);
    for row in rows {
        let count = |number: fn(&super::Tally) -> u64| {
            row.tally.as_ref().map_or_else(String::new, |tally| number(tally).to_string())
        };
        if let Some(tally) = &row.tally {
            passed += tally.passed;
            failed += tally.failed;
            ignored += tally.ignored;
        }
        seconds += row.took.as_secs_f64();
        text += &line([
            row.name,
            if row.passed { "ok" } else { "FAILED" },
            &count(|tally| tally.passed),
            &count(|tally| tally.failed),
            &count(|tally| tally.ignored),
            &format!("{:.1}", row.took.as_secs_f64()),
        ]);
    }
    let sums = [passed, failed, ignored].map(|sum: u64| sum.to_string());
    text += &line(["sum", "", &sums[0], &sums[1], &sums[2], &format!("{seconds:.1}")]);
    text
}

fn line(cells: [&str; 6]) -> String {
    let [name, result, numbers @ ..] = cells;
    let mut text = format!("{name:<16}{result:<8}");
    for number in numbers {
        // Writing to a string cannot fail.
        let _ = write!(text, "{number:>9}");
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::{Row, Tally};
    use super::*;

    #[test]
    fn every_step_has_a_line_and_the_counts_add_up() {
        let row = |name, passed, tally, millis| Row { name, passed, tally, took: Duration::from_millis(millis) };
        let tally = |passed, failed, ignored| Some(Tally { passed, failed, ignored });
        let rows = [
            row("tidy", true, None, 40),
            row("Rust tests", false, tally(10, 1, 2), 61_200),
            row("harness tests", true, tally(5, 0, 0), 900),
        ];
        let expected = "\
step            result     passed   failed  ignored  seconds
tidy            ok                                       0.0
Rust tests      FAILED         10        1        2     61.2
harness tests   ok              5        0        0      0.9
sum                            15        1        2     62.1
";
        assert_eq!(render(&rows), expected);
    }
}
