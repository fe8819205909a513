//! The resources of a process after thousands of runs and sessions, and the cost of an idle session.

use std::time::Duration;

use terrarium_core::{ExecuteOptions, SandboxOptions};
use terrarium_tests::{Job, Report, Resources, Step, run_job};

use crate::probe;

/// The permitted difference of the memory: the allocator keeps some freed memory, in no fixed amount.
const MEMORY: u64 = 16 << 20;

fn done(job: &Job) -> Report {
    let report = run_job(probe(), job, &[], Duration::from_secs(300));
    assert!(report.is_healthy(), "{:?} {:?} {}", report.ending, report.errors, report.stderr);
    report
}

fn step(code: &str) -> Step {
    Step { code: code.to_owned(), ..Step::default() }
}

#[track_caller]
fn assert_unchanged(before: &Resources, after: &Resources) {
    println!("{before:?}\n{after:?}");
    assert!(after.memory <= before.memory + MEMORY, "memory: {before:?} then {after:?}");
    assert!(after.private_memory <= before.private_memory + MEMORY, "private memory: {before:?} then {after:?}");
    assert!(after.address_space <= before.address_space + (1 << 30), "address space: {before:?} then {after:?}");
    assert_eq!((after.descriptors, after.threads), (before.descriptors, before.threads), "{before:?} then {after:?}");
}

#[test]
fn ten_thousand_runs_leave_a_process_as_it_was() {
    let files = ExecuteOptions::new().file("in.txt", "text");
    let steps = vec![
        step("1 + 1"),
        step("print('x' * 1000)"),
        step("1 / 0"),
        step("import colorsys, decimal\nx = bytearray(300_000)"),
        Step { options: files, ..step("open('out.txt', 'w').write(open('in.txt').read())") },
        step("import sys\nsys.exit(1)"),
        step("kept = [object() for _ in range(1000)]\n[str(n) for n in range(1000)]"),
        step("len('')"),
        step("def f(n): return n and f(n - 1)\nf(300)"),
        // Makes its instance one that is not used again.
        step("x = bytearray(13_000_000)"),
    ];
    let report = done(&Job { steps, rounds: 1100, warm_up: 100, ..Job::default() });
    let [before, after] = &report.resources[..] else { panic!("{:?}", report.resources) };
    assert_unchanged(before, after);
}

#[test]
fn a_thousand_sessions_leave_a_process_as_it_was() {
    let steps = vec![
        Step { apart: true, ..step("1 + 1") },
        Step { apart: true, ..step("import decimal\nx = bytearray(13_000_000)\nkept = open('f', 'w')") },
        Step { apart: true, ..step("1 / 0") },
        Step { apart: true, ..step("import os\nos.abort()") },
    ];
    let report = done(&Job { steps, rounds: 275, warm_up: 25, ..Job::default() });
    let [before, after] = &report.resources[..] else { panic!("{:?}", report.resources) };
    assert_unchanged(before, after);
}

#[test]
fn two_hundred_idle_sessions_fit_into_a_megabyte_each_and_need_no_threads() {
    const SESSIONS: u64 = 200;
    let options = SandboxOptions::new().timeout(None);
    let job = Job { options, steps: vec![step("1 + 1")], idle_sessions: 200, warm_up: 1, ..Job::default() };
    let report = done(&job);
    let [before, _, idle, used] = &report.resources[..] else { panic!("{:?}", report.resources) };
    let each = |after: &Resources| after.private_memory.saturating_sub(before.private_memory) / SESSIONS;
    println!(
        "private memory of a session: {} KiB before its first run, {} KiB after",
        each(idle) >> 10,
        each(used) >> 10
    );
    assert!(before.private_memory > 0, "the system does not tell");
    assert!(each(idle) <= 1 << 20, "{} bytes each", each(idle));
    assert!(each(used) <= 3 << 19, "{} bytes each after a run", each(used));
    assert_eq!((idle.threads, used.threads), (before.threads, before.threads));
    assert_eq!((idle.descriptors, used.descriptors), (before.descriptors, before.descriptors));
}

#[test]
fn there_is_room_for_a_thousand_sessions() {
    let options = SandboxOptions::new().timeout(None);
    done(&Job { options, steps: vec![step("1 + 1")], idle_sessions: 1000, warm_up: 1, ..Job::default() });
}

#[test]
fn more_sessions_than_there_is_room_for_are_an_error_that_says_so() {
    // The place of snapshots' originals may serve some more.
    let job = Job { steps: vec![step("1 + 1")], idle_sessions: 1100, ..Job::default() };
    let report = run_job(probe(), &job, &[], Duration::from_secs(120));
    assert!(report.stderr.contains("room for 1000 interpreters"), "{:?} {}", report.ending, report.stderr);
}
