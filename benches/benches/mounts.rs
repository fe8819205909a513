//! Reading a folder of the host: in a sandbox and natively, in turns, with the same program.
//!
//! The native interpreter is `python3`, or that of the variable `PYTHON`. A figure is the best of some turns, as each
//! program measures its own work.

use std::{env, fs, io::Write as _, path::Path, process::Command, time::Instant};

use terrarium_core::{Mount, Sandbox, SandboxOptions};

const TURNS: usize = 5;

/// The work, each with its unit.
const WORK: &[(&str, &str)] = &[
    ("100 MB with read(), ms", "work = lambda: len(open('data/large', 'rb').read())\nscale = 1e3"),
    (
        "1 GB in chunks of 1 MiB, ms",
        "def work():
    with open('data/rows.csv', 'rb') as file:
        while file.read(1 << 20):
            pass
scale = 1e3",
    ),
    (
        "1,000,000 lines, ms",
        "def work():
    with open('data/rows.csv') as file:
        for number, line in enumerate(file):
            if number == 1_000_000:
                break
scale = 1e3",
    ),
    (
        "10,000 lines with csv, ms",
        "import csv, itertools
def work():
    with open('data/rows.csv', newline='') as file:
        sum(float(row[1]) for row in itertools.islice(csv.reader(file), 10_000))
scale = 1e3",
    ),
    ("stat, µs", "import os\ndef work():\n    for _ in range(1000):\n        os.stat('data/large')\nscale = 1e3"),
    (
        "open and close, µs",
        "def work():\n    for _ in range(1000):\n        open('data/large', 'rb').close()\nscale = 1e3",
    ),
    ("a folder of 10,000 files, ms", "import os\nwork = lambda: len(os.listdir('data/many'))\nscale = 1e3"),
    (
        "10,000 small files written, ms",
        "import os\ndef work():
    for number in range(10_000):
        with open(f'out/{number}', 'w') as file:
            file.write('text')
scale = 1e3",
    ),
];

fn program(work: &str) -> String {
    format!("import time\n{work}\nstart = time.perf_counter()\nwork()\nprint((time.perf_counter() - start) * scale)")
}

fn number(text: &[u8]) -> f64 {
    String::from_utf8_lossy(text).trim().parse().expect("a number")
}

fn natively(place: &Path, code: &str) -> f64 {
    let python = env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let output = Command::new(python).args(["-c", code]).current_dir(place).output().expect("a native interpreter");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    number(&output.stdout)
}

/// Returns the best time of a fresh run in microseconds.
fn fresh(options: SandboxOptions) -> f64 {
    let sandbox = Sandbox::new(options).expect("a sandbox");
    let runs = (0..2000).map(|_| {
        let start = Instant::now();
        sandbox.execute("1 + 1").expect("a result");
        start.elapsed().as_secs_f64() * 1e6
    });
    let mut times: Vec<f64> = runs.collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn main() {
    let place = tempfile::tempdir().expect("a folder");
    let (data, out) = (place.path().join("data"), place.path().join("out"));
    fs::create_dir_all(data.join("many")).expect("a folder");
    fs::create_dir(&out).expect("a folder");
    fs::write(data.join("large"), vec![7; 100 << 20]).expect("a file");
    let rows = "1234,5678.25,name,2024-01-01\n".repeat(40_000);
    let mut file = fs::File::create(data.join("rows.csv")).expect("a file");
    for _ in 0..(1_usize << 30).div_ceil(rows.len()) {
        file.write_all(rows.as_bytes()).expect("a file");
    }
    for number in 0..10_000 {
        fs::File::create(data.join("many").join(number.to_string())).expect("a file");
    }
    let mounts = || {
        SandboxOptions::new()
            .mount("data", Mount::read_only(&data))
            .mount("out", Mount::read_write(&out).max_files(1 << 20))
    };
    let sandbox = Sandbox::new(mounts()).expect("a sandbox");
    println!("{:34} {:>10} {:>10} {:>7} {:>12}", "work", "sandbox", "native", "ratio", "guest's peak");
    for (name, work) in WORK {
        let code = program(work);
        let (mut guest, mut native, mut peak) = (f64::MAX, f64::MAX, 0);
        for _ in 0..TURNS {
            let result = sandbox.execute(&code).expect("a result");
            assert!(result.error.is_none(), "{:?}", result.error);
            guest = guest.min(number(result.stdout.as_bytes()));
            native = native.min(natively(place.path(), &code));
            peak = result.metrics.peak_memory.max(peak);
        }
        println!("{name:34} {guest:10.2} {native:10.2} {:7.2} {:8} MiB", guest / native, peak >> 20);
    }
    let (plain, with) = (fresh(SandboxOptions::new()), fresh(mounts()));
    println!("a fresh run of `1 + 1`: {plain:.1} µs without mounts, {with:.1} µs with two");
}
