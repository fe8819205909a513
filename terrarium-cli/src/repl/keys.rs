//! Keys that handle indentation: Enter keeps and deepens it, Tab and Backspace move by a level.

use std::sync::{Arc, Mutex, PoisonError};

use reedline::{
    EditCommand, EditMode, Emacs, Highlighter, Keybindings, PromptEditMode, ReedlineEvent, ReedlineRawEvent, StyledText,
};

/// One level of indentation.
const LEVEL: &str = "    ";
/// Statements after which a block continues one level further out.
const LAST: [&str; 5] = ["return", "raise", "pass", "break", "continue"];

/// The text before the cursor. Keys do not receive it, but the highlighter does, after every change.
#[derive(Clone, Default)]
pub(super) struct Buffer(Arc<Mutex<String>>);

impl Buffer {
    fn line(&self) -> String {
        let text = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        text.rsplit('\n').next().unwrap_or_default().to_owned()
    }
}

impl Highlighter for Buffer {
    fn highlight(&self, text: &str, cursor: usize) -> StyledText {
        text.get(..cursor).unwrap_or(text).clone_into(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let mut plain = StyledText::new();
        plain.push((Default::default(), text.to_owned()));
        plain
    }
}

/// Emacs's keys, and indentation.
pub(super) struct PythonKeys {
    keys: Emacs,
    buffer: Buffer,
    /// Whether the menu of completions may be open, in which Enter and Tab choose.
    choosing: bool,
}

impl PythonKeys {
    pub(super) fn new(keybindings: Keybindings, buffer: Buffer) -> Self {
        Self { keys: Emacs::new(keybindings), buffer, choosing: false }
    }
}

impl EditMode for PythonKeys {
    fn parse_event(&mut self, raw: ReedlineRawEvent) -> ReedlineEvent {
        let event = self.keys.parse_event(raw);
        let line = self.buffer.line();
        let indented = line.trim().is_empty();
        let choosing = std::mem::take(&mut self.choosing);
        match event {
            // When the block is complete, Enter runs it and the rest is not done.
            ReedlineEvent::Enter if !choosing => match indentation_after(&line) {
                spaces if spaces.is_empty() => event,
                spaces => ReedlineEvent::Multiple(vec![event, insert(spaces)]),
            },
            ReedlineEvent::UntilFound(_) if is_tab(&event) => {
                if indented && !choosing {
                    return insert(LEVEL.to_owned());
                }
                self.choosing = true;
                event
            }
            ReedlineEvent::Edit(commands) if commands == [EditCommand::Backspace] => {
                let level = indented && !line.is_empty() && line.len().is_multiple_of(LEVEL.len());
                ReedlineEvent::Edit(vec![EditCommand::Backspace; if level { LEVEL.len() } else { 1 }])
            }
            // A move in the menu, or no typed text.
            ReedlineEvent::MenuPrevious | ReedlineEvent::UntilFound(_) | ReedlineEvent::None => {
                self.choosing = choosing;
                event
            }
            _ => event,
        }
    }

    fn edit_mode(&self) -> PromptEditMode {
        self.keys.edit_mode()
    }
}

fn insert(text: String) -> ReedlineEvent {
    ReedlineEvent::Edit(vec![EditCommand::InsertString(text)])
}

fn is_tab(event: &ReedlineEvent) -> bool {
    matches!(event, ReedlineEvent::UntilFound(events) if matches!(events.first(), Some(ReedlineEvent::Menu(_))))
}

/// Returns the indentation of the line after `line`.
fn indentation_after(line: &str) -> String {
    let text = line.trim();
    let mut spaces = line[..line.len() - line.trim_start().len()].to_owned();
    if text.is_empty() {
        return String::new();
    }
    let code = text.split(" #").next().unwrap_or(text).trim_end();
    if code.ends_with(':') {
        spaces.push_str(LEVEL);
    } else if LAST.contains(&code.split(' ').next().unwrap_or(code)) {
        spaces.truncate(spaces.len().saturating_sub(LEVEL.len()));
    }
    spaces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_indented_by_what_stands_before_it() {
        for (line, spaces) in [
            ("", 0),
            ("    ", 0),
            ("x = 1", 0),
            ("if x:", 4),
            ("if x:  # why", 4),
            ("    while y:", 8),
            ("        x = {1: 2}", 8),
            ("        return x", 4),
            ("    pass", 0),
            ("pass", 0),
            ("    passage = 1", 4),
        ] {
            assert_eq!(indentation_after(line), " ".repeat(spaces), "{line:?}");
        }
    }
}
