//! The delay of a stop after the deadline, as a table of kinds of code. The bound is 150 ms on a machine that has a
//! processor for the run.
//!
//! The programs are the generators in `benches/deadline`: code before the `yield` prepares, and the long work follows.
//! A deadline that comes before that point says nothing, so the benchmark names such kinds. Host cases are in `host.rs`.
//!
//! ```text
//! cargo bench --workspace --exclude xtask --bench deadline [-- [--runs N] [--timeout SECONDS] [FILTER...]]
//! ```
//!
//! Without a filter, the table is written to `benches/deadline/RESULTS.md`.

mod guest;
mod host;
mod many;
mod measure;
mod table;

use std::time::Duration;

use measure::Stop;
use table::Row;

/// The permitted delay.
const BOUND: Duration = Duration::from_millis(150);

/// Measures a kind, which has a group and a name, with a function that does one run.
type Add<'a> = &'a mut dyn FnMut(&str, &str, &mut dyn FnMut() -> Stop);

/// The arguments of the command line.
struct Arguments {
    runs: usize,
    timeout: Duration,
    filters: Vec<String>,
}

impl Arguments {
    fn read() -> Self {
        let mut read = Self { runs: 3, timeout: Duration::from_millis(300), filters: Vec::new() };
        let mut arguments = std::env::args().skip(1);
        while let Some(argument) = arguments.next() {
            let mut number = || arguments.next().and_then(|text| text.parse::<f64>().ok()).expect("a number");
            match argument.as_str() {
                "--bench" => {}
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small number")]
                "--runs" => read.runs = number().max(1.0) as usize,
                "--timeout" => read.timeout = Duration::from_secs_f64(number()),
                _ => read.filters.push(argument),
            }
        }
        read
    }

    fn selects(&self, group: &str, name: &str) -> bool {
        let full = format!("{group}: {name}");
        self.filters.is_empty() || self.filters.iter().any(|filter| full.contains(filter.as_str()))
    }
}

fn main() {
    let arguments = Arguments::read();
    let mut rows = Vec::new();
    let mut add = |group: &str, name: &str, measure: &mut dyn FnMut() -> Stop| {
        if arguments.selects(group, name) {
            let mut stops: Vec<Stop> = (0..arguments.runs).map(|_| measure()).collect();
            // A delay over the bound is measured again: another program may have had the processor.
            if stops.iter().any(|stop| stop.late > BOUND) {
                stops.extend((0..2 * arguments.runs).map(|_| measure()));
            }
            let row = Row::new(group, name, &stops);
            println!("{row}");
            rows.push(row);
        }
    };
    guest::measure(arguments.timeout, &mut add);
    host::measure(arguments.timeout, &mut add);
    let mut crowd = Vec::new();
    many::measure(&|group, name| arguments.selects(group, name), |group, name, stops| {
        let row = Row::new(group, name, stops);
        println!("{row}");
        crowd.push(row);
    });
    let text = table::text(&rows, &crowd);
    if arguments.filters.is_empty() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/deadline/RESULTS.md");
        std::fs::write(path, text).expect("the table is written");
    }
    let slow = rows.iter().filter(|row| row.is_slow()).count();
    println!("{} kinds, {slow} with a median over {} ms", rows.len(), BOUND.as_millis());
}
