//! What does a fresh run cost in the steady state, and where does it go? Prints the median times of its parts, and the
//! page faults, which a clock does not show.

use std::time::{Duration, Instant};

use terrarium_core::{Sandbox, SandboxOptions, Status};

const RUNS: usize = 2000;

fn main() {
    let code = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).unwrap_or("1 + 1".to_owned());
    let sandbox = Sandbox::new(SandboxOptions::default()).expect("a sandbox");
    let run = || {
        let begun = Instant::now();
        let result = sandbox.execute(&code, [("", ""); 0]).expect("a result");
        assert_eq!(result.status, Status::Success, "{result:?}");
        (begun.elapsed(), result.metrics.start, result.metrics.run)
    };
    for _ in 0..RUNS / 10 {
        run();
    }
    let before = faults();
    let times: Vec<_> = (0..RUNS).map(|_| run()).collect();
    let faults = faults() - before;
    let median = |part: fn(&(Duration, Duration, Duration)) -> Duration| {
        let mut parts: Vec<Duration> = times.iter().map(part).collect();
        parts.sort_unstable();
        parts[RUNS / 2]
    };
    println!("fresh execute of {code:?}, median of {RUNS}: {:?}", median(|time| time.0));
    println!(
        "  start {:?}, run {:?}, the rest (files in and out, drop) {:?}",
        median(|time| time.1),
        median(|time| time.2),
        median(|time| time.0 - time.1 - time.2)
    );
    println!("  {:.2} page faults a run", faults as f64 / RUNS as f64);
}

/// The page faults of this process that needed no disk.
fn faults() -> u64 {
    let text = std::fs::read_to_string("/proc/self/stat").expect("process statistics");
    let after = text.rsplit(')').next().unwrap_or_default();
    after.split_whitespace().nth(7).and_then(|field| field.parse().ok()).expect("minor faults")
}
