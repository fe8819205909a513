//! [`HostError`]: the failure of a function, which the code sees as an exception.

use std::{any::Any, fmt, sync::Arc};

use crate::Value;

/// The failure of a [`HostFunction`](crate::HostFunction).
///
/// In the code it is an exception: of a built-in class, where `kind` names one, else a `host.HostError` with the
/// attributes `kind`, `message` and `data`. The code sees these texts and nothing else of the host.
///
/// ```
/// use terrarium_core::HostError;
///
/// let error = HostError::new("KeyError", "no such city").data("Atlantis");
/// assert_eq!(error.to_string(), "KeyError: no such city");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct HostError(Box<Parts>);

/// The parts of an error.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Parts {
    pub(crate) kind: String,
    pub(crate) message: String,
    pub(crate) base: Option<String>,
    pub(crate) args: Option<Vec<Value>>,
    pub(crate) data: Option<Value>,
    pub(crate) ends_run: bool,
    pub(crate) cause: Option<HostErrorCause>,
}

/// The value that a function's error was made from, for the caller of the run: [`HostCall::cause`](crate::HostCall::cause).
#[derive(Clone)]
pub struct HostErrorCause(Arc<dyn Any + Send + Sync>);

impl HostErrorCause {
    /// Returns the value, if it is of type `T`.
    #[must_use]
    pub fn downcast_ref<T: Any>(&self) -> Option<&T> {
        self.0.downcast_ref()
    }
}

/// Causes are equal when they are the same value.
impl PartialEq for HostErrorCause {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for HostErrorCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HostErrorCause")
    }
}

impl HostError {
    /// Creates an error. `kind` is the name of a built-in exception of Python, or any other name.
    #[must_use]
    pub fn new(kind: impl Into<String>, message: impl Into<String>) -> Self {
        let (kind, message) = (kind.into(), message.into());
        let parts = Parts { kind, message, base: None, args: None, data: None, ends_run: false, cause: None };
        Self(Box::new(parts))
    }

    /// Sets the built-in exception below which the code finds an error of another kind: `except OSError` catches one
    /// with the base `OSError`.
    #[must_use]
    pub fn base(mut self, base: impl Into<String>) -> Self {
        self.0.base = Some(base.into());
        self
    }

    /// Sets the arguments of a built-in exception, in place of the message: `[2, "No such file or directory"]`.
    #[must_use]
    pub fn args(mut self, args: impl IntoIterator<Item = impl Into<Value>>) -> Self {
        self.0.args = Some(args.into_iter().map(Into::into).collect());
        self
    }

    /// Adds a value for the code.
    #[must_use]
    pub fn data(mut self, data: impl Into<Value>) -> Self {
        self.0.data = Some(data.into());
        self
    }

    /// Keeps the value that the error was made from. The code does not see it.
    #[must_use]
    pub fn cause(mut self, cause: impl Any + Send + Sync) -> Self {
        self.0.cause = Some(HostErrorCause(Arc::new(cause)));
        self
    }

    /// Creates an error that ends the run: the code cannot catch it, and the run's status is
    /// [`Cancelled`](crate::Status::Cancelled).
    #[must_use]
    pub fn end_run(message: impl Into<String>) -> Self {
        let mut error = Self::new("HostError", message);
        error.0.ends_run = true;
        error
    }

    /// Returns the kind.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.0.kind
    }

    /// Returns the message.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }
}

impl fmt::Display for HostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.kind, self.0.message)
    }
}

impl HostError {
    pub(crate) fn parts(&self) -> &Parts {
        &self.0
    }

    /// Returns the value that the error was made from.
    pub(crate) fn into_cause(self) -> Option<HostErrorCause> {
        self.0.cause
    }
}

impl std::error::Error for HostError {}

/// The text alone, as a `host.HostError`.
impl From<String> for HostError {
    fn from(message: String) -> Self {
        Self::new("HostError", message)
    }
}

/// The text alone, as a `host.HostError`.
impl From<&str> for HostError {
    fn from(message: &str) -> Self {
        Self::new("HostError", message)
    }
}

/// The built-in exception that Python raises for the same cause. The code sees no path.
impl From<std::io::Error> for HostError {
    fn from(error: std::io::Error) -> Self {
        use std::io::ErrorKind;
        let kind = match error.kind() {
            ErrorKind::NotFound => "FileNotFoundError",
            ErrorKind::PermissionDenied => "PermissionError",
            ErrorKind::AlreadyExists => "FileExistsError",
            ErrorKind::ConnectionRefused => "ConnectionRefusedError",
            ErrorKind::ConnectionReset => "ConnectionResetError",
            ErrorKind::ConnectionAborted => "ConnectionAbortedError",
            ErrorKind::BrokenPipe => "BrokenPipeError",
            ErrorKind::TimedOut => "TimeoutError",
            ErrorKind::Interrupted => "InterruptedError",
            _ => "OSError",
        };
        Self::new(kind, error.to_string())
    }
}

/// An argument or a result of the wrong type is a `TypeError`.
impl From<crate::ValueError> for HostError {
    fn from(error: crate::ValueError) -> Self {
        Self::new("TypeError", error.to_string())
    }
}
