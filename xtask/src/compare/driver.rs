//! A peer at work: its process, which answers lines of JSON. `benches/compare/peers/protocol.py` describes the
//! protocol.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, ensure};
use serde::Deserialize;
use serde_json::Value;

use crate::util;

/// The folder of caches beside the logs.
const CACHE: &str = "cache";
/// The longest that a peer may take for an answer.
const PATIENCE: Duration = Duration::from_secs(600);
/// The longest that a peer may take to end.
const FAREWELL: Duration = Duration::from_secs(5);

/// A line from a peer.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Answer {
    /// Milliseconds of each repetition.
    pub(super) ms: Vec<f64>,
    pub(super) stdout: String,
    pub(super) value: String,
    /// The components of the peer: names and versions.
    pub(super) about: BTreeMap<String, String>,
    /// The reason why the peer cannot do this.
    pub(super) cannot: Option<String>,
    /// The reason of a failure.
    pub(super) failed: Option<String>,
}

/// A peer that waits for requests. Its process ends when this value is dropped.
pub(super) struct Driver {
    process: Child,
    input: Option<ChildStdin>,
    lines: Receiver<String>,
    /// Its own description at the start.
    pub(super) about: BTreeMap<String, String>,
}

impl Driver {
    /// Starts a peer; its standard error goes to the file.
    pub(super) fn start(command: &[OsString], log: &Path) -> Result<Self> {
        let mut process = started(command, CACHE, log)?;
        let input = process.stdin.take();
        let output = process.stdout.take().context("the peer has no output")?;
        let (sender, lines) = channel();
        thread::spawn(move || {
            let whole = BufReader::new(output).lines().map_while(Result::ok);
            whole.map(|line| sender.send(line)).find(Result::is_err)
        });
        let mut driver = Self { process, input, lines, about: BTreeMap::new() };
        driver.about = driver.read(log)?.about;
        Ok(driver)
    }

    /// Sends a request and waits for the answer.
    pub(super) fn ask(&mut self, request: &Value, log: &Path) -> Result<Answer> {
        let input = self.input.as_mut().context("the peer takes no requests")?;
        writeln!(input, "{request}").and_then(|()| input.flush()).with_context(|| ended(log))?;
        self.read(log)
    }

    /// Returns the id of the process, for measuring its memory.
    pub(super) fn id(&self) -> u32 {
        self.process.id()
    }

    fn read(&self, log: &Path) -> Result<Answer> {
        let line = self.lines.recv_timeout(PATIENCE).map_err(|_| anyhow!(ended(log)))?;
        serde_json::from_str(&line).with_context(|| format!("not an answer: {line}"))
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // At the end of its input, a peer ends with all processes that it started.
        self.input = None;
        let start = Instant::now();
        while start.elapsed() < FAREWELL && self.process.try_wait().is_ok_and(|status| status.is_none()) {
            thread::sleep(Duration::from_millis(10));
        }
        // Fails only when the process has already ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Measures the milliseconds from the start of a process to its first line, which must be as expected.
pub(super) fn cold(command: &[OsString], expected: &str, log: &Path) -> Result<f64> {
    cold_in(command, CACHE, expected, log)
}

/// Measures like [`cold`], with another folder of caches beside the log.
pub(super) fn cold_in(command: &[OsString], cache: &str, expected: &str, log: &Path) -> Result<f64> {
    let start = Instant::now();
    let mut process = started(command, cache, log)?;
    let mut line = String::new();
    let output = process.stdout.take().context("the peer has no output")?;
    BufReader::new(output).read_line(&mut line)?;
    let ms = start.elapsed().as_secs_f64() * 1000.0;
    let status = process.wait()?;
    ensure!(status.success(), ended(log));
    ensure!(line.trim() == expected, "it gave `{}`", line.trim());
    Ok(ms)
}

fn started(command: &[OsString], cache: &str, log: &Path) -> Result<Child> {
    let (program, arguments) = command.split_first().context("no command")?;
    let folder = log.parent().unwrap_or(Path::new("."));
    let log = File::create(log).with_context(|| format!("cannot write `{}`", log.display()))?;
    let mut command: Command = util::command(program);
    command.args(arguments).current_dir(folder);
    // Caches are together in this folder, apart from the user's own.
    command.env("TERRARIUM_CACHE_DIR", folder.join(cache)).env("MPLCONFIGDIR", folder.join("matplotlib"));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log);
    command.spawn().with_context(|| format!("cannot start `{}`", program.to_string_lossy()))
}

fn ended(log: &Path) -> String {
    format!("it gave no answer; `{}` may say why", log.file_name().unwrap_or_default().to_string_lossy())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use serde_json::json;

    fn shell(script: &str) -> Vec<OsString> {
        ["sh", "-c", script].map(OsString::from).to_vec()
    }

    #[test]
    fn a_peer_says_what_it_is_and_answers() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("peer.log");
        let script = r#"echo '{"about": {"x": "1"}}'; read line; echo '{"ms": [1.5], "stdout": "hi"}'"#;
        let mut driver = Driver::start(&shell(script), &log).unwrap();
        assert_eq!(driver.about["x"], "1");
        let answer = driver.ask(&json!({}), &log).unwrap();
        assert_eq!((answer.ms, &*answer.stdout), (vec![1.5], "hi"));
    }

    #[test]
    fn a_peer_that_ends_early_is_an_error_that_names_its_log() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("peer.log");
        let error = Driver::start(&shell("echo bad >&2"), &log).err().unwrap();
        assert!(error.to_string().contains("`peer.log`"), "{error}");
        assert_eq!(std::fs::read_to_string(&log).unwrap(), "bad\n");
    }

    #[test]
    fn a_cold_start_must_give_what_is_expected() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("peer.log");
        assert!(cold(&shell("echo 2"), "2", &log).unwrap() > 0.0);
        assert!(cold(&shell("echo 3"), "2", &log).is_err());
        assert!(cold(&shell("echo 2; exit 1"), "2", &log).is_err());
    }
}
