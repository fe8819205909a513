//! [`NativeSandbox`]: core's `Sandbox` for JavaScript.

use std::{sync::Arc, time::Instant};

use napi::bindgen_prelude::{Buffer, ClassInstance};
use napi_derive::napi;
use terrarium_core::{CallContext, ExecuteOptions, Sandbox, SandboxOptions, Stdin, StreamCallback};

use crate::{
    events,
    fault::Fault,
    gate::Gate,
    image::NativeImage,
    run::{Answer, Run, Sink, start},
    session::NativeSession,
    wire::Wire,
};

/// Core's `Sandbox`.
#[napi(js_name = "Sandbox")]
pub struct NativeSandbox {
    inner: Sandbox,
}

#[napi]
impl NativeSandbox {
    /// Makes a sandbox with these options, on an image if one is given.
    #[napi]
    pub fn create(
        gate: Option<ClassInstance<'_, Gate>>,
        run: u32,
        image: Option<ClassInstance<'_, NativeImage>>,
        options: String,
        blobs: Vec<Buffer>,
    ) -> Run {
        let image = image.map(|image| image.inner.clone());
        let wire = Wire::new(options, blobs);
        start(gate.as_deref(), run, move |_| {
            let options = wire.sandbox_options()?;
            let inner = match image {
                Some(image) => Sandbox::on_image(image, options)?,
                None => Sandbox::new(options)?,
            };
            Ok(Answer::Sandbox(Self { inner }))
        })
    }

    /// Runs code in a fresh interpreter.
    #[napi]
    pub fn execute(
        &self,
        gate: Option<ClassInstance<'_, Gate>>,
        run: u32,
        code: String,
        options: String,
        blobs: Vec<Buffer>,
        heard: Heard,
    ) -> Run {
        let sandbox = self.inner.clone();
        let wire = Wire::new(options, blobs);
        start(gate.as_deref(), run, move |sink| {
            let options = prepared(&wire, &heard, sandbox.options(), sink)?;
            Ok(Answer::Data(Wire::from_result(sandbox.execute_with(&code, options)?)?))
        })
    }

    /// The declarations of the functions as text of a stub file.
    #[napi]
    pub fn function_stubs(&self) -> String {
        self.inner.function_stubs()
    }

    /// Prepares the packages that code imports.
    #[napi]
    pub fn prepare_packages(&self, gate: Option<ClassInstance<'_, Gate>>, run: u32, code: String) -> Run {
        let sandbox = self.inner.clone();
        start(gate.as_deref(), run, move |_| {
            sandbox.prepare_packages(&code)?;
            Ok(Answer::Data(Wire::of(&(), Vec::new())?))
        })
    }

    /// Starts a session.
    #[napi]
    pub fn session(&self, gate: Option<ClassInstance<'_, Gate>>, run: u32) -> Run {
        let sandbox = self.inner.clone();
        start(gate.as_deref(), run, move |_| Ok(Answer::Session(NativeSession::start(sandbox)?)))
    }
}

/// The streams that have a listener while the code runs, and whether it runs at all.
#[napi(object, object_to_js = false)]
pub struct Heard {
    /// The standard output.
    pub stdout: bool,
    /// The standard error.
    pub stderr: bool,
    /// All events, the output included.
    pub events: bool,
    /// Whether a function gives the standard input, and whether it receives prompts.
    pub asks: bool,
    pub prompts: bool,
    /// Whether the run was stopped before it began.
    pub aborted: bool,
}

/// The options of a run, with the callbacks and the handle of its sink.
pub(crate) fn prepared(
    wire: &Wire,
    heard: &Heard,
    sandbox: &SandboxOptions,
    sink: &Arc<Sink>,
) -> Result<ExecuteOptions, Fault> {
    let mut options = wire.execute_options()?;
    let timeout = options.timeout.or(sandbox.timeout);
    let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
    sink.until(deadline);
    let callback = |kind: &'static str| -> StreamCallback {
        let sink = Arc::clone(sink);
        Arc::new(move |bytes| sink.output(kind, bytes))
    };
    if heard.events {
        let sink = Arc::clone(sink);
        options = options.on_event(move |event| events::tell(&sink, event));
    } else {
        options.on_stdout = heard.stdout.then(|| callback("stdout"));
        options.on_stderr = heard.stderr.then(|| callback("stderr"));
    }
    if heard.asks {
        let sink = Arc::clone(sink);
        let stdin = Stdin::ask_later(move |request, reply| events::ask(&sink, &request, reply));
        options.stdin = if heard.prompts { stdin } else { stdin.without_prompts() };
    }
    if heard.aborted {
        sink.cancel().cancel();
    }
    options.cancel = Some(sink.cancel());
    options.context = Some(CallContext::new(Arc::clone(sink)));
    Ok(options)
}
