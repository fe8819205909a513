//! [`Receivers`]: passes on output, displays and progress while the code runs, and does not keep a run from its end.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use crate::{Bytes, Display, DisplayCallback, Event, EventCallback, ExecuteOptions, StreamCallback, engine::Interrupt};
use terrarium_unix::fd::{Output, StandardStream, StreamSink};

/// The most displays and other events that are passed on after a run that was stopped. Text is joined.
const MOST_LATE: usize = 64;

/// Passes the events of a run to the functions that receive them.
///
/// The guest waits for the functions, so slow ones use the time of the run. Once the run is being stopped, the guest
/// waits no more: the rest is kept, and the functions receive it after the run.
pub(crate) struct Receivers {
    on_stdout: Option<StreamCallback>,
    on_stderr: Option<StreamCallback>,
    on_display: Option<DisplayCallback>,
    on_event: Option<EventCallback>,
    interrupt: Arc<Interrupt>,
    /// The events since the interrupt.
    rest: Mutex<Vec<Late>>,
}

/// An event since the interrupt.
enum Late {
    Text(StandardStream, Vec<u8>),
    Other(Event),
}

impl Receivers {
    /// Takes the functions out of the options of a run of the guest that `interrupt` stops; `None` without any.
    pub(crate) fn take(options: &mut ExecuteOptions, interrupt: &Arc<Interrupt>) -> Option<Arc<Self>> {
        let ExecuteOptions { on_stdout, on_stderr, on_display, on_event, .. } = options;
        if on_stdout.is_none() && on_stderr.is_none() && on_display.is_none() && on_event.is_none() {
            return None;
        }
        Some(Arc::new(Self {
            on_stdout: on_stdout.take(),
            on_stderr: on_stderr.take(),
            on_display: on_display.take(),
            on_event: on_event.take(),
            interrupt: Arc::clone(interrupt),
            rest: Mutex::default(),
        }))
    }

    /// Passes on an event other than text.
    pub(crate) fn tell(&self, event: Event) {
        if self.interrupt.reason().is_some() {
            let mut rest = self.rest.lock().unwrap_or_else(PoisonError::into_inner);
            if rest.len() < MOST_LATE {
                rest.push(Late::Other(event));
            }
        } else {
            self.call(event);
        }
    }

    fn call(&self, event: Event) {
        if let (Some(on_display), Event::Display(display) | Event::Update(display)) = (&self.on_display, &event) {
            let display: &Display = display;
            on_display(display);
        }
        if let Some(on_event) = &self.on_event {
            on_event(event);
        }
    }

    fn text(&self, stream: StandardStream, bytes: &[u8]) {
        if self.interrupt.reason().is_some() {
            let mut rest = self.rest.lock().unwrap_or_else(PoisonError::into_inner);
            let is_full = rest.len() >= MOST_LATE;
            // The last text of the stream, unless something came between.
            let last = rest.iter_mut().rev().take(if is_full { usize::MAX } else { 1 });
            let mut same = last.filter_map(|late| match late {
                Late::Text(which, text) if *which == stream => Some(text),
                _ => None,
            });
            match same.next() {
                Some(text) => text.extend_from_slice(bytes),
                None => {
                    drop(same);
                    rest.push(Late::Text(stream, bytes.to_vec()));
                }
            }
            return;
        }
        if let Some(callback) = self.of(stream) {
            callback(bytes);
        }
        self.text_event(stream, bytes);
    }

    fn of(&self, stream: StandardStream) -> Option<&StreamCallback> {
        match stream {
            StandardStream::Error => self.on_stderr.as_ref(),
            _ => self.on_stdout.as_ref(),
        }
    }

    fn text_event(&self, stream: StandardStream, bytes: &[u8]) {
        if let Some(on_event) = &self.on_event {
            let bytes = Bytes::from(bytes);
            on_event(match stream {
                StandardStream::Error => Event::Stderr(bytes),
                _ => Event::Stdout(bytes),
            });
        }
    }

    /// Passes on the rest, after the run.
    pub(crate) fn finish(&self) {
        let rest = std::mem::take(&mut *self.rest.lock().unwrap_or_else(PoisonError::into_inner));
        for stream in [StandardStream::Output, StandardStream::Error] {
            let Some(callback) = self.of(stream) else { continue };
            let of_stream = rest.iter().filter_map(|late| match late {
                Late::Text(which, text) if *which == stream => Some(text.as_slice()),
                _ => None,
            });
            let text = of_stream.collect::<Vec<_>>().concat();
            if !text.is_empty() {
                callback(&text);
            }
        }
        for late in rest {
            match late {
                Late::Text(stream, text) => self.text_event(stream, &text),
                Late::Other(event) => self.call(event),
            }
        }
    }
}

impl fmt::Debug for Receivers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Receivers")
    }
}

/// The side of one stream.
#[derive(Debug)]
struct Side(Arc<Receivers>, StandardStream);

impl StreamSink for Side {
    fn chunk(&self, bytes: &[u8]) {
        self.0.text(self.1, bytes);
    }
}

/// Returns a stream that keeps `limit` bytes and passes them to the receivers.
pub(crate) fn stream(limit: u64, stream: StandardStream, receivers: Option<&Arc<Receivers>>) -> Output {
    let output = Output::new(usize::try_from(limit).unwrap_or(usize::MAX));
    let Some(receivers) = receivers else { return output };
    if receivers.on_event.is_none() && receivers.of(stream).is_none() {
        return output;
    }
    output.with_sink(Arc::new(Side(Arc::clone(receivers), stream)))
}
