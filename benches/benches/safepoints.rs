//! The cost of the reads of the safepoint page, which stop code that never ends. The benchmark runs the programs of the
//! comparison in interpreters with and without the reads, in turns, and prints the ratio of the best times. The bound
//! of their geometric mean is 1.03.
//!
//! The placement of code and data makes programs some per cent faster or slower, so there are several interpreters of
//! each kind, each compiled separately.

use std::{fs, path::Path};

use serde::Deserialize;
use terrarium_core::training::Measured;

/// Runs of a program in a turn.
const REPEATS: usize = 3;
/// The number of turns.
const TURNS: usize = 5;
/// Interpreters of each kind.
const COPIES: usize = 3;

/// The output of a program.
#[derive(Deserialize)]
struct Timed {
    ms: Vec<f64>,
    answer: String,
}

fn main() {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("compare");
    let read = |path: &Path| fs::read_to_string(path).expect("a file of the comparison");
    let timing = read(&home.join("timing.py"));
    // Compiled anew: the measured code may have changed without a change of its name.
    let cache = tempfile::tempdir().expect("a folder");
    let interpreter =
        |number: usize| Measured::new(number.is_multiple_of(2), number, Some(cache.path())).expect("an interpreter");
    let mut interpreters: Vec<_> = (0..2 * COPIES).map(interpreter).collect();
    println!("{:20} {:>10} {:>10} {:>7}", "milliseconds", "with", "without", "ratio");
    let mut ratios = Vec::new();
    for set in ["programs", "held_out"] {
        let entries = fs::read_dir(home.join(set)).expect("the programs");
        let mut paths: Vec<_> = entries.map(|entry| entry.expect("a program").path()).collect();
        paths.retain(|path| path.extension().is_some_and(|ending| ending == "py"));
        paths.sort();
        for path in paths {
            let program = format!("COUNT = {REPEATS}\n{}\n{timing}", read(&path));
            let mut best = [f64::INFINITY; 2 * COPIES];
            let mut answers = Vec::new();
            for turn in 0..TURNS {
                for step in 0..interpreters.len() {
                    let which = (turn + step) % interpreters.len();
                    let printed = interpreters[which].run(&program).expect("a program that works");
                    let Timed { ms, answer } = serde_json::from_str(&printed).expect("what timing.py prints");
                    best[which] = ms.into_iter().fold(best[which], f64::min);
                    answers.push(answer);
                }
            }
            assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
            let [with, without] = [0, 1].map(|kind| mean(best.iter().skip(kind).step_by(2).copied()));
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            println!("{name:20} {with:>10.2} {without:>10.2} {:>7.3}", with / without);
            ratios.push(with / without);
        }
    }
    println!("geometric mean of the ratios: {:.3}", mean(ratios.into_iter()));
}

/// Returns the geometric mean.
fn mean(numbers: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = numbers.fold((0.0, 0.0), |(sum, count), number| (sum + number.ln(), count + 1.0));
    (sum / f64::max(count, 1.0)).exp()
}
