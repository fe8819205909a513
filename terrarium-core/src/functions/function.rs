//! [`HostFunction`]: one function that the host hands to the code.

use std::{fmt, future::Future, pin::Pin, sync::Arc, time::Duration};

use serde::{Serialize, de::DeserializeOwned};

use super::{Call, HostError, fields::field_names, signature::Signature, to_value::to_value};
use crate::Value;

/// A boxed future.
pub(crate) type Boxed = Pin<Box<dyn Future<Output = Result<Reply, HostError>> + Send>>;
/// A stream of results.
pub(crate) type Items = Box<dyn Iterator<Item = Result<Value, HostError>> + Send>;

/// The answer of a function: see [`HostFunction::replying`].
#[non_exhaustive]
pub enum Reply {
    /// A value.
    Value(Value),
    /// Values that the code gets one at a time, when it asks for the next.
    Items(Box<dyn Iterator<Item = Result<Value, HostError>> + Send>),
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(value) => f.debug_tuple("Value").field(value).finish(),
            Self::Items(_) => f.write_str("Items"),
        }
    }
}

/// The work of a function.
#[derive(Clone)]
pub(crate) enum Handler {
    Sync(Arc<dyn Fn(Call) -> Result<Reply, HostError> + Send + Sync>),
    Async(Arc<dyn Fn(Call) -> Boxed + Send + Sync>),
}

/// A function of the host that the code can call: see [`SandboxOptions::functions`](crate::SandboxOptions::functions).
///
/// A handler runs on a thread of the library, not on that of `execute`. A run waits for its handlers until its end at
/// most: a handler that does not return then gets a sign through [`Call::cancel`], and is abandoned.
///
/// ```
/// # fn main() -> terrarium_core::Result<()> {
/// use terrarium_core::{Call, HostFunction, HostFunctions, Sandbox, SandboxOptions};
///
/// let add = HostFunction::new("add", |call: Call| Ok(call.argument::<i64>("a")? + call.argument::<i64>("b")?))
///     .signature("(a: int, b: int = 1) -> int")
///     .doc("Return the sum of two numbers.");
/// let options = SandboxOptions::new().functions(HostFunctions::new().function(add));
/// let result = Sandbox::new(options)?.execute("sum(map(add, range(4)))")?;
/// assert_eq!(result.final_repr.as_deref(), Some("10"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct HostFunction {
    pub(crate) name: Arc<str>,
    pub(crate) signature: Result<Arc<Signature>, String>,
    pub(crate) doc: String,
    pub(crate) timeout: Option<Duration>,
    pub(crate) is_inline: bool,
    pub(crate) is_async: bool,
    pub(crate) handler: Handler,
}

impl HostFunction {
    fn with(name: impl Into<String>, handler: Handler) -> Self {
        Self {
            name: name.into().into(),
            signature: Ok(Arc::new(Signature::default())),
            doc: String::new(),
            timeout: None,
            is_inline: false,
            is_async: matches!(handler, Handler::Async(_)),
            handler,
        }
    }

    /// Creates a function, which the code calls as any other: `search("x")`.
    pub fn new<R: Into<Value>>(
        name: impl Into<String>,
        handler: impl Fn(Call) -> Result<R, HostError> + Send + Sync + 'static,
    ) -> Self {
        Self::with(name, Handler::Sync(Arc::new(move |call| handler(call).map(|value| Reply::Value(value.into())))))
    }

    /// Creates a coroutine function: the code awaits its calls, several at a time: `await search("x")`. The future is
    /// dropped when the code cancels the task, and at the end of the run.
    ///
    /// ```
    /// use terrarium_core::{Call, HostFunction};
    ///
    /// let echo = HostFunction::asynchronous("echo", |call: Call| async move { Ok(call.args.into_iter().next()) });
    /// # drop(echo);
    /// ```
    pub fn asynchronous<R: Into<Value>, F: Future<Output = Result<R, HostError>> + Send + 'static>(
        name: impl Into<String>,
        handler: impl Fn(Call) -> F + Send + Sync + 'static,
    ) -> Self {
        let handler = move |call| -> Boxed {
            let future = handler(call);
            Box::pin(async move { future.await.map(|value| Reply::Value(value.into())) })
        };
        Self::with(name, Handler::Async(Arc::new(handler)))
    }

    /// Creates a function whose parameters are the fields of a struct, and whose result is any type that serde can
    /// write. Without a [`signature`](Self::signature) of its own, its parameters have the names of the fields.
    ///
    /// ```
    /// use serde::Deserialize;
    /// use terrarium_core::{HostError, HostFunction};
    ///
    /// #[derive(Deserialize)]
    /// struct Search {
    ///     query: String,
    ///     #[serde(default)]
    ///     limit: usize,
    /// }
    ///
    /// let search = HostFunction::typed("search", |search: Search| {
    ///     Ok::<_, HostError>(vec![search.query; search.limit.max(1)])
    /// });
    /// assert_eq!(search.stub(), "def search(query=..., limit=...): ...\n");
    /// ```
    pub fn typed<A: DeserializeOwned, R: Serialize>(
        name: impl Into<String>,
        handler: impl Fn(A) -> Result<R, HostError> + Send + Sync + 'static,
    ) -> Self {
        let handler = move |call: Call| {
            let answer = handler(call.deserialize()?)?;
            to_value(&answer).map(Reply::Value)
        };
        let mut function = Self::with(name, Handler::Sync(Arc::new(handler)));
        if let Some(names) = field_names::<A>() {
            function.signature = Ok(Arc::new(Signature::of_names(names)));
        }
        function
    }

    /// Creates a function whose result is an iterator: the code gets one item at a time, when it asks for it.
    pub fn stream<R: Into<Value>, I: Iterator<Item = Result<R, HostError>> + Send + 'static>(
        name: impl Into<String>,
        handler: impl Fn(Call) -> Result<I, HostError> + Send + Sync + 'static,
    ) -> Self {
        let handler = move |call| {
            let items = handler(call)?.map(|item| item.map(Into::into));
            Ok(Reply::Items(Box::new(items)))
        };
        Self::with(name, Handler::Sync(Arc::new(handler)))
    }

    /// Creates a function whose answer is a value or a stream, as each call decides.
    pub fn replying(
        name: impl Into<String>,
        handler: impl Fn(Call) -> Result<Reply, HostError> + Send + Sync + 'static,
    ) -> Self {
        Self::with(name, Handler::Sync(Arc::new(handler)))
    }

    /// Sets the parameters, in the syntax of Python: `(query: str, limit: int = 10) -> list[str]`. Arguments are
    /// checked against them before a call. An invalid text is an error of the sandbox. Default: all arguments.
    #[must_use]
    pub fn signature(mut self, signature: &str) -> Self {
        self.signature = signature.parse().map(Arc::new);
        self
    }

    /// Sets the docstring.
    #[must_use]
    pub fn doc(mut self, doc: impl Into<String>) -> Self {
        self.doc = doc.into();
        self
    }

    /// Sets the time of a call, in place of [`SandboxOptions::host_call_timeout`](crate::SandboxOptions::host_call_timeout).
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Makes a coroutine function of a function: the code awaits its calls, several at a time, each on a thread.
    #[must_use]
    pub fn awaited(mut self) -> Self {
        self.is_async = true;
        self
    }

    /// Runs the handler on the thread of the run: for handlers that only compute. A call takes half the time, and the
    /// run cannot end before the handler returns, not at its deadline either. Default: off.
    #[must_use]
    pub fn inline(mut self, is_inline: bool) -> Self {
        self.is_inline = is_inline;
        self
    }

    /// Returns the name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the code awaits its calls.
    #[must_use]
    pub fn is_async(&self) -> bool {
        self.is_async
    }

    /// Returns the declaration as text of a stub file.
    #[must_use]
    pub fn stub(&self) -> String {
        let keyword = if self.is_async() { "async def" } else { "def" };
        let signature = self.signature.as_deref().map(ToString::to_string).unwrap_or_default();
        let name = &self.name;
        if self.doc.trim().is_empty() {
            return format!("{keyword} {name}{signature}: ...\n");
        }
        let doc = self.doc.trim().replace('\\', "\\\\").replace("\"\"\"", "\\\"\\\"\\\"");
        let doc = doc.lines().map(str::trim_end).collect::<Vec<_>>().join("\n    ");
        format!("{keyword} {name}{signature}:\n    \"\"\"{doc}\"\"\"\n")
    }
}

impl fmt::Debug for HostFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostFunction").field("name", &self.name).finish_non_exhaustive()
    }
}
