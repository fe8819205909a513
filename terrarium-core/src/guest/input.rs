//! [`HostInput`]: asks the host for standard input, and waits for the answer as long as the run may go on.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::{Duration, Instant},
};

use crate::{
    engine::{Interrupt, Waited},
    stdin::{ANSWER_BYTES, Ask, InputAnswer, InputForm, InputReply, InputRequest, Slot, Stdin},
};
use terrarium_unix::{
    abi::Errno,
    fd::{self, Input, InputSource},
};

/// The source of one run's standard input.
pub(crate) struct HostInput {
    ask: Ask,
    form: InputForm,
    interrupt: Arc<Interrupt>,
    /// The place of the answer, while a request is open.
    open: Mutex<Option<Arc<Slot>>>,
}

impl HostInput {
    /// Returns the standard input of a guest, and its source if there is one.
    pub(crate) fn input(stdin: Stdin, interrupt: &Arc<Interrupt>) -> (Input, Option<Arc<Self>>) {
        let Stdin { bytes, ask, form } = stdin;
        let input = Input::new(bytes.into_vec());
        let source =
            ask.map(|ask| Arc::new(Self { ask, form, interrupt: Arc::clone(interrupt), open: Mutex::default() }));
        match &source {
            Some(source) => (input.with_source(Arc::clone(source) as _), Some(Arc::clone(source))),
            None => (input, None),
        }
    }

    /// Ends the requests after the run. Returns the number of those that the host has not answered.
    pub(crate) fn close(&self) -> u64 {
        self.lock().take().map_or(0, |slot| u64::from(slot.close()))
    }

    /// Whether prompts are a part of the requests.
    pub(crate) fn takes_prompts(&self) -> bool {
        self.form.takes_prompts
    }

    fn lock(&self) -> MutexGuard<'_, Option<Arc<Slot>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the place of the answer, after the host was asked.
    fn asked(&self, ask: &fd::Ask) -> Arc<Slot> {
        let mut open = self.lock();
        if let Some(slot) = &*open {
            return Arc::clone(slot);
        }
        let interrupt = Arc::downgrade(&self.interrupt);
        let slot = Slot::new(move || {
            if let Some(interrupt) = Weak::upgrade(&interrupt) {
                interrupt.notify();
            }
        });
        *open = Some(Arc::clone(&slot));
        drop(open);
        self.ask.call(InputRequest::new(ask.prompt.clone(), ask.echo), InputReply::new(&slot));
        slot
    }
}

impl InputSource for HostInput {
    fn wait(&self, ask: &fd::Ask, ns: u64) -> bool {
        if self.interrupt.reason().is_some() {
            return self.lock().as_ref().is_some_and(|slot| slot.is_answered());
        }
        let slot = self.asked(ask);
        if ns == 0 {
            return slot.is_answered();
        }
        let until = Instant::now().checked_add(Duration::from_nanos(ns));
        let wait = || self.interrupt.wait(&|| slot.is_answered(), until, false) == Waited::Ready;
        // A person at a terminal thinks in the time of the person, not of the run.
        if self.form.is_terminal { self.interrupt.preparing(wait) } else { wait() }
    }

    fn take(&self) -> Result<Arc<[u8]>, Errno> {
        let mut open = self.lock();
        let answer = open.as_ref().and_then(|slot| slot.take()).ok_or(Errno::EAGAIN)?;
        *open = None;
        drop(open);
        match answer {
            InputAnswer::Line(line) if line.len() > ANSWER_BYTES => Err(Errno::EMSGSIZE),
            InputAnswer::Bytes(bytes) if bytes.len() > ANSWER_BYTES => Err(Errno::EMSGSIZE),
            InputAnswer::Line(mut line) => {
                if !line.ends_with('\n') {
                    line.push('\n');
                }
                Ok(line.into_bytes().into())
            }
            InputAnswer::Bytes(bytes) => Ok(bytes.into_vec().into()),
            InputAnswer::End => Ok(Arc::default()),
            InputAnswer::Interrupt => {
                self.interrupt.press_keys();
                Err(Errno::EINTR)
            }
            InputAnswer::Failed => Err(Errno::EIO),
        }
    }

    fn takes_prompts(&self) -> bool {
        self.form.takes_prompts
    }

    fn is_terminal(&self) -> bool {
        self.form.is_terminal
    }
}

impl fmt::Debug for HostInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostInput").field("form", &self.form).finish_non_exhaustive()
    }
}
