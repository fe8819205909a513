//! Runs a child process, shows its output as it arrives, and passes each line to a reader.

use std::io::{BufRead, BufReader, IsTerminal, Read};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::thread;

use anyhow::{Context, Result};

/// Runs a command without standard input. Returns whether it succeeded.
pub(super) fn run_streaming(command: &mut Command, mut read: impl FnMut(&str)) -> Result<bool> {
    if std::io::stdout().is_terminal() && std::env::var_os("CARGO_TERM_COLOR").is_none() {
        // Its own output is a pipe, that of this program is not.
        command.env("CARGO_TERM_COLOR", "always");
    }
    let name = command.get_program().to_string_lossy().into_owned();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start `{name}`; is it installed and on the path?"))?;
    let (sender, lines) = channel();
    let readers = [
        child.stdout.take().map(|pipe| forward(pipe, sender.clone())),
        child.stderr.take().map(|pipe| forward(pipe, sender.clone())),
    ];
    drop(sender);
    for line in lines {
        let line = String::from_utf8_lossy(&line);
        print!("{line}");
        read(line.trim_end());
    }
    for reader in readers.into_iter().flatten() {
        // A reader only ends; it has nothing to report.
        let _ = reader.join();
    }
    Ok(child.wait()?.success())
}

fn forward(pipe: impl Read + Send + 'static, lines: Sender<Vec<u8>>) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        let mut pipe = BufReader::new(pipe);
        let mut line = Vec::new();
        while pipe.read_until(b'\n', &mut line).is_ok_and(|bytes| bytes > 0) {
            if lines.send(std::mem::take(&mut line)).is_err() {
                break;
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns a command for this test program itself that lists its tests: a child that exists wherever the tests run.
    fn itself(argument: &str) -> Command {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg(argument);
        command
    }

    #[test]
    fn every_line_is_read_and_success_reported() {
        let mut lines = Vec::new();
        assert!(run_streaming(&mut itself("--list"), |line| lines.push(line.to_owned())).unwrap());
        let name = "test::stream::tests::every_line_is_read_and_success_reported: test";
        assert!(lines.iter().any(|line| line == name), "{lines:?}");
    }

    #[test]
    fn failure_is_reported() {
        assert!(!run_streaming(&mut itself("--no-such-flag"), |_| ()).unwrap());
        let error = run_streaming(&mut Command::new("no-such-program-here"), |_| ()).unwrap_err();
        assert!(error.to_string().contains("`no-such-program-here`"), "{error}");
    }
}
