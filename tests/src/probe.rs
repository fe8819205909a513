//! A separate process for runs that might take the host down: the job goes in as JSON, results come out.

use std::{
    cell::RefCell,
    io::{BufRead as _, BufReader, Read, Write},
    ops::ControlFlow,
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};
use terrarium_core::{ExecuteOptions, ExecutionResult, Image, ImageOptions, Sandbox, SandboxOptions};

use crate::Resources;

/// The job of the process.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Job {
    /// The sandbox.
    pub options: SandboxOptions,
    /// An image file of the bare interpreter that the program is to use as its own.
    pub base: Option<PathBuf>,
    /// A folder of ready images that the program is to use.
    pub ready: Option<PathBuf>,
    /// An image to build first, from which the sandbox then starts.
    pub image: Option<ImageOptions>,
    /// The runs in it, in order.
    pub steps: Vec<Step>,
    /// The number of rounds of all steps. Only the results of the first round are reported.
    pub rounds: usize,
    /// The number of sessions that are started after the rounds and live side by side for another count of resources.
    pub idle_sessions: usize,
    /// The number of rounds before resources are counted: caches fill and threads start.
    pub warm_up: usize,
}

/// One run.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Step {
    /// The code.
    pub code: String,
    /// The options of the run.
    pub options: ExecuteOptions,
    /// Whether it runs in the one session of the job, and not in a fresh interpreter.
    pub session: bool,
    /// Whether that session is reset before.
    pub reset: bool,
    /// Whether it runs in a separate session, which ends with the step.
    pub apart: bool,
}

/// One line of the process's output.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    /// The present step of building the image.
    Progress(String),
    /// A step's result, with its duration by the host's clock.
    Result(Box<ExecutionResult>, f64),
    /// A step failed on the host's side.
    Error(String),
    /// After the warm-up, after the rounds, and with idle sessions: before and after the first step ran in each.
    Resources(Resources),
}

/// The observations of the process.
#[derive(Debug)]
pub struct Report {
    /// The steps of building the image.
    pub progress: Vec<String>,
    /// The results of the steps, each with its duration by the host's clock.
    pub results: Vec<(ExecutionResult, Duration)>,
    /// Failures of the host.
    pub errors: Vec<String>,
    /// Resources after the warm-up, after the rounds, and with idle sessions: before and after the first step in each.
    pub resources: Vec<Resources>,
    /// The standard error of the process.
    pub stderr: String,
    /// The end of the process.
    pub ending: Ending,
}

/// The end of the process.
#[derive(Debug)]
pub enum Ending {
    /// By itself.
    Exited(ExitStatus),
    /// Killed, because it exceeded its time.
    Overtime,
}

impl Report {
    /// Whether the process ended by itself and without a failure.
    pub fn is_healthy(&self) -> bool {
        matches!(self.ending, Ending::Exited(status) if status.success()) && self.errors.is_empty()
    }
}

/// Does a job that is read from `input`: the whole work of the helper process.
///
/// # Errors
/// When the job cannot be read or the results cannot be written.
pub fn serve(input: impl Read, mut output: impl Write) -> Result<(), Box<dyn std::error::Error>> {
    let job: Job = serde_json::from_reader(input)?;
    let mut tell = |line: &Line| -> std::io::Result<()> {
        writeln!(output, "{}", serde_json::to_string(line)?)?;
        output.flush()
    };
    if let Some(path) = job.base {
        Image::set_bare(path)?;
    }
    if let Some(folder) = job.ready {
        Image::add_ready(folder)?;
    }
    let sandbox = match job.image {
        None => Sandbox::new(job.options)?,
        Some(options) => {
            let steps = RefCell::new(Vec::new());
            let image = Image::build_with(options, |step| {
                let step = step.to_string();
                let mut steps = steps.borrow_mut();
                if steps.last() != Some(&step) {
                    steps.push(step);
                }
                ControlFlow::Continue(())
            })?;
            for step in steps.take() {
                tell(&Line::Progress(step))?;
            }
            Sandbox::on_image(image, job.options)?
        }
    };
    let mut session = None;
    for round in 0..job.rounds.max(1) {
        for step in &job.steps {
            let started = Instant::now();
            let result = if step.session {
                if session.is_none() {
                    session = Some(sandbox.session()?);
                }
                let Some(session) = &mut session else { continue };
                if step.reset {
                    session.reset()?;
                }
                session.execute_with(&step.code, step.options.clone())
            } else if step.apart {
                sandbox.session()?.execute_with(&step.code, step.options.clone())
            } else {
                sandbox.execute_with(&step.code, step.options.clone())
            };
            if round == 0 {
                tell(&match result {
                    Ok(result) => Line::Result(Box::new(result), started.elapsed().as_secs_f64()),
                    Err(error) => Line::Error(error.to_string()),
                })?;
            } else if let Err(error) = result {
                tell(&Line::Error(error.to_string()))?;
            }
        }
        if round + 1 == job.warm_up {
            tell(&Line::Resources(Resources::now()))?;
        }
    }
    drop(session);
    tell(&Line::Resources(Resources::now()))?;
    if job.idle_sessions > 0 {
        let mut idle = Vec::new();
        for _ in 0..job.idle_sessions {
            idle.push(sandbox.session()?);
        }
        tell(&Line::Resources(Resources::now()))?;
        // The sessions still work.
        for session in &mut idle {
            if let Some(step) = job.steps.first() {
                session.execute_with(&step.code, step.options.clone())?;
            }
        }
        tell(&Line::Resources(Resources::now()))?;
    }
    Ok(())
}

/// Makes `program` do a job within `patience`.
///
/// # Panics
/// When the process cannot be started or writes unexpected output.
pub fn run_job(program: &Path, job: &Job, environment: &[(&str, &str)], patience: Duration) -> Report {
    let mut command = Command::new(program);
    command.envs(environment.iter().copied());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the helper process starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    let text = serde_json::to_string(job).expect("a job as JSON");
    // A process that dies early closes its end; the report shows that.
    let feeder = thread::spawn(move || drop(stdin.write_all(text.as_bytes())));
    let stdout = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut errors = child.stderr.take().expect("a pipe");
    let complaints = thread::spawn(move || {
        let mut text = Vec::new();
        drop(errors.read_to_end(&mut text));
        String::from_utf8_lossy(&text).into_owned()
    });
    let (sender, lines) = mpsc::channel();
    let reader = thread::spawn(move || {
        for line in stdout.lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });

    let until = Instant::now() + patience;
    let mut report = Report {
        progress: Vec::new(),
        results: Vec::new(),
        errors: Vec::new(),
        resources: Vec::new(),
        stderr: String::new(),
        ending: Ending::Overtime,
    };
    loop {
        match lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(line) => match serde_json::from_str(&line) {
                Ok(Line::Result(result, seconds)) => {
                    report.results.push((*result, Duration::from_secs_f64(seconds)));
                }
                Ok(Line::Progress(step)) => report.progress.push(step),
                Ok(Line::Error(error)) => report.errors.push(error),
                Ok(Line::Resources(resources)) => report.resources.push(resources),
                Err(error) => report.errors.push(format!("{error}: {line:.200}")),
            },
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                report.ending = Ending::Exited(child.wait().expect("the helper process ends"));
                break;
            }
            Err(mpsc::RecvTimeoutError::Timeout) => {
                drop(child.kill());
                drop(child.wait());
                break;
            }
        }
    }
    for thread in [feeder, reader] {
        thread.join().expect("a thread that only copies");
    }
    report.stderr = complaints.join().expect("a thread that only copies");
    report
}
