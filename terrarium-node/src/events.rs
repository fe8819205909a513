//! Events of a run, and requests for input, on their way to JavaScript.

use serde::Serialize;
use terrarium_core::{Event, InputReply, InputRequest};

use crate::run::Sink;

/// Sends an event.
pub(crate) fn tell(sink: &Sink, event: Event) {
    match event {
        Event::Stdout(bytes) => sink.output("stdout", &bytes),
        Event::Stderr(bytes) => sink.output("stderr", &bytes),
        Event::Display(display) => sink.event("display", json(&*display)),
        Event::Update(display) => sink.event("update", json(&*display)),
        Event::Clear { wait } => sink.event("clear", wait.to_string()),
        Event::CallBegun { id, name } => {
            sink.event("call_begun", serde_json::json!({ "id": id, "name": name }).to_string());
        }
        Event::CallEnded(call) => sink.event("call_ended", json(&*call)),
        Event::Progress(progress) => sink.event("step", json(&progress)),
        _ => (),
    }
}

/// Passes on a request for input.
pub(crate) fn ask(sink: &Sink, request: &InputRequest, reply: InputReply) {
    let message = serde_json::json!({ "prompt": request.prompt, "echo": request.echo });
    sink.ask_input(message.to_string(), reply);
}

/// Returns the JSON text of a part of an event.
fn json(content: &impl Serialize) -> String {
    // The parts are plain data.
    serde_json::to_string(content).unwrap_or_else(|_| "null".to_owned())
}
