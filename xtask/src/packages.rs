//! `cargo xtask packages`: the most used packages of the Python index, installed by name, imported and used by a small
//! program in a sandbox.

mod outcome;
mod page;
mod program;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;

use crate::{demo, setup, util};
use outcome::{Found, Origin, Outcome, Results};
pub(crate) use page::page;
use program::Program;

/// The file of the results.
const RESULTS: &str = "tests/packages/results.json";
/// The distribution that set-up prepares. It stands in for the guest's own where that cannot be reached.
const CORPUS: &str = "tests/corpus";
/// The limits of a run.
const LIMITS: [&str; 4] = ["--timeout", "120s", "--memory", "1GiB"];
/// The longest that a command may take, downloads and compilation included.
const DEADLINE: Duration = Duration::from_secs(900);
/// The part of an error that a distribution without connection leads to.
const UNREACHABLE: &str = "; the index alone does not have everything: ";

/// The packages to try.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Only these packages; the results of the others stay
    names: Vec<String>,
    /// This program of terrarium, in place of one that is built
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
}

/// Tries the packages, one after the other, and writes the results; then the page has to be generated again.
///
/// Each package is installed into an empty package store, from the index of the user's settings. Compiled code and what
/// the index has sent are kept for the next ones.
pub(crate) fn run(options: &Options) -> Result<()> {
    setup::run(&setup::Options { dev: true, force: false })?;
    let program = options.program.clone().map_or_else(demo::build, Ok)?;
    let place = Place { program: program.canonicalize()?, cache: util::root().join("target/xtask/packages") };
    let programs = program::all()?;
    if let Some(unknown) = options.names.iter().find(|name| !programs.iter().any(|known| known.name == **name)) {
        bail!("there is no program `{}/use_{unknown}.py`", program::FOLDER);
    }
    let mut results = outcome::read().unwrap_or_default();
    results.retain(|name, _| programs.iter().any(|program| program.name == *name));
    for program in &programs {
        if options.names.is_empty() || options.names.contains(&program.name) {
            let found = place.try_out(program)?;
            println!("{}: {found}", program.name);
            results.insert(program.name.clone(), found);
            outcome::write(&results)?;
        }
    }
    let works = results.values().filter(|found| found.outcome == Outcome::Works).count();
    println!("{works} of {} work; `cargo xtask codegen` makes the page of `{RESULTS}`", results.len());
    Ok(())
}

/// The program of terrarium and its cache folder.
struct Place {
    program: PathBuf,
    cache: PathBuf,
}

/// A package of `terrarium packages list --json`.
#[derive(Deserialize)]
struct Stored {
    name: String,
    version: String,
    from: String,
}

/// A result of `terrarium run --json`, as far as it is needed.
#[derive(Deserialize)]
struct Ran {
    status: String,
    exit_code: Option<i32>,
    error: Option<Raised>,
}

/// The exception of a result.
#[derive(Deserialize)]
struct Raised {
    r#type: String,
    message: String,
}

impl Place {
    /// Installs a package and runs its program.
    fn try_out(&self, program: &Program) -> Result<Found> {
        let store = self.empty_store()?;
        let installed = self.install(&program.requirements)?;
        if let Err(reason) = installed {
            return Ok(Found {
                version: None,
                kind: None,
                origin: None,
                outcome: Outcome::NotInstalled,
                reason: Some(reason),
                older: None,
            });
        }
        let listed = self.terrarium(&["packages", "list", "--json"])?;
        let listed: Vec<Stored> = serde_json::from_slice(&listed.stdout).context("the list of the store")?;
        let stored = listed.iter().find(|stored| outcome::normalized(&stored.name) == program.name);
        let stored = stored.with_context(|| format!("`{}` was installed, and is not in the store", program.name))?;
        let origin = match stored.from.ends_with(CORPUS) || stored.from.contains("/pyodide/") {
            true => Origin::Distribution,
            false => Origin::Index,
        };
        let older = outcome::older(&program.name, &installed.unwrap_or_default());
        let reason = self.use_it(program)?.err();
        let outcome = if reason.is_none() { Outcome::Works } else { Outcome::Fails };
        let kind = outcome::kind(&store, &stored.name, &stored.version)?;
        Ok(Found {
            version: Some(stored.version.clone()),
            kind: Some(kind),
            origin: Some(origin),
            outcome,
            reason,
            older,
        })
    }

    /// Removes everything from the package store and returns its folder.
    fn empty_store(&self) -> Result<PathBuf> {
        let store = self.cache.join("packages");
        if store.exists() {
            std::fs::remove_dir_all(&store).with_context(|| format!("cannot remove `{}`", store.display()))?;
        }
        Ok(store)
    }

    /// Installs requirements as a user would, and returns what the command told, or the reason if it fails.
    fn install(&self, requirements: &[String]) -> Result<Result<String, String>> {
        let mut arguments = vec!["packages", "add"];
        arguments.extend(requirements.iter().map(String::as_str));
        let mut output = self.terrarium(&arguments)?;
        if String::from_utf8_lossy(&output.stderr).contains("the distribution, which cannot be reached")
            || String::from_utf8_lossy(&output.stderr).contains(UNREACHABLE)
        {
            self.empty_store()?;
            let compiled = compiled_of_corpus()?;
            let mut prepare = vec!["packages", "add", "--from", CORPUS];
            prepare.extend(compiled.iter().map(String::as_str));
            let prepared = self.terrarium(&prepare)?;
            ensure!(prepared.status.success(), "{}", String::from_utf8_lossy(&prepared.stderr));
            output = self.terrarium(&arguments)?;
        }
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        Ok(if output.status.success() { Ok(told) } else { Err(outcome::of_installation(&told)) })
    }

    /// Runs a program; the reason if it fails.
    fn use_it(&self, program: &Program) -> Result<Result<(), String>> {
        let mut arguments = vec!["run", "--json", "--no-preload"];
        arguments.extend(LIMITS);
        arguments.extend(program.requirements.iter().flat_map(|requirement| ["--package", requirement]));
        let path = program.path.to_string_lossy();
        arguments.push(&path);
        let output = self.terrarium(&arguments)?;
        let Ok(ran) = serde_json::from_slice::<Ran>(&output.stdout) else {
            return Ok(Err(outcome::of_installation(&String::from_utf8_lossy(&output.stderr))));
        };
        Ok(match (ran.error, &*ran.status, ran.exit_code) {
            (None, "success", None | Some(0)) => Ok(()),
            (Some(raised), ..) => Err(outcome::shortened(&format!("{}: {}", raised.r#type, raised.message))),
            (None, status, code) => {
                Err(format!("{status}{}", code.map_or(String::new(), |code| format!(", exit code {code}"))))
            }
        })
    }

    /// Runs a command of terrarium to its end, or to the deadline.
    fn terrarium(&self, arguments: &[&str]) -> Result<Output> {
        let mut command = util::command(&self.program);
        command.args(arguments).env("TERRARIUM_CACHE_DIR", &self.cache);
        limited(&mut command).with_context(|| format!("`terrarium {}`", arguments.join(" ")))
    }
}

/// Runs a command and gathers its output; it is ended at the deadline.
fn limited(command: &mut Command) -> Result<Output> {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    thread::scope(|scope| {
        let stdout = scope.spawn(|| read_all(stdout));
        let stderr = scope.spawn(|| read_all(stderr));
        let start = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait()? {
                break status;
            }
            if start.elapsed() > DEADLINE {
                child.kill()?;
            }
            thread::sleep(Duration::from_millis(20));
        };
        let end = |reader: thread::ScopedJoinHandle<'_, Vec<u8>>| reader.join().unwrap_or_default();
        Ok(Output { status, stdout: end(stdout), stderr: end(stderr) })
    })
}

fn read_all(stream: Option<impl std::io::Read>) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(mut stream) = stream {
        // What arrived before a failure is enough for a report.
        let _ = stream.read_to_end(&mut bytes);
    }
    bytes
}

/// Returns the names of the compiled packages of the prepared distribution.
fn compiled_of_corpus() -> Result<Vec<String>> {
    let files = util::walk(&util::root().join(CORPUS), &|_| false)?;
    let names = files.iter().filter_map(|path| Some(path.file_name()?.to_str()?.to_owned()));
    let compiled = names.filter(|name| name.ends_with("_wasm32.whl"));
    Ok(compiled.filter_map(|name| Some(name.split_once('-')?.0.to_owned())).collect())
}

/// Returns the results, checked against the programs.
fn checked() -> Result<(Vec<Program>, Results)> {
    let (programs, results) = (program::all()?, outcome::read()?);
    let names: Vec<&str> = programs.iter().map(|program| program.name.as_str()).collect();
    let known: Vec<&str> = results.keys().map(String::as_str).collect();
    ensure!(
        names == known,
        "`{RESULTS}` is not about the programs in `{}`: run `cargo xtask packages`",
        program::FOLDER
    );
    for (name, found) in &results {
        outcome::check(found).with_context(|| format!("`{RESULTS}`: {name}"))?;
    }
    Ok((programs, results))
}

/// The results by the name of the package, for other modules of this command.
type ByName = BTreeMap<String, Found>;

/// Returns the path of a file of the workspace.
fn at(path: &str) -> PathBuf {
    Path::new(&util::root()).join(path)
}
