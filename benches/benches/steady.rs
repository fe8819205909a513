//! The cost of a fresh run in the steady state, by parts. The benchmark prints the median times of the parts, and the
//! page faults, which a clock does not show: with the bare image, and with an image that has numpy, pandas and
//! matplotlib. Then it prints the runs per second of one thread and of two.

use std::{
    path::Path,
    thread,
    time::{Duration, Instant},
};

use terrarium_core::{Sandbox, SandboxOptions, Status};

const BARE: [(&str, &str); 2] = [("1 + 1", "1 + 1"), ("print", "print(1 + 1)")];
const SCIENCE: [(&str, &str); 4] = [
    ("1 + 1", "1 + 1"),
    ("inverse", "import numpy as np\nprint(np.linalg.inv(np.eye(3) * 2).sum())"),
    (
        "read_csv, groupby",
        "import io, pandas as pd\nframe = pd.read_csv(io.StringIO('a,b\\nx,1\\ny,2\\nx,3\\n'))\nprint(frame.groupby('a').sum())",
    ),
    (
        "plot to PNG",
        "import io, matplotlib.pyplot as plt\nplt.plot([1, 2, 3], [1, 4, 9])\nplt.savefig(io.BytesIO())\nplt.close('all')",
    ),
];

fn main() {
    println!("{:32} {:>10} {:>10} {:>10} {:>10}  page faults", "fresh execute of", "all", "start", "run", "rest");
    let bare = Sandbox::new(SandboxOptions::default()).expect("a sandbox");
    for (name, code) in BARE {
        measure(&bare, name, code, 2000);
    }
    throughput(&bare);
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/corpus");
    if !corpus.exists() {
        println!("no packages: `cargo xtask setup --dev` brings them");
        return;
    }
    let science = Sandbox::new(
        SandboxOptions::new()
            .packages(["numpy", "pandas", "matplotlib"])
            .package_source(corpus.to_string_lossy().into_owned())
            .quick_start(false),
    );
    let science = science.expect("a sandbox");
    for (name, code) in SCIENCE {
        let runs = if name == "1 + 1" { 2000 } else { 100 };
        measure(&science, &format!("{name} (science)"), code, runs);
    }
}

fn measure(sandbox: &Sandbox, name: &str, code: &str, runs: usize) {
    let run = || {
        let begun = Instant::now();
        let result = sandbox.execute(code).expect("a result");
        assert_eq!(result.status, Status::Success, "{result:?}");
        (begun.elapsed(), result.metrics.start, result.metrics.run)
    };
    for _ in 0..runs / 10 {
        run();
    }
    let before = faults();
    let times: Vec<_> = (0..runs).map(|_| run()).collect();
    let faults = faults() - before;
    let median = |part: fn(&(Duration, Duration, Duration)) -> Duration| {
        let mut parts: Vec<Duration> = times.iter().map(part).collect();
        parts.sort_unstable();
        format!("{:.1?}", parts[runs / 2])
    };
    let (all, start, run) = (median(|time| time.0), median(|time| time.1), median(|time| time.2));
    let rest = median(|time| time.0 - time.1 - time.2);
    let faults = faults * 100 / runs as u64;
    println!("{name:32} {all:>10} {start:>10} {run:>10} {rest:>10}  {}.{:02}", faults / 100, faults % 100);
}

/// Measures the runs per second of one thread and of two, in turns.
fn throughput(sandbox: &Sandbox) {
    const TURN: Duration = Duration::from_millis(500);
    let turn = |threads: usize| {
        let runs: u32 = thread::scope(|scope| {
            let work = || {
                let (end, mut runs) = (Instant::now() + TURN, 0);
                while Instant::now() < end {
                    let result = sandbox.execute("1 + 1").expect("a result");
                    assert_eq!(result.status, Status::Success, "{result:?}");
                    runs += 1;
                }
                runs
            };
            let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            workers.into_iter().map(|worker| worker.join().expect("a thread that ends")).sum()
        });
        f64::from(runs) / TURN.as_secs_f64()
    };
    let (mut one, mut two) = (Vec::new(), Vec::new());
    for _ in 0..9 {
        one.push(turn(1));
        two.push(turn(2));
    }
    let [one, two] = [one, two].map(|mut runs| {
        runs.sort_unstable_by(f64::total_cmp);
        runs[runs.len() / 2]
    });
    println!("runs a second: {one:.0} on one thread, {two:.0} on two ({:.2} times)", two / one);
}

/// Returns the page faults of this process that needed no disk.
fn faults() -> u64 {
    let text = std::fs::read_to_string("/proc/self/stat").expect("process statistics");
    let after = text.rsplit(')').next().unwrap_or_default();
    after.split_whitespace().nth(7).and_then(|field| field.parse().ok()).expect("minor faults")
}
