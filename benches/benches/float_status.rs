//! The cost of numpy's floating-point status. The benchmark runs `arrays.py` in interpreters with and without the status,
//! in turns, and prints the ratio of the best times for each operation and size.
//!
//! The goal is 1.1 for arithmetic on contiguous arrays of any size, with or without NaN. Strided arrays, sums over rows
//! of few columns, and arrays of which all results are errors take up to 1.8 times as long, conversions to integers 2.4
//! times.

use std::{collections::BTreeMap, fs, path::Path};

use terrarium_core::{ImageOptions, training::Measured};

/// The number of turns.
const TURNS: usize = 4;

fn main() {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let corpus = home.join("../tests/corpus");
    if !corpus.exists() {
        println!("no packages: `cargo xtask setup --dev` brings them");
        return;
    }
    let program = fs::read_to_string(home.join("arrays.py")).expect("the program");
    let options = ImageOptions::new().packages(["numpy"]).package_source(corpus.to_string_lossy().into_owned());
    // Compiled anew: the measured code may have changed without a change of its name.
    let cache = tempfile::tempdir().expect("a folder");
    let mut interpreters = [true, false]
        .map(|status| Measured::with_packages(status, &options, Some(cache.path())).expect("an interpreter"));
    let mut best = [BTreeMap::<String, f64>::new(), BTreeMap::new()];
    let mut names: Vec<String> = Vec::new();
    let mut sizes: Vec<String> = Vec::new();
    for turn in 0..TURNS {
        for step in 0..2 {
            let which = (turn + step) % 2;
            let printed = interpreters[which].run(&program).expect("a program that works");
            let times: Vec<(String, String, f64)> = serde_json::from_str(&printed).expect("what arrays.py prints");
            for (name, size, seconds) in times {
                let best = best[which].entry(format!("{name} {size}")).or_insert(f64::INFINITY);
                *best = best.min(seconds);
                if !names.contains(&name) {
                    names.push(name);
                }
                if !sizes.contains(&size) {
                    sizes.push(size);
                }
            }
        }
    }
    print!("{:20}", "time with / without");
    for size in &sizes {
        print!("{size:>10}");
    }
    println!();
    for name in names {
        print!("{name:20}");
        for size in &sizes {
            let [with, without] = [0, 1].map(|which| best[which].get(&format!("{name} {size}")));
            if let (Some(with), Some(without)) = (with, without) {
                print!("{:>10.2}", with / without);
            }
        }
        println!();
    }
}
