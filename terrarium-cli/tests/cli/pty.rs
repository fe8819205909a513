//! A program in a pseudo-terminal, and the emulated screen that tests read.

use std::{
    io::{Read as _, Write as _},
    path::Path,
    process::Child,
    sync::{Arc, Condvar, Mutex},
    thread,
    time::{Duration, Instant},
};

use crate::support::cache;

/// A bound for steps that take milliseconds, on a machine that is busy with other tests.
const PATIENCE: Duration = Duration::from_secs(60);
pub(crate) const CTRL_C: &str = "\x03";
pub(crate) const CTRL_D: &str = "\x04";

/// The program in a terminal of 24 lines with 80 columns.
pub(crate) struct Terminal {
    child: Child,
    pty: Arc<pty_process::blocking::Pty>,
    screen: Arc<(Mutex<vt100::Parser>, Condvar)>,
}

impl Terminal {
    pub(crate) fn start(args: &[&str], state: &Path) -> Self {
        Self::with_cache(args, state, cache())
    }

    pub(crate) fn with_cache(args: &[&str], state: &Path, cache: &Path) -> Self {
        let (pty, pts) = pty_process::blocking::open().unwrap();
        pty.resize(pty_process::Size::new(24, 80)).unwrap();
        let command = pty_process::blocking::Command::new(env!("CARGO_BIN_EXE_terrarium")).args(args);
        let command = command.env("TERM", "xterm-256color").env("XDG_STATE_HOME", state);
        let child = command.env("TERRARIUM_CACHE_DIR", cache).spawn(pts).unwrap();
        let (pty, screen) = (Arc::new(pty), Arc::new((Mutex::new(vt100::Parser::default()), Condvar::new())));
        let (reads, draws) = (Arc::clone(&pty), Arc::clone(&screen));
        thread::spawn(move || emulate(&reads, &draws));
        Self { child, pty, screen }
    }

    /// Types a text; lines end with `\r`, as the key Enter sends it.
    pub(crate) fn types(&self, text: &str) {
        (&*self.pty).write_all(text.as_bytes()).unwrap();
    }

    /// Waits until the screen, without spaces at the ends of its lines, ends with `text`.
    pub(crate) fn shows(&self, text: &str) {
        self.waits(|screen| screen.trim_end().ends_with(text.trim_end()), text);
    }

    pub(crate) fn waits(&self, found: impl Fn(&str) -> bool, what: &str) {
        let (screen, changed) = &*self.screen;
        let deadline = Instant::now() + PATIENCE;
        let mut screen = screen.lock().unwrap();
        loop {
            let contents = screen.screen().contents();
            if found(&contents) {
                return;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "waited for {what:?}, the screen is:\n{contents}");
            screen = changed.wait_timeout(screen, left).unwrap().0;
        }
    }

    /// Waits for the end, and returns the exit code.
    pub(crate) fn ends(mut self) -> Option<i32> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            assert!(
                Instant::now() < deadline,
                "it does not end: {}",
                self.screen.0.lock().unwrap().screen().contents()
            );
            thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // The program has ended already, unless the test failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Draws the output, and answers queries of the cursor's position as a terminal does.
fn emulate(pty: &pty_process::blocking::Pty, screen: &(Mutex<vt100::Parser>, Condvar)) {
    const QUESTION: &[u8] = b"\x1b[6n";
    let (screen, changed) = screen;
    let mut pending = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = (&*pty).read(&mut buffer) {
        pending.extend_from_slice(&buffer[..count]);
        let mut screen = screen.lock().unwrap();
        while let Some(at) = pending.windows(QUESTION.len()).position(|window| window == QUESTION) {
            screen.process(&pending[..at]);
            pending.drain(..at + QUESTION.len());
            let (row, column) = screen.screen().cursor_position();
            write!(&*pty, "\x1b[{};{}R", row + 1, column + 1).unwrap();
        }
        // The beginning of a query waits for its end.
        let held = (1..QUESTION.len()).rev().find(|n| pending.ends_with(&QUESTION[..*n])).unwrap_or(0);
        let ready = pending.len() - held;
        screen.process(&pending[..ready]);
        pending.drain(..ready);
        changed.notify_all();
    }
}
