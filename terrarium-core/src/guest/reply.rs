//! [`Reply`]: everything that the guest has sent when a run ends, read within bounds of memory and time.
//!
//! The guest can send anything, up to the bounds of its frames and of its response. Texts are cut, lists of frames end,
//! and a value that would take more memory than its limit allows is replaced by its representation. The rest of the
//! result is kept in all cases.

use std::time::{Duration, Instant};

use super::{
    answer::{Answer, Outcome},
    channel::FrameContents,
    document::Document,
    interpreter::fault,
    protocol::{Response, ResponseStatus},
};
use crate::{
    CancelHandle, PythonError, Value,
    engine::Reason,
    value::{Decoder, Fault},
};

/// The memory of a run's values, as a multiple of the limit of their size.
const VALUES_FACTOR: u64 = 4;
/// The memory that values have in any case.
const VALUES_LEAST: u64 = 1 << 20;
/// The time to read the values of a run that ended at its deadline or later.
const PATIENCE: Duration = Duration::from_millis(100);
/// The longest name of a class, a module, a function or a file.
const NAME_BYTES: usize = 4 << 10;
/// The longest line of a source.
const LINE_BYTES: usize = 8 << 10;
/// The longest message of an exception; the harness sends 65,536 characters.
const MESSAGE_BYTES: usize = 512 << 10;
/// The longest traceback; the harness sends some 300,000 characters.
const TRACEBACK_BYTES: usize = 2 << 20;
/// The longest reason why a value cannot be read, and the longest representation in place of a value.
const REPR_BYTES: usize = 4 << 10;

/// The memory of large values.
const LARGE: u64 = 16 << 20;

/// The messages of the guest, and their bounds.
pub(super) struct Reply<'a> {
    pub(super) response: &'a [u8],
    pub(super) frames: FrameContents,
    /// The names of the outputs that the run was asked for.
    pub(super) outputs: &'a [String],
    pub(super) value_bytes: u64,
    pub(super) repr_bytes: u64,
    pub(super) deadline: Option<Instant>,
    pub(super) cancel: Option<&'a CancelHandle>,
    /// The reason why the run was interrupted, if it was.
    pub(super) interrupted: Option<Reason>,
}

impl Reply<'_> {
    /// Returns the answer, and whether the interpreter can be used further: not after a damaged message.
    pub(super) fn read(self) -> (Answer, bool) {
        let Self { response, frames, outputs, deadline, cancel, .. } = self;
        let FrameContents { displays, blobs, values, .. } = frames;
        let displays = displays.into_vec();
        let mut response: Response = match serde_json::from_slice(response) {
            Ok(response) => response,
            Err(error) => return (Answer { displays, ..damaged(&error.to_string()) }, false),
        };
        if let Some(error) = &mut response.error {
            bound(error);
        }
        let repr_bytes = usize::try_from(self.repr_bytes).unwrap_or(usize::MAX);
        let is_cut = response.repr.as_mut().is_some_and(|repr| cut(repr, repr_bytes));

        let ended = Instant::now();
        let reason = || match cancel {
            Some(cancel) if cancel.is_cancelled() => Some(Reason::Cancelled),
            _ => deadline.filter(|deadline| Instant::now() >= *deadline).map(|_| Reason::Timeout),
        };
        let is_late = || reason().is_some() && ended.elapsed() >= PATIENCE;
        let limit = self.value_bytes.saturating_mul(VALUES_FACTOR).saturating_add(VALUES_LEAST);
        let decoder = Decoder::new(limit, blobs, &is_late);
        let (document, error) = Document::read(&values, outputs, &decoder);
        let is_large = decoder.used().max(values.len() as u64) > LARGE;
        drop(values);

        let mut outcome = match (response.status, self.interrupted) {
            // Whatever the code has made of the interrupt: it may have caught or ignored it.
            (_, Some(reason)) => Outcome::Interrupted(reason),
            (ResponseStatus::Success, None) => Outcome::Success,
            (ResponseStatus::Error, None) => Outcome::Error,
        };
        let mut is_whole = true;
        if let Some(text) = error {
            if decoder.is_late() {
                outcome = Outcome::Interrupted(reason().unwrap_or(Reason::Timeout));
            } else {
                (outcome, is_whole) = (Outcome::Crashed, false);
                response.error = damaged(&text.to_string()).error;
            }
        }
        let repr = response.repr.as_deref().unwrap_or_default();
        let known = |value: Result<Value, Fault>, repr: &str| value.unwrap_or_else(|fault| substitute(fault, repr));
        let sent = document.final_expression.map(|value| known(value, repr));
        // A final value that could not be read any more.
        let missed = || (decoder.is_late() && response.repr.is_some()).then(|| substitute(Fault::TooLarge, repr));
        let answer = Answer {
            outcome,
            exit_code: response.exit_code.map(|code| i32::try_from(code).unwrap_or(1)),
            final_expression: response.final_expression.or(sent).or_else(missed),
            outputs: document.outputs.into_iter().map(|(name, value)| (name, known(value, ""))).collect(),
            repr_truncated: response.repr_truncated || is_cut,
            repr: response.repr,
            displays,
            error: response.error,
            no_memory: response.no_memory,
            is_large,
            memory_denied: false,
        };
        (answer, is_whole)
    }
}

fn damaged(what: &str) -> Answer {
    let message = format!("the answer of the harness is damaged: {what}");
    Answer { outcome: Outcome::Crashed, error: Some(fault("Crashed", message)), ..Answer::default() }
}

/// Returns the value that stands for one that cannot be read.
fn substitute(fault: Fault, repr: &str) -> Value {
    let (kind, mut text) = match fault {
        Fault::TooLarge => ("truncated", repr.chars().take(REPR_BYTES).collect()),
        Fault::Invalid(reason) => ("unreadable", reason),
    };
    cut(&mut text, REPR_BYTES);
    match kind {
        "truncated" => {
            let class = Value::from("object");
            Value::tagged(kind, [("class".to_owned(), class), ("repr".to_owned(), text.into())].into())
        }
        _ => Value::Object { class: kind.to_owned(), repr: text },
    }
}

/// Bounds the texts of an exception.
fn bound(error: &mut PythonError) {
    for name in [&mut error.kind, &mut error.module].into_iter().chain(&mut error.file) {
        cut(name, NAME_BYTES);
    }
    cut(&mut error.message, MESSAGE_BYTES);
    cut(&mut error.traceback, TRACEBACK_BYTES);
    error.source.as_mut().map(|line| cut(line, LINE_BYTES));
    for frame in &mut error.frames {
        cut(&mut frame.file, NAME_BYTES);
        cut(&mut frame.function, NAME_BYTES);
        frame.source.as_mut().map(|line| cut(line, LINE_BYTES));
    }
}

/// Cuts a text to a number of bytes, between characters; returns whether it was longer.
fn cut(text: &mut String, bytes: usize) -> bool {
    if text.len() <= bytes {
        return false;
    }
    text.truncate(text.floor_char_boundary(bytes));
    text.shrink_to_fit();
    true
}

#[cfg(test)]
mod tests;
