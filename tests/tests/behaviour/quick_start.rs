//! The quick start: a sandbox starts before its image is built, and continues on the image.

use std::{
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use terrarium_core::{Image, Sandbox, SandboxOptions, Status};
use terrarium_tests::{Job, Step, corpus, options};

use crate::support::{cache, probe, success};

/// A time that the build of an image takes on no machine.
const PATIENCE: Duration = Duration::from_secs(600);
/// A program that calls a compiled library in several ways: exceptions pass through it in both directions.
const CODE: &str = "from kiwisolver import Constraint, Solver, UnsatisfiableConstraint, Variable, strength
x, y = Variable('x'), Variable('y')
solver = Solver()
for constraint in (x + y == 100, x >= 10, (x == 60) | 'weak', (y >= 2 * x) | strength.medium):
    solver.addConstraint(constraint)
solver.updateVariables()
found = [round(x.value(), 6), round(y.value(), 6), str((3 * x + 1).value() > 0)]
for wrong in (lambda: solver.addConstraint(y >= 95), lambda: Variable(1), lambda: x + 'a', lambda: Constraint(x, '?')):
    try:
        wrong()
    except (UnsatisfiableConstraint, TypeError, ValueError) as error:
        found.append(type(error).__name__)
found";

fn with_package(cache: &Path) -> SandboxOptions {
    options().quick_start(true).package("kiwisolver").package_source(corpus()).cache_dir(cache)
}

/// Waits until the runs of a sandbox start from the image `name`.
fn wait_for(sandbox: &Sandbox, name: &str) {
    let until = Instant::now() + PATIENCE;
    while sandbox.execute("0").unwrap().metrics.image != name {
        assert!(Instant::now() < until, "the image is not built");
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn results_before_and_after_the_build_of_the_image_are_equal_and_sessions_continue() {
    let cache = cache();
    let sandbox = Sandbox::new(with_package(cache.path())).unwrap();
    let mut session = sandbox.session().unwrap();
    success(&session.execute("from kiwisolver import Variable\nkept = Variable('kept')").unwrap());
    let before = sandbox.execute(CODE).unwrap();
    assert_eq!(success(&before).metrics.image, "base");
    let expected = "[33.333333, 66.666667, 'True', 'UnsatisfiableConstraint', 'TypeError', 'TypeError', 'TypeError']";
    assert_eq!(before.final_repr.as_deref(), Some(expected));

    wait_for(&sandbox, "kiwisolver");
    let after = sandbox.execute(CODE).unwrap();
    assert_eq!(success(&after).final_repr, before.final_repr);
    assert_eq!((after.stdout, after.stderr), (before.stdout, before.stderr));
    let kept = session.execute("kept.name()").unwrap();
    assert_eq!(success(&kept).final_repr.as_deref(), Some("'kept'"));
    for next in [with_package(cache.path()), with_package(cache.path()).quick_start(false)] {
        let result = Sandbox::new(next).unwrap().execute(CODE).unwrap();
        assert_eq!((result.metrics.image.as_str(), result.final_repr), ("kiwisolver", before.final_repr.clone()));
    }
}

#[test]
fn a_sandbox_that_does_not_start_quickly_waits_for_the_image() {
    let cache = cache();
    let sandbox = Sandbox::new(with_package(cache.path()).quick_start(false)).unwrap();
    assert_eq!(success(&sandbox.execute("import kiwisolver").unwrap()).metrics.image, "kiwisolver");
}

#[test]
fn the_time_to_compile_a_library_is_no_time_of_the_run() {
    let cache = cache();
    let options = with_package(cache.path()).timeout(Duration::from_secs(20));
    let sandbox = Sandbox::new(options).unwrap();
    assert_eq!(success(&sandbox.execute(CODE).unwrap()).metrics.image, "base");
    // The deadline still holds where nothing is compiled.
    let mut session = sandbox.session().unwrap();
    let endless = terrarium_core::ExecuteOptions::new().timeout(Duration::from_millis(200));
    let result = session.execute_with("import kiwisolver\nwhile True: pass", endless).unwrap();
    assert_eq!(result.status, Status::Timeout);
}

#[test]
fn a_process_that_is_killed_during_the_build_leaves_nothing_broken() {
    let cache = cache();
    let job = Job {
        options: with_package(cache.path()).timeout(None),
        steps: vec![Step { code: "import time; time.sleep(1000)".to_owned(), ..Step::default() }],
        ..Job::default()
    };
    let mut child = Command::new(probe()).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(serde_json::to_string(&job).unwrap().as_bytes()).unwrap();
    let names = || -> Vec<String> {
        let entries = fs::read_dir(cache.path()).unwrap();
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
    };
    let until = Instant::now() + PATIENCE;
    while !names().iter().any(|name| name.ends_with(".timg.lock")) {
        assert!(Instant::now() < until, "the build does not begin: {:?}", names());
        thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();

    let sandbox = Sandbox::new(with_package(cache.path())).unwrap();
    assert_eq!(success(&sandbox.execute("import kiwisolver").unwrap()).metrics.image, "base");
    wait_for(&sandbox, "kiwisolver");
    Image::prune(Some(cache.path()), None).unwrap();
    let left: Vec<String> = names()
        .into_iter()
        .filter(|name| name.ends_with(".lock") || (name.starts_with('.') && name != ".guard"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}
