//! Completion of names, which the session provides.

use reedline::{Completer, CompletionResult, Span, Suggestion};

use super::console::SharedSession;

/// Completes names with the session.
pub(super) struct PythonCompleter(pub(super) SharedSession);

impl Completer for PythonCompleter {
    fn complete(&mut self, block: &str, position: usize) -> CompletionResult {
        let before = block.get(..position).unwrap_or(block);
        // Python counts in characters, and the editor in bytes.
        let Ok(completion) = self.0.lock().complete(block, before.chars().count()) else {
            return CompletionResult::fresh(Vec::new());
        };
        let start = before.char_indices().nth(completion.start).map_or(before.len(), |(start, _)| start);
        let suggestions = completion.matches.into_iter().map(|value| Suggestion {
            value,
            span: Span::new(start, before.len()),
            ..Suggestion::default()
        });
        CompletionResult::fresh(suggestions.collect::<Vec<_>>())
    }
}
