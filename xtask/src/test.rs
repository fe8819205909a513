//! `cargo xtask test`: all checks, with one table at the end.

mod dependencies;
pub(crate) mod node;
mod one_engine;
pub(crate) mod python;
mod stream;
mod table;
mod tally;
pub(crate) mod venv;
mod web;

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use clap::ValueEnum;

use crate::{demo, dist, docs, setup, suites, tidy, util};
use stream::run_streaming;
use tally::Tally;

/// The parts to test.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The parts to run; all of them by default
    parts: Vec<Part>,
}

/// A part of the tests that can be run alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// The house rules, and that one build of the engine serves all.
    Tidy,
    /// The licences, versions and sources of the dependencies.
    Dependencies,
    /// Formatting, clippy and the documentation, warnings as errors.
    Lint,
    /// The Rust tests of every crate, documentation examples included.
    Rust,
    /// The Python package inside the guest, in native Python.
    Harness,
    /// The Python package: its types, its tests and its examples.
    Python,
    /// The Node package: lint, types, and its tests in Node.
    Node,
    /// The documentation site: its pages, references and links.
    Docs,
    /// The examples of servers, over HTTP.
    Web,
    /// The published packages, built like the tests, installed and tried.
    Dist,
    /// The README's first command, against its expected output.
    Demo,
    /// A few modules of the packages' own test suites, against native Python.
    Suites,
}

/// One row of the final table.
struct Row {
    name: &'static str,
    passed: bool,
    tally: Option<Tally>,
    took: Duration,
}

/// Runs the steps of the chosen parts, all of them even if one fails.
pub(crate) fn run(options: &Options) -> Result<()> {
    let wanted = |part| options.parts.is_empty() || options.parts.contains(&part);
    let mut rows = Rows::default();
    let needs_guest = [Part::Lint, Part::Rust, Part::Python, Part::Node, Part::Docs, Part::Web, Part::Dist, Part::Demo];
    if needs_guest.into_iter().any(wanted) {
        rows.plain("set-up", || setup::run(&setup::Options { dev: true, force: false }));
    }
    if wanted(Part::Tidy) {
        rows.plain("tidy", tidy::run);
        rows.plain("one engine", one_engine::check);
    }
    if wanted(Part::Dependencies) {
        rows.plain("dependencies", dependencies::check);
    }
    if wanted(Part::Lint) {
        rows.plain("format", || status(util::cargo().args(["fmt", "--all", "--", "--check", "-l"])));
        rows.plain("clippy", || status(&mut clippy()));
        rows.plain("documentation", || status(&mut documentation()));
    }
    if wanted(Part::Rust) {
        // Separate, because building them together would make the engine a part of this program.
        rows.counted("Rust tests", &["test", "--workspace", "--exclude", "xtask", "--no-fail-fast"]);
        rows.counted("xtask tests", &["test", "--package", "xtask", "--no-fail-fast"]);
    }
    if wanted(Part::Harness) {
        harness(&mut rows);
    }
    if wanted(Part::Python) {
        python::run(&mut rows);
    }
    if wanted(Part::Node) {
        node::run(&mut rows);
    }
    if wanted(Part::Docs) {
        rows.plain("docs site", docs::run);
    }
    if wanted(Part::Web) {
        web::run(&mut rows);
    }
    if wanted(Part::Dist) {
        rows.plain("packed crate", || dist::Part::Crate.make_for_tests());
        rows.plain("wheel", || dist::Part::Wheel.make_for_tests());
        rows.plain("npm package", || dist::Part::Npm.make_for_tests());
        rows.plain("ready images", || dist::Part::Image.make_for_tests());
    }
    if wanted(Part::Demo) {
        rows.plain("demo", demo::check);
    }
    if wanted(Part::Suites) {
        rows.plain("suites", || suites::run(&suites::Options { quick: true, resume: false, filter: None }));
    }
    rows.finish()
}

fn clippy() -> Command {
    let mut command = util::cargo();
    command.args(["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"]);
    command
}

/// Builds the reference of every crate, with warnings as errors.
pub(crate) fn documentation() -> Command {
    let mut command = util::cargo();
    command.args(["doc", "--workspace", "--exclude", "xtask", "--no-deps"]);
    command.env("RUSTDOCFLAGS", "--deny warnings");
    command
}

/// Runs the tests and checks of the harness, with the tools that its requirements pin.
fn harness(rows: &mut Rows) {
    let folder = util::root().join("terrarium-core/python");
    let mut python = None;
    rows.plain("harness tools", || {
        python = Some(venv::ready("harness", &folder.join("requirements-dev.txt"))?);
        Ok(())
    });
    let Some(python) = python else { return };
    let module = |arguments: &[&str]| module(&python, &folder, arguments);
    rows.plain("harness ruff", || status(&mut module(&["ruff", "check"])));
    rows.plain("harness format", || status(&mut module(&["ruff", "format", "--check"])));
    rows.plain("harness mypy", || status(&mut module(&["mypy"])));
    rows.row("harness tests", || counted(&mut module(&["pytest"])));
    // The Python of the benchmarks, with the same tools and nearly the same rules.
    let benches = util::root().join("benches");
    rows.plain("benches ruff", || status(&mut self::module(&python, &benches, &["ruff", "check"])));
    rows.plain("benches format", || status(&mut self::module(&python, &benches, &["ruff", "format", "--check"])));
    rows.plain("benches mypy", || status(&mut self::module(&python, &benches, &["mypy"])));
}

fn module(python: &Path, folder: &Path, arguments: &[&str]) -> Command {
    let mut command = util::command(python);
    command.arg("-m").args(arguments).current_dir(folder);
    command
}

/// Runs a command that only succeeds or fails.
fn status(command: &mut Command) -> Result<()> {
    if !run_streaming(command, |_| ())? {
        let words = std::iter::once(command.get_program()).chain(command.get_args());
        let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
        bail!("`{}` failed", words.join(" "));
    }
    Ok(())
}

/// Runs a command that reports the number of passed tests.
fn counted(command: &mut Command) -> Result<(bool, Option<Tally>)> {
    let mut tally = Tally::default();
    let success = run_streaming(command, |line| tally.add(line))?;
    if success && tally.passed == 0 {
        println!("error: the runner found no tests");
    }
    Ok((success && tally.failed == 0 && tally.passed > 0, Some(tally)))
}

#[derive(Default)]
struct Rows(Vec<Row>);

impl Rows {
    /// Runs a step that succeeds or fails.
    fn plain(&mut self, name: &'static str, step: impl FnOnce() -> Result<()>) {
        self.row(name, || step().map(|()| (true, None)));
    }

    /// Runs a step of Cargo that runs tests.
    fn counted(&mut self, name: &'static str, arguments: &[&str]) {
        self.row(name, || counted(util::cargo().args(arguments)));
    }

    fn row(&mut self, name: &'static str, step: impl FnOnce() -> Result<(bool, Option<Tally>)>) {
        println!("\n== {name}");
        let start = Instant::now();
        let (passed, tally) = step().unwrap_or_else(|error| {
            println!("error: {error:#}");
            (false, None)
        });
        self.0.push(Row { name, passed, tally, took: start.elapsed() });
    }

    fn finish(self) -> Result<()> {
        print!("\n{}", table::render(&self.0));
        let failed: Vec<&str> = self.0.iter().filter(|row| !row.passed).map(|row| row.name).collect();
        if !failed.is_empty() {
            bail!("{} of {} steps failed: {}", failed.len(), self.0.len(), failed.join(", "));
        }
        println!("all {} steps passed", self.0.len());
        Ok(())
    }
}
