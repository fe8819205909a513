//! This library as a peer of `cargo xtask compare`; the protocol is described in `benches/compare/peers/protocol.py`.
//!
//! ```text
//! terrarium-compare cold
//! terrarium-compare first FOLDER-OF-WHEELS PROGRAM
//! terrarium-compare serve FOLDER-OF-WHEELS [inline]
//! ```
//!
//! With `inline`, images are made as `terrarium image build --inline` makes them.

use std::collections::BTreeMap;
use std::io::{BufRead, Write, stdin, stdout};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::{Value as Json, json};
use terrarium_core::{About, ExecutionResult, Image, ImageOptions, Packages, Sandbox, SandboxOptions, Session, Status};

/// Errors reach the other side as text.
type Result<T> = std::result::Result<T, String>;

/// A line from the other side.
#[derive(Deserialize)]
#[serde(tag = "task", rename_all = "lowercase")]
enum Request {
    Fresh {
        code: String,
        packages: Vec<String>,
        #[serde(flatten)]
        repeat: Repeat,
    },
    Evaluate {
        code: String,
        #[serde(flatten)]
        repeat: Repeat,
    },
    Run {
        code: String,
    },
    Hold {
        count: usize,
    },
}

/// The bound of a repetition: the action repeats until the seconds are over or it was done this many times, at least
/// once.
#[derive(Deserialize)]
struct Repeat {
    seconds: f64,
    most: usize,
}

/// The state between requests.
struct Peer {
    wheels: String,
    inline: bool,
    sandboxes: BTreeMap<Vec<String>, Sandbox>,
    live: Option<Session>,
    held: Vec<Session>,
}

impl Peer {
    fn answer(&mut self, request: Request) -> Result<Json> {
        Ok(match request {
            Request::Fresh { code, packages, repeat } => {
                let sandbox = self.sandbox(packages)?;
                let (ms, result) = repeated(&repeat, || checked(sandbox.execute(&code)))?;
                json!({"ms": ms, "stdout": result.stdout})
            }
            Request::Evaluate { code, repeat } => {
                let session = self.live()?;
                let (ms, result) = repeated(&repeat, || checked(session.execute(&code)))?;
                json!({"ms": ms, "value": result.final_repr})
            }
            Request::Run { code } => json!({"stdout": checked(self.live()?.execute(&code))?.stdout}),
            Request::Hold { count } => {
                for _ in 0..count {
                    let mut session = self.session()?;
                    checked(session.execute("0"))?;
                    self.held.push(session);
                }
                json!({"held": count})
            }
        })
    }

    /// Returns the sandbox with these packages. Making it is no part of a run.
    fn sandbox(&mut self, packages: Vec<String>) -> Result<&Sandbox> {
        if !self.sandboxes.contains_key(&packages) {
            let packages_from = if packages.is_empty() { Vec::new() } else { vec![self.wheels.clone()] };
            let sandbox = if self.inline {
                let options = ImageOptions::new().packages(packages.clone()).packages_from(packages_from).inline(true);
                Image::build(options).and_then(|image| Sandbox::on_image(image, SandboxOptions::default()))
            } else {
                let packages = Packages::List(packages.clone());
                Sandbox::new(SandboxOptions::new().packages(packages).packages_from(packages_from).quick_start(false))
            };
            self.sandboxes.insert(packages.clone(), sandbox.map_err(|error| error.to_string())?);
        }
        self.sandboxes.get(&packages).ok_or_else(|| "there is no sandbox".to_owned())
    }

    fn session(&mut self) -> Result<Session> {
        self.sandbox(Vec::new())?.session().map_err(|error| error.to_string())
    }

    fn live(&mut self) -> Result<&mut Session> {
        if self.live.is_none() {
            self.live = Some(self.session()?);
        }
        self.live.as_mut().ok_or_else(|| "there is no session".to_owned())
    }
}

/// Turns a run that did not succeed into a failure.
fn checked(result: terrarium_core::Result<ExecutionResult>) -> Result<ExecutionResult> {
    let result = result.map_err(|error| error.to_string())?;
    match result.status {
        Status::Success => Ok(result),
        status => {
            let error = result.error.unwrap_or_default();
            Err(format!("{status:?}: {}: {}", error.kind, error.message))
        }
    }
}

/// Returns the milliseconds of each repetition, and the result of the last one.
fn repeated<T>(repeat: &Repeat, mut action: impl FnMut() -> Result<T>) -> Result<(Vec<f64>, T)> {
    let mut ms = Vec::new();
    let end = Duration::try_from_secs_f64(repeat.seconds).map_err(|error| error.to_string())?;
    let begin = Instant::now();
    loop {
        let start = Instant::now();
        let given = action()?;
        ms.push(start.elapsed().as_secs_f64() * 1000.0);
        if begin.elapsed() >= end || ms.len() >= repeat.most {
            return Ok((ms, given));
        }
    }
}

fn serve(peer: &mut Peer) -> Result<()> {
    let about = About::new().map_err(|error| error.to_string())?;
    say(&json!({"about": {"terrarium": about.terrarium, "Python": about.python, "engine": about.engine}}))?;
    for line in stdin().lock().lines() {
        let line = line.map_err(|error| error.to_string())?;
        let request = serde_json::from_str(&line).map_err(|error| error.to_string());
        let answer = request.and_then(|request| peer.answer(request));
        say(&answer.unwrap_or_else(|reason| json!({"failed": reason})))?;
    }
    Ok(())
}

fn say(message: &Json) -> Result<()> {
    let mut out = stdout().lock();
    writeln!(out, "{message}").and_then(|()| out.flush()).map_err(|error| error.to_string())
}

fn cold() -> Result<()> {
    let sandbox = Sandbox::new(SandboxOptions::default()).map_err(|error| error.to_string())?;
    let result = checked(sandbox.execute("1 + 1"))?;
    println!("{}", result.final_repr.unwrap_or_default());
    Ok(())
}

/// Runs a program with the science stack on a machine that may never have run it.
fn first(wheels: &str, program: &str) -> Result<()> {
    let code = std::fs::read_to_string(program).map_err(|error| error.to_string())?;
    let options = SandboxOptions::new().packages(["numpy", "pandas", "matplotlib"]).package_source(wheels);
    let sandbox = Sandbox::new(options).map_err(|error| error.to_string())?;
    print!("{}", checked(sandbox.execute(&code))?.stdout);
    Ok(())
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match &*arguments {
        [role] if role == "cold" => cold(),
        [role, wheels, program] if role == "first" => first(wheels, program),
        [role, wheels, how @ ..] if role == "serve" && (how.is_empty() || how == ["inline"]) => {
            let (wheels, inline) = (wheels.clone(), !how.is_empty());
            serve(&mut Peer { wheels, inline, sandboxes: BTreeMap::new(), live: None, held: Vec::new() })
        }
        _ => Err("usage: terrarium-compare cold | first FOLDER-OF-WHEELS PROGRAM | serve FOLDER-OF-WHEELS [inline]"
            .to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("error: {reason}");
            ExitCode::FAILURE
        }
    }
}
