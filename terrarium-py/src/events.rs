//! Events of a run, and requests for input, on their way to Python.

use std::sync::{Mutex, PoisonError};

use pyo3::{
    prelude::*,
    types::{PyBytes, PyString},
};
use terrarium_core::{Bytes, Event, InputAnswer};

use crate::{gate::Heard, python};

/// The most events other than text that are kept for a slow listener after the end of a run's time.
const MOST_LATE: usize = 64;

/// Returns the kind of an event, and its content: bytes of text, a flag, or JSON.
pub(crate) fn parts(py: Python<'_>, event: Event) -> PyResult<(&'static str, Py<PyAny>)> {
    let bytes = |bytes: &Bytes| PyBytes::new(py, bytes).into_any().unbind();
    let text = |text: String| PyString::new(py, &text).into_any().unbind();
    Ok(match event {
        Event::Stdout(content) => ("stdout", bytes(&content)),
        Event::Stderr(content) => ("stderr", bytes(&content)),
        Event::Display(display) => ("display", text(python::json(&*display)?)),
        Event::Update(display) => ("update", text(python::json(&*display)?)),
        Event::Clear { wait } => ("clear", wait.into_pyobject(py)?.to_owned().into_any().unbind()),
        Event::Progress(progress) => ("progress", text(python::json(&progress)?)),
        Event::CallBegun { id, name } => (
            "call_begun",
            text(python::json(&std::collections::BTreeMap::from([("id", id.to_string()), ("name", name)]))?),
        ),
        Event::CallEnded(call) => ("call_ended", text(python::json(&*call)?)),
        _ => ("other", py.None()),
    })
}

/// The news that came when the time of the run was over. Text is joined.
#[derive(Default)]
pub(crate) struct Late(Vec<(usize, Heard)>);

impl Late {
    pub(crate) fn add(&mut self, listener: usize, heard: Heard) {
        let same = |(of, kept): &&mut (usize, Heard)| {
            *of == listener && std::mem::discriminant(kept) == std::mem::discriminant(&heard)
        };
        match &heard {
            Heard::Bytes(more) => {
                if let Some((_, Heard::Bytes(bytes))) = self.0.iter_mut().find(same) {
                    bytes.extend_from_slice(more);
                    return;
                }
            }
            Heard::Event(Event::Stdout(_) | Event::Stderr(_)) => {
                // The last event, or any of the stream when there are many.
                let reach = if self.0.len() < MOST_LATE { 1 } else { usize::MAX };
                for (of, kept) in self.0.iter_mut().rev().take(reach).filter(|(of, _)| *of == listener) {
                    let _ = of;
                    match (kept, &heard) {
                        (Heard::Event(Event::Stdout(bytes)), Heard::Event(Event::Stdout(more)))
                        | (Heard::Event(Event::Stderr(bytes)), Heard::Event(Event::Stderr(more))) => {
                            let mut joined = std::mem::take(bytes).into_vec();
                            joined.extend_from_slice(more);
                            *bytes = joined.into();
                            return;
                        }
                        _ => {}
                    }
                }
            }
            // No answer is waited for.
            Heard::Ask(..) => return,
            _ if self.0.len() >= MOST_LATE => return,
            _ => {}
        }
        self.0.push((listener, heard));
    }

    pub(crate) fn into_news(self) -> impl Iterator<Item = (usize, Heard)> {
        self.0.into_iter()
    }
}

/// The way of an answer to a request for input.
#[pyclass(frozen, module = "terrarium._native")]
pub(crate) struct InputReply(Mutex<Option<terrarium_core::InputReply>>);

impl InputReply {
    pub(crate) fn new(reply: terrarium_core::InputReply) -> Self {
        Self(Mutex::new(Some(reply)))
    }

    fn answer(&self, answer: InputAnswer) {
        if let Some(reply) = self.0.lock().unwrap_or_else(PoisonError::into_inner).take() {
            reply.send(answer);
        }
    }
}

#[pymethods]
impl InputReply {
    /// Send bytes; none are the end of the input.
    fn send(&self, content: &Bound<'_, PyBytes>) {
        self.answer(Bytes::from(content.as_bytes()).into());
    }

    /// Interrupt the code, as Ctrl+C does.
    fn interrupt(&self) {
        self.answer(InputAnswer::Interrupt);
    }

    /// Let the code's read fail.
    fn fail(&self) {
        self.answer(InputAnswer::Failed);
    }

    /// Whether the run still waits for the answer.
    #[getter]
    fn is_open(&self) -> bool {
        let reply = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        reply.as_ref().is_some_and(terrarium_core::InputReply::is_open)
    }
}
