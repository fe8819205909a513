//! The begin of a call: its arguments are read and checked, and its function gets a thread.

use std::{
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::{Arc, PoisonError, atomic::Ordering},
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
};

use serde::de::{IgnoredAny, SeqAccess, Visitor};
use twox_hash::XxHash3_128;

use super::{Calls, RECORDS, Record, Shared, answer, slot::Slot};
use crate::{
    Bytes, Call, CancelHandle, Decision, Event, HostCallOutcome, HostError, Reply, Value,
    cancel::Cancel,
    functions::{Handler, HostFunction},
    value::{Decoder, Fault, Whole},
};
use terrarium_unix::abi::Errno;

/// The memory of arguments, as a multiple of the bound of their bytes.
const MEMORY_FACTOR: u64 = 4;
/// The longest name of a function.
const NAME: usize = 1000;

/// The arguments of a call.
type Arguments = (Vec<Value>, Vec<(String, Value)>);

impl Calls {
    /// Begins a call: the name of the function, a zero byte, and the JSON text of a list of its positional arguments and
    /// an object of its keyword arguments.
    pub(super) fn begin(&self, request: &[u8]) -> Result<Arc<Slot>, Errno> {
        if self.shared.interrupt.reason().is_some() {
            return Err(Errno::ECANCELED);
        }
        let end = request.iter().position(|byte| *byte == 0).filter(|end| *end <= NAME).ok_or(Errno::EINVAL)?;
        let (name, text) = (std::str::from_utf8(&request[..end]).map_err(|_| Errno::EINVAL)?, &request[end + 1..]);
        let function = self.functions.functions.get(name);
        let time = function.and_then(|function| function.timeout).or(self.limits.time);
        let (slot, contents, count) = {
            let mut state = self.shared.lock();
            state.last = state.last.checked_add(1).ok_or(Errno::EOVERFLOW)?;
            state.count += 1;
            let place = Some(state.records.len()).filter(|place| *place < RECORDS);
            let name = function.map_or_else(|| name.into(), |function| Arc::clone(&function.name));
            let slot = Arc::new(Slot::new(state.last, name, place, time));
            let (contents, bytes) = (std::mem::take(&mut state.contents), std::mem::take(&mut state.contents_bytes));
            let bytes = bytes + text.len() as u64;
            state.bytes_out = state.bytes_out.saturating_add(bytes);
            if place.is_some() {
                let (digest, begin) = (digest(text, &contents), slot.begun.duration_since(self.begun));
                let slot = Arc::clone(&slot);
                state.records.push(Record { slot, digest, bytes, begin, end: None, error: None });
            }
            state.slots.insert(slot.number, Arc::clone(&slot));
            (slot, contents, state.count)
        };
        if let Some(receivers) = &self.receivers {
            receivers.tell(Event::CallBegun { id: slot.number, name: slot.name.to_string() });
        }
        if let Err(error) = self.limited(count) {
            self.refuse(&slot, &error);
            return Ok(slot);
        }
        if self.answered_by_journal(&slot, name, || format!("{:032x}", digest(text, &contents)), text) {
            return Ok(slot);
        }
        let Some(function) = function else {
            self.refuse(&slot, &HostError::new("NameError", format!("the host has no function {name:?}")));
            return Ok(slot);
        };
        match self.arguments(function, text, contents) {
            Ok((args, kwargs)) => {
                let call = Call {
                    id: slot.number,
                    name: Arc::clone(&slot.name),
                    args,
                    kwargs,
                    signature: function.signature.clone().unwrap_or_default(),
                    cancel: slot.cancel.clone(),
                    context: self.context.clone(),
                };
                self.hand_over(&slot, function, call);
            }
            Err(error) => self.refuse(&slot, &error),
        }
        Ok(slot)
    }

    /// Begins to get the next item of a stream.
    pub(super) fn next(&self, stream: &Arc<Slot>) -> Result<Arc<Slot>, Errno> {
        if self.shared.interrupt.reason().is_some() {
            return Err(Errno::ECANCELED);
        }
        let mut items = stream.items.lock().unwrap_or_else(PoisonError::into_inner).take().ok_or(Errno::EINVAL)?;
        let slot = {
            let mut state = self.shared.lock();
            state.last = state.last.checked_add(1).ok_or(Errno::EOVERFLOW)?;
            let slot = Arc::new(Slot::new(state.last, Arc::clone(&stream.name), None, self.limits.time));
            state.slots.insert(slot.number, Arc::clone(&slot));
            slot
        };
        if let Some(place) = stream.note.get()
            && self.answered_by_journal(&slot, "next", || place.to_string(), b"")
        {
            *stream.items.lock().unwrap_or_else(PoisonError::into_inner) = Some(items);
            return Ok(slot);
        }
        if stream.is_recorded.load(Ordering::Relaxed) {
            let text = format!("the journal has no further item of {}(), whose function was not called", slot.name);
            self.refuse(&slot, &HostError::new("RuntimeError", text));
            return Ok(slot);
        }
        let (theirs, shared, bytes, stream) =
            (Arc::clone(&slot), Arc::clone(&self.shared), self.limits.bytes, Arc::clone(stream));
        let job = move || {
            theirs.is_working.store(true, Ordering::SeqCst);
            let done = catch_unwind(AssertUnwindSafe(|| items.next())).unwrap_or_else(|_| Some(Err(panicked())));
            let (answer, is_last) = match done {
                None => (Ok(answer::end()), true),
                Some(Ok(value)) => (shared.encoded(value, bytes), false),
                Some(Err(error)) => (Err(error), true),
            };
            if !is_last && !theirs.cancel.is_cancelled() {
                *stream.items.lock().unwrap_or_else(PoisonError::into_inner) = Some(items);
            }
            theirs.is_working.store(false, Ordering::SeqCst);
            shared.answer(&theirs, answer, HostCallOutcome::Returned);
        };
        self.queue(&slot, Box::new(job));
        Ok(slot)
    }

    /// Checks the number of calls and the sizes. The code is told once; after that, the run ends.
    fn limited(&self, count: u64) -> Result<(), HostError> {
        let mut state = self.shared.lock();
        let limit = self.limits;
        let reason = if count > limit.calls {
            format!("the run has made {} calls of host functions, the limit is `host_calls`", limit.calls)
        } else if state.bytes_out > limit.bytes {
            format!(
                "the arguments of the run's calls have {} bytes, the limit is {} (`host_call_bytes`)",
                state.bytes_out, limit.bytes
            )
        } else if state.bytes_in > limit.bytes {
            format!(
                "the answers of the run's calls have {} bytes, the limit is {} (`host_call_bytes`)",
                state.bytes_in, limit.bytes
            )
        } else {
            return Ok(());
        };
        if std::mem::replace(&mut state.is_refused, true) {
            state.end.get_or_insert_with(|| reason.clone());
            drop(state);
            self.shared.interrupt.end();
        }
        Err(HostError::new("HostLimitError", reason).base("RuntimeError"))
    }

    fn refuse(&self, slot: &Arc<Slot>, error: &HostError) {
        self.shared.end(slot, answer::error(error, slot.number), HostCallOutcome::Refused, Some(error.clone()));
    }

    /// Reads the arguments, and checks them against the signature.
    fn arguments(&self, function: &HostFunction, text: &[u8], contents: Vec<Bytes>) -> Result<Arguments, HostError> {
        let is_late = || self.shared.interrupt.reason().is_some();
        let limit = self.limits.bytes.saturating_mul(MEMORY_FACTOR);
        let decoder = Decoder::new(limit, contents, &is_late);
        let mut reader = serde_json::Deserializer::from_slice(text);
        let read = serde::Deserializer::deserialize_seq(&mut reader, Pair(&decoder))
            .and_then(|pair| reader.end().map(|()| pair));
        let wrong = |reason: String| HostError::new("TypeError", format!("{}(): {reason}", function.name));
        let (args, kwargs) = read.map_err(|error| wrong(format!("the arguments cannot be read: {error}")))?;
        let known = |value: Result<Value, Fault>| {
            value.map_err(|fault| match fault {
                Fault::TooLarge => wrong("the arguments are too large".to_owned()),
                Fault::Invalid(reason) => wrong(reason),
            })
        };
        let args = match known(args)? {
            Value::List(items) => items,
            _ => return Err(wrong("the arguments are no list".to_owned())),
        };
        let kwargs = match known(kwargs)? {
            Value::Dict(pairs) => pairs
                .into_iter()
                .map(|(name, value)| match name {
                    Value::Str(name) => Ok((name, value)),
                    _ => Err(wrong("a keyword is no text".to_owned())),
                })
                .collect::<Result<Vec<_>, _>>()?,
            _ => return Err(wrong("the keywords are no object".to_owned())),
        };
        if let Ok(signature) = &function.signature {
            signature.bind(&function.name, &args, &kwargs).map_err(|message| HostError::new("TypeError", message))?;
        }
        for (place, value) in args
            .iter()
            .enumerate()
            .map(|(at, value)| (format!("argument {}", at + 1), value))
            .chain(kwargs.iter().map(|(name, value)| (format!("argument '{name}'"), value)))
        {
            if let Some(what) = unsendable(value) {
                return Err(wrong(format!("{place} {what}")));
            }
        }
        Ok((args, kwargs))
    }

    /// Gives a call to its function.
    fn hand_over(&self, slot: &Arc<Slot>, function: &Arc<HostFunction>, call: Call) {
        let (theirs, shared, bytes) = (Arc::clone(slot), Arc::clone(&self.shared), self.limits.bytes);
        let (function, decide) = (Arc::clone(function), self.decide.clone());
        let is_inline = function.is_inline;
        let job = move || {
            theirs.is_working.store(true, Ordering::SeqCst);
            let done = catch_unwind(AssertUnwindSafe(|| {
                match decide.map_or(Decision::Allow, |hook| hook.decide(&call)) {
                    Decision::Allow => {}
                    Decision::Deny(reason) => {
                        return (Err(HostError::new("PermissionError", reason)), HostCallOutcome::Denied);
                    }
                    Decision::Answer(value) => return (Ok(Reply::Value(value)), HostCallOutcome::Answered),
                }
                let returned = match &function.handler {
                    Handler::Sync(handler) => handler(call),
                    Handler::Async(handler) => {
                        let cancel = call.cancel.clone();
                        drive(handler(call), &cancel)
                    }
                };
                (returned, HostCallOutcome::Returned)
            }));
            let (returned, outcome) = done.unwrap_or_else(|_| (Err(panicked()), HostCallOutcome::Raised));
            let answer = match returned {
                Ok(Reply::Value(value)) => shared.encoded(value, bytes),
                Ok(Reply::Items(items)) => {
                    *theirs.items.lock().unwrap_or_else(PoisonError::into_inner) = Some(items);
                    Ok(answer::stream(theirs.number))
                }
                Err(error) => Err(error),
            };
            theirs.is_working.store(false, Ordering::SeqCst);
            shared.answer(&theirs, answer, outcome);
        };
        if is_inline {
            job();
        } else {
            self.queue(slot, Box::new(job));
        }
    }

    /// Runs a job, or lets it wait for a place among the calls in flight.
    fn queue(&self, slot: &Arc<Slot>, job: super::pool::Job) {
        let mut state = self.shared.lock();
        if state.running >= self.limits.in_flight {
            state.queue.push_back((Arc::clone(slot), job));
            return;
        }
        state.running += 1;
        slot.is_running.store(true, Ordering::Relaxed);
        drop(state);
        self.shared.start(slot, job);
    }
}

impl Shared {
    /// Returns the answer with a value, if the run may have as much.
    fn encoded(&self, value: Value, limit: u64) -> Result<Vec<u8>, HostError> {
        let answer = answer::value(value)?;
        let mut state = self.lock();
        let sum = state.bytes_in.saturating_add(answer.len() as u64);
        if sum > limit {
            let reason = format!(
                "the answers of the run's calls would have {sum} bytes, the limit is {limit} (`host_call_bytes`)"
            );
            return Err(HostError::new("HostLimitError", reason).base("RuntimeError"));
        }
        state.bytes_in = sum;
        Ok(answer)
    }

    /// Ends a call with the answer of its function.
    fn answer(self: &Arc<Self>, slot: &Arc<Slot>, answer: Result<Vec<u8>, HostError>, outcome: HostCallOutcome) {
        match answer {
            Ok(answer) => self.end(slot, answer, outcome, None),
            Err(error) => {
                let outcome = if outcome == HostCallOutcome::Denied { outcome } else { HostCallOutcome::Raised };
                if error.parts().ends_run && !slot.is_done() {
                    self.lock().end.get_or_insert_with(|| error.message().to_owned());
                    self.interrupt.end();
                }
                self.end(slot, answer::error(&error, slot.number), outcome, Some(error));
            }
        }
    }
}

fn panicked() -> HostError {
    HostError::new("RuntimeError", "the host function failed")
}

/// Returns a digest of arguments.
fn digest(text: &[u8], contents: &[Bytes]) -> u128 {
    contents.iter().fold(XxHash3_128::oneshot(text), |sum, content| {
        XxHash3_128::oneshot(&[&sum.to_le_bytes()[..], &XxHash3_128::oneshot(content).to_le_bytes()].concat())
    })
}

/// Returns the reason why a value cannot be an argument, if there is one: an object stands in for it.
fn unsendable(value: &Value) -> Option<String> {
    match value {
        Value::Object { class, .. } => Some(format!("cannot be sent to the host: it is or contains a {class}")),
        Value::Tagged { kind, .. } if kind == "cycle" => Some("contains itself".to_owned()),
        Value::Tagged { kind, .. } if kind == "truncated" => Some("is too large to be sent to the host".to_owned()),
        Value::Tagged { fields, .. } => fields.values().find_map(unsendable),
        Value::List(items) | Value::Tuple(items) | Value::Set(items) | Value::FrozenSet(items) => {
            items.iter().find_map(unsendable)
        }
        Value::Dict(pairs) => pairs.iter().find_map(|(key, item)| unsendable(key).or_else(|| unsendable(item))),
        _ => None,
    }
}

/// Two values in a list.
struct Pair<'d, 'a>(&'d Decoder<'a>);

impl<'de> Visitor<'de> for Pair<'_, '_> {
    type Value = (Result<Value, Fault>, Result<Value, Fault>);

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list of two values")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let missing = || serde::de::Error::invalid_length(1, &"two values");
        let first = items.next_element_seed(Whole(self.0))?.ok_or_else(missing)?;
        let second = items.next_element_seed(Whole(self.0))?.ok_or_else(missing)?;
        match items.next_element::<IgnoredAny>()? {
            None => Ok((first, second)),
            Some(_) => Err(serde::de::Error::invalid_length(3, &"two values")),
        }
    }
}

/// Runs a future to its end on this thread, or drops it when the call is cancelled.
fn drive<T>(
    mut future: Pin<Box<dyn Future<Output = Result<T, HostError>> + Send>>,
    cancel: &CancelHandle,
) -> Result<T, HostError> {
    let unpark = Arc::new(Unpark(thread::current()));
    cancel.register(&unpark);
    let waker = Waker::from(Arc::clone(&unpark));
    let mut context = Context::from_waker(&waker);
    loop {
        if cancel.is_cancelled() {
            return Err(HostError::new("CancelledError", "the call was cancelled"));
        }
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        // A wake-up before this is not lost: it leaves the thread's token.
        thread::park();
    }
}

/// Wakes the thread that drives a future.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

impl Cancel for Unpark {
    fn cancel(&self) {
        self.0.unpark();
    }
}
