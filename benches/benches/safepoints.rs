#![allow(warnings)]
//! What do the reads of the safepoint page cost, by which code that never ends is stopped? Runs the programs of the
//! comparison in an interpreter that has them and in one that has not, in turns, and prints the ratio of the best times;
//! the bound of their geometric mean is 1.03.

use std::{fs, path::Path};

use serde::Deserialize;
use terrarium_core::training::Measured;

/// How often a program runs in a turn.
const REPEATS: usize = 3;
/// How many turns there are.
const TURNS: usize = 100;

/// What a program prints.
#[derive(Deserialize)]
struct Timed {
    ms: Vec<f64>,
    answer: String,
}

fn main() {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("compare");
    let read = |path: &Path| fs::read_to_string(path).expect("a file of the comparison");
    let timing = read(&home.join("timing.py"));
    // Compiled anew: what is measured may have changed without its name.
    let cache = tempfile::TempDir::with_prefix("measured-").expect("a folder");
    let modes: Vec<bool> = std::env::var("MODES").unwrap_or("0,1".into()).split(',').map(|m| m == "1").collect(); let only = std::env::var("ONLY").ok();
    let mut interpreters: Vec<_> = modes.iter().map(|mode| { Measured::new(*mode, Some(cache.path())).expect("an interpreter") }).collect();
    let n = modes.len();
    let cache = std::mem::ManuallyDrop::new(cache);
    let mut ratios = Vec::new();
    for set in ["programs", "held_out"] {
        let entries = fs::read_dir(home.join(set)).expect("the programs");
        let mut paths: Vec<_> = entries.map(|entry| entry.expect("a program").path()).collect();
        paths.retain(|path| path.extension().is_some_and(|ending| ending == "py"));
        paths.sort();
        for path in paths { if only.as_ref().is_some_and(|o| !path.to_string_lossy().contains(o.as_str())) { continue; }
            let program = format!("COUNT = {REPEATS}\n{}\n{timing}", read(&path));
            let mut best = vec![f64::INFINITY; n];
            let mut answers = Vec::new();
            for turn in 0..TURNS {
                for which in (0..n).map(|k| (k + turn) % n) {
                    let printed = interpreters[which].run(&program).expect("a program that works");
                    let Timed { ms, answer } = serde_json::from_str(&printed).expect("what timing.py prints");
                    best[which] = ms.into_iter().fold(best[which], f64::min);
                    answers.push(answer);
                }
            }
            assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            print!("{name:20}");
            for b in &best { print!(" {:7.3}", b / best[0]); }
            println!();
            ratios.push(best);
        }
    }
    for k in 0..n {
        let mean = (ratios.iter().map(|r| (r[k] / r[0]).ln()).sum::<f64>() / ratios.len() as f64).exp();
        println!("{} {mean:.4}", modes[k]);
    }
}
