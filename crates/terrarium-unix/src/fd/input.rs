//! Standard input: bytes that are given beforehand, and a source that is asked when they are used up.

use std::fmt::Debug;
use std::sync::Arc;

use crate::abi::Errno;

/// The longest prompt that a source receives, in bytes. A longer one is cut.
pub const MOST_PROMPT: usize = 64 << 10;

/// A request for more input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// The text that the guest shows before it reads; empty if there is none.
    pub prompt: String,
    /// Whether a person may see what is typed.
    pub echo: bool,
}

impl Default for Ask {
    fn default() -> Self {
        Self { prompt: String::new(), echo: true }
    }
}

/// Gives more input while the guest runs.
///
/// A source asks its host once, and keeps the request until it is answered: a guest whose wait was interrupted waits
/// again for the same answer.
pub trait InputSource: Debug + Send + Sync {
    /// Asks the host unless that was done, and waits for the answer, for `ns` nanoseconds at most or until a signal
    /// arrives. Returns whether there is an answer. A wait of no time only asks.
    fn wait(&self, ask: &Ask, ns: u64) -> bool;

    /// Takes the answer. An empty one is the end of the input, which may come more than once.
    ///
    /// # Errors
    /// `EAGAIN` when there is none yet; else the errno with which the guest's read fails.
    fn take(&self) -> Result<Arc<[u8]>, Errno>;

    /// Whether a prompt reaches the host. Otherwise the guest writes it to its standard output.
    fn takes_prompts(&self) -> bool;

    /// Whether a person is at the other end, so that the input is a terminal for the guest.
    fn is_terminal(&self) -> bool {
        false
    }
}

/// Standard input: the given bytes, then those of the source; then the end of file.
#[derive(Debug, Clone, Default)]
pub struct Input {
    bytes: Arc<[u8]>,
    position: usize,
    source: Option<Arc<dyn InputSource>>,
    /// The next request to the source.
    ask: Ask,
}

impl Input {
    /// Makes an input that holds `bytes`.
    #[must_use]
    pub fn new(bytes: impl Into<Arc<[u8]>>) -> Self {
        Self { bytes: bytes.into(), ..Self::default() }
    }

    /// Also asks `source` when the bytes are used up.
    #[must_use]
    pub fn with_source(mut self, source: Arc<dyn InputSource>) -> Self {
        self.source = Some(source);
        self
    }

    /// Returns the bytes that were not read yet.
    #[must_use]
    pub fn rest(&self) -> &[u8] {
        self.bytes.get(self.position..).unwrap_or_default()
    }

    /// Whether the input is a terminal for the guest.
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        self.source.as_ref().is_some_and(|source| source.is_terminal())
    }

    /// Sets the next request to the source. Returns false if there is no source that takes prompts.
    pub fn prepare(&mut self, ask: Ask) -> bool {
        let takes_prompts = self.source.as_ref().is_some_and(|source| source.takes_prompts());
        if takes_prompts {
            self.ask = ask;
        }
        takes_prompts
    }

    /// Whether a read would have to wait for the source, or at least look there.
    #[must_use]
    pub fn is_used_up(&self) -> bool {
        self.source.is_some() && self.rest().is_empty()
    }

    /// Waits until a read returns at once, for `ns` nanoseconds at most or until a signal arrives. Returns whether it does.
    #[must_use]
    pub fn wait(&self, ns: u64) -> bool {
        match &self.source {
            Some(source) if self.rest().is_empty() => source.wait(&self.ask, ns),
            _ => true,
        }
    }

    /// Reads what there is; without any, the answer of the source.
    ///
    /// # Errors
    /// Those of [`InputSource::take`].
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Errno> {
        if let (true, false, Some(source)) = (self.rest().is_empty(), buffer.is_empty(), &self.source) {
            // Also after a failure, the next request is another one.
            let answer = source.take();
            if answer != Err(Errno::EAGAIN) {
                self.ask = Ask::default();
            }
            (self.bytes, self.position) = (answer?, 0);
        }
        let count = super::stdio::copy(self.rest(), buffer);
        self.position = self.position.saturating_add(count);
        Ok(count)
    }
}
