//! [`Stdin`]: the standard input of a run, given beforehand or while the code runs.

mod asking;
mod reply;

use std::{fmt, io::Read, sync::Mutex, sync::PoisonError};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Bytes;
pub(crate) use asking::Ask;
use asking::Worker;
pub use reply::InputReply;
pub(crate) use reply::Slot;

/// The most bytes of one answer. A longer one fails the code's read.
pub(crate) const ANSWER_BYTES: usize = 64 << 20;
/// The bytes of one read of [`Stdin::reader`].
const READ_BYTES: usize = 64 << 10;

/// The standard input of a run: bytes that are given beforehand, or a function that the code's reads call.
///
/// Text and bytes convert into an input that is given beforehand. After it comes the end of the file.
///
/// ```
/// # fn main() -> terrarium_core::Result<()> {
/// use terrarium_core::{ExecuteOptions, Sandbox, Stdin};
///
/// let ask = Stdin::ask(|request| match request.prompt.as_str() {
///     "name? " => Some("Ada"),
///     _ => None,
/// });
/// let result = Sandbox::new(Default::default())?
///     .execute_with("print('hello', input('name? '))", ExecuteOptions::new().stdin(ask))?;
/// assert_eq!(result.stdout, "hello Ada\n");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
pub struct Stdin {
    /// The bytes that are read first.
    pub(crate) bytes: Bytes,
    /// The function that is asked for more.
    pub(crate) ask: Option<Ask>,
    pub(crate) form: InputForm,
}

/// The relation between the code and the function that it asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct InputForm {
    /// Whether prompts are a part of the request. Otherwise the code writes them to its standard output.
    pub(crate) takes_prompts: bool,
    /// Whether a person answers at a terminal: `isatty` is true, and the wait is no part of the run's time.
    pub(crate) is_terminal: bool,
}

/// A request of the code for input: it reads, and nothing is left.
///
/// ```
/// use terrarium_core::{InputRequest, Stdin};
///
/// let stdin = Stdin::ask(|request: &InputRequest| if request.echo { "visible" } else { "secret" });
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InputRequest {
    /// The text of `input(prompt)` or `getpass(prompt)`; empty for other reads. At most 64 KiB.
    pub prompt: String,
    /// Whether typed text may be shown: false for `getpass`.
    pub echo: bool,
}

impl InputRequest {
    pub(crate) fn new(prompt: String, echo: bool) -> Self {
        Self { prompt, echo }
    }
}

/// The answer to an [`InputRequest`].
///
/// Text converts into a line, bytes into bytes, `None` into the end, and an error into a failure.
///
/// ```
/// use terrarium_core::InputAnswer;
///
/// assert_eq!(InputAnswer::from("Ada"), InputAnswer::Line("Ada".to_owned()));
/// assert_eq!(InputAnswer::from(None::<String>), InputAnswer::End);
/// assert_eq!(InputAnswer::from(Err::<&str, _>("no terminal")), InputAnswer::Failed);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InputAnswer {
    /// A line. Its end is added, unless it is there.
    Line(String),
    /// Bytes as they are, at most 64 MiB; none are the end.
    Bytes(Bytes),
    /// The end of the input: `input()` raises `EOFError`. A further read asks again.
    End,
    /// Ctrl+C: the code gets a `KeyboardInterrupt`, and its run continues.
    Interrupt,
    /// No answer: the code's read raises `OSError`.
    Failed,
}

impl From<&str> for InputAnswer {
    fn from(line: &str) -> Self {
        Self::Line(line.to_owned())
    }
}

impl From<String> for InputAnswer {
    fn from(line: String) -> Self {
        Self::Line(line)
    }
}

impl From<Bytes> for InputAnswer {
    fn from(bytes: Bytes) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<Vec<u8>> for InputAnswer {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes.into())
    }
}

impl<T: Into<Self>> From<Option<T>> for InputAnswer {
    fn from(answer: Option<T>) -> Self {
        answer.map_or(Self::End, Into::into)
    }
}

impl<T: Into<Self>, E> From<Result<T, E>> for InputAnswer {
    fn from(answer: Result<T, E>) -> Self {
        answer.map_or(Self::Failed, Into::into)
    }
}

impl Stdin {
    /// Creates an input that asks a function whenever the code reads and nothing is left.
    ///
    /// The function is called on a separate thread, one request at a time, and may wait. At the deadline and at a cancel
    /// the run does not wait for it: a late answer is dropped, and the call counts in
    /// [`Metrics::abandoned`](crate::Metrics::abandoned). A panic of the function fails the read.
    pub fn ask<A: Into<InputAnswer>>(ask: impl Fn(&InputRequest) -> A + Send + Sync + 'static) -> Self {
        Self::asking(
            Worker::new(move |request| ask(request).into()).into_ask(),
            InputForm { takes_prompts: true, is_terminal: false },
        )
    }

    /// Creates an input that asks a function, which must return at once. The answer is sent through the [`InputReply`],
    /// from any thread or task.
    ///
    /// ```
    /// # fn main() -> terrarium_core::Result<()> {
    /// use std::sync::mpsc;
    /// use terrarium_core::{ExecuteOptions, Sandbox, Stdin};
    ///
    /// let (requests, asked) = mpsc::channel();
    /// std::thread::spawn(move || {
    ///     for (request, reply) in asked {
    ///         let (request, reply): (terrarium_core::InputRequest, terrarium_core::InputReply) = (request, reply);
    ///         reply.send(request.prompt.to_uppercase());
    ///     }
    /// });
    /// let stdin = Stdin::ask_later(move |request, reply| drop(requests.send((request, reply))));
    /// let result = Sandbox::new(Default::default())?.execute_with("input('hi')", ExecuteOptions::new().stdin(stdin))?;
    /// assert_eq!(result.final_repr.as_deref(), Some("'HI'"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn ask_later(ask: impl Fn(InputRequest, InputReply) + Send + Sync + 'static) -> Self {
        Self::asking(Ask::new(ask), InputForm { takes_prompts: true, is_terminal: false })
    }

    /// Creates an input from the pieces of an iterator, each taken when the code needs it. Text is a line.
    ///
    /// The iterator works on a separate thread, like the function of [`ask`](Self::ask). It does not receive prompts, so
    /// the code writes them to its standard output.
    ///
    /// ```
    /// # fn main() -> terrarium_core::Result<()> {
    /// use terrarium_core::{ExecuteOptions, Sandbox, Stdin};
    ///
    /// let options = ExecuteOptions::new().stdin(Stdin::pieces((1..4).map(|n| n.to_string())));
    /// let result = Sandbox::new(Default::default())?.execute_with("import sys; list(sys.stdin)", options)?;
    /// assert_eq!(result.final_repr.as_deref(), Some(r"['1\n', '2\n', '3\n']"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn pieces<I>(pieces: I) -> Self
    where
        I: IntoIterator<Item: Into<InputAnswer>, IntoIter: Send + 'static>,
    {
        let pieces = Mutex::new(pieces.into_iter().fuse());
        let next = move |_: &InputRequest| pieces.lock().unwrap_or_else(PoisonError::into_inner).next().into();
        Self::asking(Worker::new(next).into_ask(), InputForm::default())
    }

    /// Creates an input from a reader, such as a file or a pipe, which is read as far as the code reads.
    ///
    /// The reader works on a separate thread, like the function of [`ask`](Self::ask).
    ///
    /// ```
    /// # fn main() -> terrarium_core::Result<()> {
    /// use terrarium_core::{ExecuteOptions, Sandbox, Stdin};
    ///
    /// let endless = std::io::repeat(b'\n');
    /// let options = ExecuteOptions::new().stdin(Stdin::reader(endless));
    /// let result = Sandbox::new(Default::default())?.execute_with("input()", options)?;
    /// assert_eq!(result.final_repr.as_deref(), Some("''"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn reader(reader: impl Read + Send + 'static) -> Self {
        let reader = Mutex::new(reader);
        let next = move |_: &InputRequest| {
            let mut buffer = vec![0; READ_BYTES];
            let mut reader = reader.lock().unwrap_or_else(PoisonError::into_inner);
            loop {
                match reader.read(&mut buffer) {
                    Ok(count) => {
                        buffer.truncate(count);
                        return InputAnswer::from(buffer);
                    }
                    Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                    Err(error) => {
                        tracing::debug!(%error, "the standard input cannot be read");
                        return InputAnswer::Failed;
                    }
                }
            }
        };
        Self::asking(Worker::new(next).into_ask(), InputForm::default())
    }

    /// Makes the input that of a person at a terminal: `sys.stdin.isatty()` is true for the code, and the time of waiting
    /// for the person does not count as the run's.
    #[must_use]
    pub fn as_terminal(mut self) -> Self {
        self.form.is_terminal = true;
        self
    }

    /// Keeps prompts out of the requests: the code writes them to its standard output, as for a pipe.
    #[must_use]
    pub fn without_prompts(mut self) -> Self {
        self.form.takes_prompts = false;
        self
    }

    /// Adds bytes that the code reads first.
    #[must_use]
    pub fn after(mut self, bytes: impl Into<Bytes>) -> Self {
        self.bytes = bytes.into();
        self
    }

    fn asking(ask: Ask, form: InputForm) -> Self {
        Self { bytes: Bytes::default(), ask: Some(ask), form }
    }
}

impl<T: Into<Bytes>> From<T> for Stdin {
    fn from(bytes: T) -> Self {
        Self { bytes: bytes.into(), ..Self::default() }
    }
}

impl fmt::Debug for Stdin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stdin").field("bytes", &self.bytes).field("asks", &self.ask.is_some()).finish()
    }
}

/// Writes the bytes; a function has no JSON form.
impl Serialize for Stdin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.bytes.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Stdin {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Bytes::deserialize(deserializer).map(Self::from)
    }
}
