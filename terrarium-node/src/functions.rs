//! Functions of JavaScript that code in a sandbox can call: calls are news of the run, and JavaScript answers them.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{RecvTimeoutError, SyncSender, sync_channel},
    },
    time::Duration,
};

use serde::Deserialize;
use terrarium_core::{Bytes, Call, CallHook, Decision, HostError, HostFunction, HostFunctions, Reply, Value};

use crate::{run::Sink, wire::Wire};

/// The interval in which a call looks whether anything waits for it.
const LOOK: Duration = Duration::from_millis(20);

/// A declaration as `functions.js` makes it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Declared {
    name: String,
    signature: Option<String>,
    #[serde(default)]
    doc: String,
    #[serde(default)]
    is_async: bool,
    timeout: Option<f64>,
}

/// An answer of JavaScript.
pub(crate) enum Answer {
    Value(Value),
    /// The number of an iterator, which JavaScript keeps.
    Items(u32),
    /// The end of an iterator.
    End,
    Error(HostError),
}

/// The calls that JavaScript has not answered yet.
#[derive(Default)]
pub(crate) struct Pending(Mutex<HashMap<u32, SyncSender<Answer>>>);

impl Pending {
    /// Answers a call. Nothing waits for a call that was dropped.
    pub(crate) fn answer(&self, number: u32, answer: Answer) {
        let waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&number);
        if let Some(waiting) = waiting {
            // The call may have been dropped a moment ago.
            let _ = waiting.try_send(answer);
        }
    }
}

/// Makes the core's functions from declarations.
pub(crate) fn functions(declared: Vec<Declared>) -> HostFunctions {
    declared.into_iter().map(function).collect()
}

fn function(declared: Declared) -> HostFunction {
    let mut function = HostFunction::replying(declared.name, |call| match ask(&call, "call", &arguments(&call)?)? {
        Answer::Value(value) => Ok(Reply::Value(value)),
        Answer::Items(number) => Ok(Reply::Items(Box::new(Items { call, number }))),
        Answer::End => Ok(Reply::Value(Value::None)),
        Answer::Error(error) => Err(error),
    })
    .doc(declared.doc);
    if let Some(signature) = declared.signature {
        function = function.signature(&signature);
    }
    if let Some(timeout) = declared.timeout.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()) {
        function = function.timeout(timeout);
    }
    if declared.is_async { function.awaited() } else { function }
}

/// Returns the hook that asks JavaScript.
pub(crate) fn hook() -> CallHook {
    CallHook::new(|call| match arguments(call).and_then(|args| ask(call, "decide", &args)) {
        Ok(Answer::Value(value)) => Decision::Answer(value),
        Ok(Answer::Error(error)) => Decision::Deny(error.message().to_owned()),
        Ok(_) => Decision::Allow,
        // A hook that fails permits nothing.
        Err(error) => Decision::Deny(error.message().to_owned()),
    })
}

/// Returns the arguments as JavaScript gets them: in the order of the parameters, where there is a signature.
fn arguments(call: &Call) -> Result<Value, HostError> {
    let kwargs = call.kwargs.iter().map(|(name, value)| (Value::Str(name.clone()), value.clone())).collect();
    Ok(Value::List(vec![Value::List(call.positional()?), Value::List(call.args.clone()), Value::Dict(kwargs)]))
}

/// Asks JavaScript, and waits as long as the run waits for the call.
fn ask(call: &Call, kind: &'static str, given: &Value) -> Result<Answer, HostError> {
    let sink = call.context::<Arc<Sink>>().ok_or("the run has no functions of JavaScript")?;
    let (sender, receiver) = sync_channel(1);
    let mut given = given.clone();
    let mut blobs = Vec::new();
    given.set_aside(1 << 10, &mut blobs);
    let message = serde_json::json!({ "id": call.id, "name": &*call.name, "given": given });
    let wire = Wire { text: message.to_string(), blobs };
    let number = sink.ask(kind, wire, |pending, number| {
        pending.0.lock().unwrap_or_else(PoisonError::into_inner).insert(number, sender);
    });
    loop {
        match receiver.recv_timeout(LOOK) {
            Ok(answer) => return Ok(answer),
            Err(RecvTimeoutError::Timeout) if !call.is_cancelled() => {}
            Err(_) => {
                sink.drop_call(number);
                return Err(HostError::new("CancelledError", "the call was cancelled"));
            }
        }
    }
}

/// The items of an iterator of JavaScript.
struct Items {
    call: Call,
    number: u32,
}

impl Iterator for Items {
    type Item = Result<Value, HostError>;

    fn next(&mut self) -> Option<Self::Item> {
        match ask(&self.call, "next", &Value::Int(self.number.into())) {
            Ok(Answer::Value(value)) => Some(Ok(value)),
            Ok(Answer::Error(error)) | Err(error) => Some(Err(error)),
            Ok(_) => None,
        }
    }
}

/// The error of a function, as `functions.js` tells it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    kind: String,
    message: String,
    base: Option<String>,
    #[serde(default)]
    data: Option<Value>,
    #[serde(default)]
    ends_run: bool,
    /// The number under which JavaScript keeps the exception.
    number: u32,
}

/// The number under which JavaScript keeps an exception.
pub(crate) struct Thrown(pub(crate) u32);

/// Reads an answer: its kind, the JSON text and the contents beside it.
pub(crate) fn answer(kind: &str, text: String, blobs: Vec<Bytes>) -> Answer {
    let wrong = |error: &dyn std::fmt::Display| Answer::Error(HostError::new("TypeError", error.to_string()));
    match kind {
        "value" => {
            let wire = Wire { text, blobs };
            wire.value().map_or_else(|error| wrong(&error), Answer::Value)
        }
        "items" => text.parse().map_or_else(|error| wrong(&error), Answer::Items),
        "error" => match serde_json::from_str::<Told>(&text) {
            Ok(told) => {
                let mut error = match told.ends_run {
                    true => HostError::end_run(told.message),
                    false => HostError::new(told.kind, told.message),
                };
                if let Some(base) = told.base {
                    error = error.base(base);
                }
                if let Some(data) = told.data {
                    error = error.data(data);
                }
                Answer::Error(error.cause(Thrown(told.number)))
            }
            Err(error) => wrong(&error),
        },
        _ => Answer::End,
    }
}
