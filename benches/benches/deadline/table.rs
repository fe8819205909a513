//! The table of the results.

use std::{fmt, fmt::Write as _, time::Duration};

use super::{BOUND, measure::Stop};

/// The runs of one kind.
pub(crate) struct Row {
    group: String,
    name: String,
    /// The median and the largest delay without the waiting for a processor, and the largest delay with it.
    median: Duration,
    largest: Duration,
    with_waiting: Duration,
    way: String,
}

impl Row {
    pub(crate) fn new(group: &str, name: &str, stops: &[Stop]) -> Self {
        let mut own: Vec<Duration> = stops.iter().map(|stop| stop.late.saturating_sub(stop.waited)).collect();
        own.sort_unstable();
        let mut ways: Vec<&str> = stops.iter().map(|stop| stop.way.as_str()).collect();
        ways.sort_unstable();
        ways.dedup();
        Self {
            group: group.to_owned(),
            name: name.replace('_', " "),
            median: own[own.len() / 2],
            largest: own.last().copied().unwrap_or_default(),
            with_waiting: stops.iter().map(|stop| stop.late).max().unwrap_or_default(),
            way: ways.join(" or "),
        }
    }

    pub(crate) fn is_slow(&self) -> bool {
        self.median > BOUND
    }

    fn cells(&self) -> [String; 6] {
        let ms = |time: Duration| format!("{:.0}", time.as_secs_f64() * 1e3);
        let mark = if self.is_slow() { " (over)" } else { "" };
        [
            self.group.clone(),
            self.name.clone(),
            format!("{}{mark}", ms(self.median)),
            ms(self.largest),
            ms(self.with_waiting),
            self.way.clone(),
        ]
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [group, name, median, largest, with_waiting, way] = self.cells();
        write!(f, "{group:10} {name:24} {median:>12} {largest:>6} {with_waiting:>6}  {way}")
    }
}

/// Returns the page with the table.
pub(crate) fn text(rows: &[Row], crowd: &[Row]) -> String {
    let mut text = format!(
        "# Delays of deadlines\n\nWritten by `cargo bench --workspace --exclude xtask --bench deadline`. Each row is a \
         kind of code that does not end by\nitself, in a sandbox with the default options. Delays are milliseconds \
         after the deadline: the median and the largest of several\nruns without the time in which no processor was \
         free, and the largest with that time. The bound is {} ms. Code that ignores\nthe interrupt has the grace \
         period, 50 ms of processor time.\n\nThe last column is the way of the end: after a `forced` stop the \
         interpreter is lost, else a session keeps its state.\n",
        BOUND.as_millis()
    );
    let add = |text: &mut String, rows: &[Row]| {
        text.push_str("\n| group | kind | median | largest | with waiting | end |\n|---|---|--:|--:|--:|---|\n");
        for row in rows {
            let _ = writeln!(text, "| {} |", row.cells().join(" | "));
        }
    };
    add(&mut text, rows);
    if !crowd.is_empty() {
        text.push_str(
            "\n## Many runs at once\n\nMore runs than processors, with one deadline. The \
                       delays include the waiting; the bound is not for them.\n",
        );
        add(&mut text, crowd);
    }
    text
}
