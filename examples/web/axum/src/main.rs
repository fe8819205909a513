//! An HTTP service that runs Python code, and stops a run when its client disconnects.

use std::sync::atomic::{AtomicUsize, Ordering};

use axum::{
    Json, Router,
    body::{Body, Bytes},
    http::header::CONTENT_TYPE,
    response::IntoResponse,
    routing::{get, post},
};
use futures_util::stream;
use serde::Deserialize;
use serde_json::{Value, json};
use terrarium_core::{CancelHandle, ExecuteOptions, ExecutionResult, Sandbox, SandboxOptions};
use tokio::{sync::mpsc, task::JoinHandle};

static RUNNING: AtomicUsize = AtomicUsize::new(0);

/// The body of a request.
#[derive(Deserialize)]
struct Program {
    code: String,
}

/// Cancels a run when it is dropped, which happens to the parts of a response when the client disconnects.
struct Run(CancelHandle);

impl Drop for Run {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

/// Starts a run on a thread that may block.
fn start(sandbox: Sandbox, code: String, options: ExecuteOptions) -> (Run, JoinHandle<Json<Value>>) {
    let cancel = CancelHandle::new();
    let options = options.cancel(cancel.clone());
    RUNNING.fetch_add(1, Ordering::Relaxed);
    let task = tokio::task::spawn_blocking(move || {
        let result = sandbox.execute_with(&code, options);
        RUNNING.fetch_sub(1, Ordering::Relaxed);
        Json(result.map_or_else(|error| json!({ "error": error.to_string() }), answer))
    });
    (Run(cancel), task)
}

fn answer(result: ExecutionResult) -> Value {
    json!({
        "status": result.status,
        "stdout": result.stdout,
        "value": result.final_repr,
        "error": result.error.map(|error| error.message),
    })
}

/// Answers with the result, whatever the code did.
async fn run(sandbox: Sandbox, program: Program) -> Json<Value> {
    let (_run, task) = start(sandbox, program.code, ExecuteOptions::new());
    task.await.unwrap_or_else(|error| Json(json!({ "error": error.to_string() })))
}

/// Sends each piece of output while the code runs, and the status last: one JSON object a line.
async fn output(sandbox: Sandbox, program: Program) -> impl IntoResponse {
    let (sender, mut pieces) = mpsc::channel::<Value>(16);
    let last = sender.clone();
    // A slow client slows the run down.
    let send = move |bytes: &[u8]| drop(sender.blocking_send(json!({ "stdout": String::from_utf8_lossy(bytes) })));
    let (run, task) = start(sandbox, program.code, ExecuteOptions::new().on_stdout(send));
    tokio::spawn(async move {
        if let Ok(Json(answer)) = task.await {
            let _ = last.send(json!({ "status": answer["status"] })).await;
        }
    });
    let lines = stream::poll_fn(move |context| {
        let _run = &run;
        pieces
            .poll_recv(context)
            .map(|piece| piece.map(|piece| Ok::<_, std::io::Error>(Bytes::from(format!("{piece}\n")))))
    });
    ([(CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(lines))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let options = SandboxOptions::new().timeout(std::time::Duration::from_secs(10)).memory(256 << 20);
    let sandbox = Sandbox::new(options)?;
    let streaming = sandbox.clone();
    let app = Router::new()
        .route("/run", post(move |Json(program)| run(sandbox.clone(), program)))
        .route("/stream", post(move |Json(program)| output(streaming.clone(), program)))
        .route("/running", get(async || RUNNING.load(Ordering::Relaxed).to_string()));

    let port = std::env::var("PORT").map_or(Ok(8000), |port| port.parse())?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}
