//! `cargo xtask suites`: part of the packages' own test suites, in the sandbox and in native Python, side by side.

mod compare;
mod page;
mod place;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use crate::{demo, setup, util};
pub(crate) use page::page;
use place::{Outcomes, Place};

/// The file of the results.
const RESULTS: &str = "tests/suites/results.json";

/// The tests to run.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Only the few modules that are fast; nothing is written
    #[arg(long)]
    pub(crate) quick: bool,
    /// Use the outcomes that the last run left, and run only modules without
    #[arg(long)]
    pub(crate) resume: bool,
    /// Only modules whose name contains this; nothing is written
    pub(crate) filter: Option<String>,
}

/// `suites.json`: the tests to run.
#[derive(Deserialize)]
struct Plan {
    suites: Vec<Suite>,
    /// Tests that pass in native Python and fail in the sandbox, as `package/module::test`, with the reason.
    explained: BTreeMap<String, String>,
}

/// The part of one package's suite to run.
#[derive(Deserialize)]
struct Suite {
    package: String,
    /// Optional packages that its tests use.
    #[serde(default)]
    with: Vec<String>,
    /// The place of the tests in a folder of packages.
    folder: String,
    /// Extensions that only the tests use and that the guest's wheel lacks.
    stand_ins: Vec<String>,
    /// Arguments for pytest.
    options: Vec<String>,
    /// Modules below the folder.
    modules: Vec<String>,
    /// The fast ones among them.
    quick: Vec<String>,
}

/// `results.json`: the results.
#[derive(Serialize, Deserialize)]
struct Results {
    /// The version of the native Python.
    native_python: String,
    suites: Vec<compare::Found>,
}

/// Runs the suites in both places and compares. A whole run writes its results; then the page has to be generated
/// again.
pub(crate) fn run(options: &Options) -> Result<()> {
    setup::run(&setup::Options { dev: true, force: false })?;
    let program = demo::build()?;
    let root = util::root().join("tests/suites");
    let plan: Plan = serde_json::from_slice(&util::read(&root.join("suites.json"))?)?;
    let place = place::ready(program, &root, &plan.suites, options.resume)?;
    let mut results = Results { native_python: place.python_version()?, suites: Vec::new() };
    let mut faults = Vec::new();
    for suite in &plan.suites {
        let version = match place.version(&suite.package) {
            Ok(version) => version,
            Err(_) if options.quick => {
                println!("{} is left out: it needs a newer Python than {}", suite.package, results.native_python);
                continue;
            }
            Err(error) => return Err(error),
        };
        let mut found = compare::Found::new(&suite.package, version);
        let mut modules = if options.quick { suite.quick.clone() } else { suite.modules.clone() };
        modules.retain(|module| options.filter.as_ref().is_none_or(|part| module.contains(part)));
        run_suite(&place, suite, &modules, |module, native, here| match here {
            Err(error) => {
                println!("{} {module}: {error:#}", suite.package);
                found.faults.push(format!("{}/{module}: no outcomes", suite.package));
            }
            Ok(here) => {
                let summary = found.add(module, &native, &here, &plan.explained);
                println!("{} {module}: {summary}", suite.package);
            }
        })?;
        faults.extend(found.faults.iter().cloned());
        results.suites.push(found);
    }
    ensure!(
        faults.is_empty(),
        "these outcomes are neither those of native Python nor explained:\n{}",
        faults.join("\n")
    );
    if !options.quick && options.filter.is_none() {
        let text = serde_json::to_string_pretty(&results)? + "\n";
        util::write(&util::root().join(RESULTS), text.as_bytes())?;
        println!("`{RESULTS}` is written; `cargo xtask codegen` makes the page of it");
    }
    Ok(())
}

/// Runs modules, as many at a time as there are processors, and hands the outcomes of each module on: native ones, then
/// those of the sandbox, where a module may also end without outcomes.
fn run_suite(
    place: &Place,
    suite: &Suite,
    modules: &[String],
    mut done: impl FnMut(&str, Outcomes, Result<Outcomes>),
) -> Result<()> {
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let (sender, receiver) = mpsc::channel();
        for _ in 0..workers {
            let (sender, next) = (sender.clone(), &next);
            scope.spawn(move || {
                while let Some(module) = modules.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let outcomes = (module, place.native(suite, module), place.sandbox(suite, module));
                    // The receiver is gone after an error; the rest is of no use then.
                    if sender.send(outcomes).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        for (module, native, here) in receiver {
            let native = native?;
            ensure!(!native.is_empty(), "`{module}` has no tests");
            done(module, native, here);
        }
        Ok(())
    })
}

fn results() -> Result<Results> {
    let bytes = util::read(&util::root().join(RESULTS))?;
    serde_json::from_slice(&bytes).with_context(|| format!("`{RESULTS}` is damaged: run `cargo xtask suites`"))
}
