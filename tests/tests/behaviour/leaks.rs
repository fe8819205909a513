//! After many runs, a process has the same resources as before.

use std::time::Duration;

use terrarium_core::{ExecuteOptions, Mount, SandboxOptions};
use terrarium_tests::{Job, Report, Resources, Step, run_job};

use crate::support::probe;

/// The permitted difference of the memory: the allocator keeps some freed memory, in no fixed amount.
const MEMORY: u64 = 24 << 20;

fn repeat(steps: Vec<Step>, rounds: usize, warm_up: usize, options: SandboxOptions) -> Report {
    let job = Job { options, steps, rounds, warm_up, ..Job::default() };
    let report = run_job(probe(), &job, &[], Duration::from_secs(300));
    assert!(report.is_healthy(), "{:?} {:?} {}", report.ending, report.errors, report.stderr);
    report
}

fn unchanged(report: &Report) -> [Resources; 2] {
    let [before, after] = report.resources[..] else { panic!("{:?}", report.resources) };
    assert!(after.memory <= before.memory + MEMORY, "memory: {before:?} then {after:?}");
    assert_eq!((after.descriptors, after.threads), (before.descriptors, before.threads), "{before:?} then {after:?}");
    [before, after]
}

fn step(code: &str) -> Step {
    Step { code: code.to_owned(), ..Step::default() }
}

#[test]
fn a_thousand_runs_leave_memory_descriptors_and_threads_where_they_were() {
    let options = ExecuteOptions::new().file("in.txt", "x".repeat(100_000)).input("n", 5).output("m");
    let code = "m = n + len(open('in.txt').read())\nopen('out.txt', 'w').write('y' * 100_000)\nprint(m)\nx = bytearray(5_000_000)\nm";
    let report =
        repeat(vec![Step { code: code.to_owned(), options, ..Step::default() }], 1000, 100, SandboxOptions::default());
    let [before, after] = unchanged(&report);
    // Address space that is reserved and never released would run out after some thousand runs.
    assert!(after.address_space <= before.address_space + (16 << 30), "{before:?} then {after:?}");
}

#[test]
fn runs_that_end_badly_leave_nothing_behind() {
    let options =
        SandboxOptions::new().timeout(Duration::from_millis(50)).grace(Duration::from_millis(10)).memory(96 << 20);
    let steps = vec![
        step("1 / 0"),
        step("while True: pass"),
        step("while True:\n    try:\n        while True: pass\n    except BaseException: pass"),
        step("x = bytearray(10**9)"),
        step("import os; os._exit(3)"),
        step("import os; os.abort()"),
        step(include_str!("../../programs/hostile/test_capi_random.py")),
        step("import sys; sys.setrecursionlimit(10**9)\ndef f(): f()\nf()"),
        step("import os; kept = [os.open('/dev/null', 0) for _ in range(50)], os.pipe()\nprint('x' * 10**6)"),
        Step {
            session: true,
            ..step("while True:\n    try:\n        while True: pass\n    except BaseException: pass")
        },
        Step { session: true, ..step("x = bytearray(20_000_000); import os; os.abort()") },
    ];
    unchanged(&repeat(steps, 30, 5, options));
}

#[test]
fn sixty_runs_of_a_long_sleep_leave_nothing_behind() {
    let options = SandboxOptions::new().timeout(Duration::from_millis(100));
    unchanged(&repeat(vec![step("import time; time.sleep(100)")], 60, 10, options));
}

#[test]
fn runs_with_mounts_leave_no_descriptors_behind() {
    let dir = tempfile::tempdir().unwrap();
    for number in 0..300 {
        std::fs::write(dir.path().join(number.to_string()), "x").unwrap();
    }
    let options = SandboxOptions::new()
        .mount("r", Mount::read_only(dir.path()))
        .mount("o", Mount::overlay(dir.path()))
        .mount("w", Mount::read_write(dir.path()))
        .open_files(1000);
    let code = "import fcntl, mmap, os
files = [open(f'{mount}/{n}', 'r+' if mount == 'w' else 'r') for mount in 'row' for n in range(300)]
[f.read() for f in files]
fcntl.flock(files[-1], fcntl.LOCK_EX)
os.chdir('w')
open('new', 'w').write('y')
kept = open('new'), os.open('.', 0), os.scandir('.')
os.remove('new')
m = mmap.mmap(files[-2].fileno(), 0)
open('../o/1', 'a').write('z')";
    let crash = step("import os; f = open('w/1'); os.abort()");
    let report = repeat(vec![step(code), Step { session: true, ..step(code) }, crash], 100, 10, options);
    let [before, after] = report.resources[..] else { panic!("{:?}", report.resources) };
    assert!(after.memory <= before.memory + MEMORY, "memory: {before:?} then {after:?}");
    // The sandbox, which is gone at the end, held one for each mount.
    assert_eq!(
        (after.descriptors + 3, after.threads),
        (before.descriptors, before.threads),
        "{before:?} then {after:?}"
    );
}
