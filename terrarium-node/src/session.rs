//! [`NativeSession`]: core's `Session` for JavaScript, which makes one call at a time.

use std::sync::{Arc, Mutex, PoisonError};

use napi::bindgen_prelude::{Buffer, ClassInstance};
use napi_derive::napi;
use terrarium_core::{Bytes, Sandbox, SandboxOptions, Session};

use crate::{
    fault::Fault,
    gate::Gate,
    run::{Answer, Run, Sink, start},
    sandbox::{Heard, prepared},
    wire::Wire,
};

/// Core's `Session`, until it is closed.
#[napi(js_name = "Session")]
pub struct NativeSession {
    inner: Arc<Mutex<Option<Session>>>,
    options: Arc<SandboxOptions>,
}

impl NativeSession {
    pub(crate) fn start(sandbox: Sandbox) -> Result<Self, Fault> {
        let session = sandbox.session()?;
        Ok(Self { inner: Arc::new(Mutex::new(Some(session))), options: Arc::new(sandbox.options().clone()) })
    }

    fn ask(
        &self,
        gate: Option<ClassInstance<'_, Gate>>,
        run: u32,
        question: impl FnOnce(&mut Session, &Arc<Sink>) -> Result<Wire, Fault> + Send + 'static,
    ) -> Run {
        let inner = Arc::clone(&self.inner);
        start(gate.as_deref(), run, move |sink| match inner.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            Some(session) => question(session, sink).map(Answer::Data),
            None => Err(Fault::state("closed", "the session is closed")),
        })
    }
}

#[napi]
impl NativeSession {
    /// Runs code.
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
        let wire = Wire::new(options, blobs);
        let sandbox = Arc::clone(&self.options);
        self.ask(gate, run, move |session, sink| {
            let options = prepared(&wire, &heard, &sandbox, sink)?;
            Wire::from_result(session.execute_with(&code, options)?)
        })
    }

    /// Writes a file.
    #[napi]
    pub fn write_file(&self, gate: Option<ClassInstance<'_, Gate>>, run: u32, path: String, content: Buffer) -> Run {
        let content = Bytes::from(&*content);
        self.ask(gate, run, move |session, _| {
            session.write_file(&path, content)?;
            Wire::of(&(), Vec::new())
        })
    }

    /// Reads a file.
    #[napi]
    pub fn read_file(&self, gate: Option<ClassInstance<'_, Gate>>, run: u32, path: String) -> Run {
        self.ask(gate, run, move |session, _| Ok(Wire::content(session.read_file(&path)?)))
    }

    /// Removes a file.
    #[napi]
    pub fn remove_file(&self, gate: Option<ClassInstance<'_, Gate>>, run: u32, path: String) -> Run {
        self.ask(gate, run, move |session, _| {
            session.remove_file(&path)?;
            Wire::of(&(), Vec::new())
        })
    }

    /// Lists the files.
    #[napi]
    pub fn list_files(&self, gate: Option<ClassInstance<'_, Gate>>, run: u32) -> Run {
        self.ask(gate, run, |session, _| Wire::of(&session.list_files()?, Vec::new()))
    }

    /// Reads all files.
    #[napi]
    pub fn all_files(&self, gate: Option<ClassInstance<'_, Gate>>, run: u32) -> Run {
        self.ask(gate, run, |session, _| Wire::contents(session.all_files()?))
    }

    /// Starts over.
    #[napi]
    pub fn reset(&self, gate: Option<ClassInstance<'_, Gate>>, run: u32) -> Run {
        self.ask(gate, run, |session, _| {
            session.reset()?;
            Wire::of(&(), Vec::new())
        })
    }

    /// Forgets the names.
    #[napi]
    pub fn reset_globals(&self, gate: Option<ClassInstance<'_, Gate>>, run: u32) -> Run {
        self.ask(gate, run, |session, _| {
            session.reset_globals()?;
            Wire::of(&(), Vec::new())
        })
    }

    /// Tells whether code is complete.
    #[napi]
    pub fn check(&self, gate: Option<ClassInstance<'_, Gate>>, run: u32, code: String) -> Run {
        self.ask(gate, run, move |session, _| Wire::of(&session.check(&code)?, Vec::new()))
    }

    /// Lists completions at the cursor.
    #[napi]
    pub fn complete(&self, gate: Option<ClassInstance<'_, Gate>>, run: u32, code: String, cursor: u32) -> Run {
        self.ask(gate, run, move |session, _| {
            let cursor = usize::try_from(cursor).unwrap_or(usize::MAX);
            Wire::of(&session.complete(&code, cursor)?, Vec::new())
        })
    }

    /// Gives up the interpreter. Later calls fail.
    #[napi]
    pub fn close(&self, gate: Option<ClassInstance<'_, Gate>>, run: u32) -> Run {
        let inner = Arc::clone(&self.inner);
        start(gate.as_deref(), run, move |_| {
            drop(inner.lock().unwrap_or_else(PoisonError::into_inner).take());
            Ok(Answer::Data(Wire::of(&(), Vec::new())?))
        })
    }
}
