//! [`Person`]: asks the person at the terminal for the standard input of the code.

use std::{
    borrow::Cow,
    io::{self, BufRead as _, IsTerminal as _, Write as _},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use crossterm::{
    event::{self, Event, KeyCode, KeyEventKind, KeyModifiers},
    terminal,
};
use reedline::{Prompt, PromptEditMode, PromptHistorySearch, Reedline, Signal};
use terrarium_core::{InputAnswer, InputRequest, Stdin};

use crate::streams::Streams;

/// The interval at which a question that waits looks whether it is still open.
const TICK: Duration = Duration::from_millis(50);
/// The time that an open question has to put the terminal in order at the end.
const PATIENCE: Duration = Duration::from_secs(1);

/// The person at the terminal, who answers one question at a time.
#[derive(Clone, Default)]
pub(crate) struct Person(Arc<State>);

#[derive(Default)]
struct State {
    /// Whether the run has ended, so that a question is no longer open.
    is_over: Arc<AtomicBool>,
    /// The line editor, which keeps the earlier answers. Locked while a question is open.
    editor: Mutex<Option<Reedline>>,
}

/// Whether lines can be edited: the editor draws on the standard error.
pub(crate) fn can_edit() -> bool {
    io::stdin().is_terminal()
        && io::stderr().is_terminal()
        && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

impl Person {
    /// Returns the standard input of a run whose output goes through `streams`.
    pub(crate) fn stdin(&self, streams: &Streams) -> Stdin {
        self.0.is_over.store(false, Ordering::Relaxed);
        let (state, streams) = (Arc::clone(&self.0), streams.clone());
        Stdin::ask(move |request| streams.pause(|| state.answer(request))).as_terminal()
    }

    /// Ends an open question, after the run, and waits until the terminal is as before.
    pub(crate) fn finish(&self) {
        self.0.is_over.store(true, Ordering::Relaxed);
        let until = Instant::now() + PATIENCE;
        while can_edit() && self.0.editor.try_lock().is_err() && Instant::now() < until {
            thread::sleep(TICK);
        }
    }
}

impl State {
    fn answer(&self, request: &InputRequest) -> InputAnswer {
        let answer = match (can_edit(), request.echo) {
            // The editor begins a line of its own, and the output before may not have ended its line.
            (true, true) if !request.prompt.is_empty() => self.edit(&request.prompt),
            (true, false) => self.secret(&request.prompt),
            _ => plain(&request.prompt),
        };
        answer.unwrap_or(InputAnswer::Failed)
    }

    /// Reads a line with the editor.
    fn edit(&self, prompt: &str) -> io::Result<InputAnswer> {
        let mut editor = self.editor.lock().unwrap_or_else(PoisonError::into_inner);
        let is_over = Arc::clone(&self.is_over);
        let editor = editor.get_or_insert_with(|| {
            Reedline::create().use_bracketed_paste(true).with_ansi_colors(false).with_break_signal(is_over)
        });
        Ok(match editor.read_line(&Question(prompt)).map_err(io::Error::other)? {
            Signal::Success(line) => line.into(),
            Signal::CtrlC => InputAnswer::Interrupt,
            Signal::CtrlD => InputAnswer::End,
            _ => InputAnswer::Failed,
        })
    }

    /// Reads a line that is not shown.
    fn secret(&self, prompt: &str) -> io::Result<InputAnswer> {
        let _open = self.editor.lock().unwrap_or_else(PoisonError::into_inner);
        show(prompt)?;
        let _raw = Raw::enter()?;
        let mut line = String::new();
        let answer = loop {
            if self.is_over.load(Ordering::Relaxed) {
                break InputAnswer::Failed;
            }
            if !event::poll(TICK)? {
                continue;
            }
            let key = match event::read()? {
                Event::Key(key) if key.kind != KeyEventKind::Release => key,
                Event::Paste(text) => {
                    line.push_str(&text);
                    continue;
                }
                _ => continue,
            };
            match (key.code, key.modifiers.contains(KeyModifiers::CONTROL)) {
                (KeyCode::Char('c'), true) => break InputAnswer::Interrupt,
                (KeyCode::Char('d'), true) if line.is_empty() => break InputAnswer::End,
                (KeyCode::Char('u'), true) => line.clear(),
                (KeyCode::Enter, _) | (KeyCode::Char('j' | 'm'), true) => break line.into(),
                (KeyCode::Backspace, _) | (KeyCode::Char('h'), true) => drop(line.pop()),
                (KeyCode::Char(character), false) => line.push(character),
                _ => {}
            }
        };
        show("\r\n")?;
        Ok(answer)
    }
}

/// Reads a line as the terminal gives it.
fn plain(prompt: &str) -> io::Result<InputAnswer> {
    if !prompt.is_empty() {
        show(prompt)?;
    }
    let mut line = Vec::new();
    io::stdin().lock().read_until(b'\n', &mut line)?;
    Ok(line.into())
}

/// Shows a text to the person, not to the program that reads the output.
fn show(text: &str) -> io::Result<()> {
    if io::stdout().is_terminal() && !io::stderr().is_terminal() {
        let mut stdout = io::stdout().lock();
        return stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
    }
    io::stderr().lock().write_all(text.as_bytes())
}

/// A terminal that passes on every key, and shows none.
struct Raw;

impl Raw {
    fn enter() -> io::Result<Self> {
        terminal::enable_raw_mode().map(|()| Self)
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        drop(terminal::disable_raw_mode());
    }
}

/// The prompt of the code.
struct Question<'a>(&'a str);

impl Prompt for Question<'_> {
    fn render_prompt_left(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.0)
    }

    fn render_prompt_right(&self) -> Cow<'_, str> {
        Cow::Borrowed("")
    }

    fn render_prompt_indicator(&self, _: PromptEditMode) -> Cow<'_, str> {
        Cow::Borrowed("")
    }

    fn render_prompt_multiline_indicator(&self) -> Cow<'_, str> {
        Cow::Borrowed("")
    }

    fn render_prompt_history_search_indicator(&self, search: PromptHistorySearch) -> Cow<'_, str> {
        Cow::Owned(format!("(reverse search: {}) ", search.term))
    }
}
