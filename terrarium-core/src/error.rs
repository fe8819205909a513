//! The public [`Error`]: failures on the host's side.
//!
//! A fault of the Python code is never an error here: it is an [`ExecutionResult`](crate::ExecutionResult) with a
//! status.

mod context;
mod details;
mod file;

use std::path::PathBuf;

use crate::package::PackageError;
pub(crate) use context::ErrorContext;
pub use details::ErrorDetails;
pub use file::FileOperation;
pub(crate) use file::file_error;

/// The error that caused another one: [`std::error::Error::source`].
pub(crate) type Cause = Box<dyn std::error::Error + Send + Sync>;

/// The reason why the host could not do what the caller requested.
///
/// The effects of the guest's code (an exception, a loop, exhausted memory, a crash) are results and not errors.
///
/// The text of an error is for people. Programs distinguish errors by [`code`](Self::code) and read the cause from
/// [`details`](Self::details) or from the fields of the variant.
///
/// ```
/// use terrarium_core::SandboxOptions;
///
/// let error = SandboxOptions::new().memory(1).validate().unwrap_err();
/// assert_eq!(error.code(), "invalid_option");
/// assert_eq!(error.details().option.as_deref(), Some("memory"));
/// assert_eq!(error.to_string(), "option `memory`: 1 is not between 50331648 and 4294967296");
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An option does not exist, has a value of the wrong type, or has a value outside its bounds.
    #[error("option `{option}`: {reason}")]
    #[non_exhaustive]
    InvalidOption {
        /// The option's name, as in [`SandboxOptions`](crate::SandboxOptions).
        option: String,
        /// The kind of the problem.
        problem: OptionProblem,
        /// The value at fault, its bound, and a way out.
        reason: String,
    },
    /// A path for the guest's file system is not usable.
    #[error("invalid path {path:?}: {reason}")]
    #[non_exhaustive]
    InvalidPath {
        /// The path from the caller.
        path: String,
        /// The part of the path that is at fault.
        reason: String,
    },
    /// The file system in the sandbox refused an operation of the host.
    #[error("cannot {operation} {path:?} in the sandbox: {reason} ({errno})")]
    #[non_exhaustive]
    File {
        /// The path from the caller.
        path: String,
        /// The operation that failed.
        operation: FileOperation,
        /// The symbolic name of the error number: `ENOENT`, `ENOSPC`.
        errno: &'static str,
        /// The error number in words.
        reason: String,
    },
    /// An argument of the caller is larger than its limit.
    #[error("{what} has {used} bytes, the limit is {limit}: raise the option `{option}`")]
    #[non_exhaustive]
    TooLarge {
        /// The argument that is too large: `the code`.
        what: &'static str,
        /// The option that limits the argument.
        option: &'static str,
        /// The limit in bytes.
        limit: u64,
        /// The size in bytes.
        used: u64,
    },
    /// A package cannot be found, read or downloaded.
    #[error(transparent)]
    Package {
        /// The reason.
        #[from]
        source: PackageError,
    },
    /// An image cannot be built or opened.
    #[error("image {path}: {reason}")]
    #[non_exhaustive]
    Image {
        /// The image's file, or the image's name while it is built.
        path: PathBuf,
        /// The problem and a way out.
        reason: String,
        /// The error that caused this one.
        source: Option<Cause>,
    },
    /// An earlier call has set the bare image: see [`Image::set_bare`](crate::Image::set_bare).
    #[error("the bare image of this process is {path} already: set it once, before the first sandbox")]
    #[non_exhaustive]
    BareImageAlreadySet {
        /// The image that remains in use.
        path: PathBuf,
    },
    /// The cache folder cannot be used.
    #[error("cache {path}: {reason}")]
    #[non_exhaustive]
    Cache {
        /// The folder or file at fault.
        path: PathBuf,
        /// The problem and a way out.
        reason: String,
        /// The error that caused this one.
        source: Option<Cause>,
    },
    /// The work was cancelled: see [`CancelHandle::guard`](crate::CancelHandle::guard) and
    /// [`Image::build_with`](crate::Image::build_with). A run that is cancelled has a result instead.
    #[error("the work was cancelled")]
    Cancelled,
    /// This process was forked after its parent had started the engine; a fork does not copy the engine's threads.
    #[error(
        "this process was forked after its parent had started the engine: start a new process instead, or create the \
         first sandbox after the fork"
    )]
    Forked,
    /// The guest's artifacts are missing or damaged.
    #[error("guest artifacts: {reason}")]
    #[non_exhaustive]
    Artifacts {
        /// The problem.
        reason: String,
        /// The error that caused this one.
        source: Option<Cause>,
    },
    /// The guest did not start: the installation is broken, not the code of the run.
    #[error("the guest did not start: {reason}")]
    #[non_exhaustive]
    Start {
        /// The problem.
        reason: String,
        /// The error that caused this one.
        source: Option<Cause>,
    },
    /// The WebAssembly engine refused a valid request: a fault of this library or of the machine.
    #[error("engine: {reason}")]
    #[non_exhaustive]
    Engine {
        /// The problem.
        reason: String,
        /// The error that caused this one.
        source: Option<Cause>,
    },
}

/// The kind of problem with an option: [`Error::InvalidOption`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OptionProblem {
    /// No option has that name.
    Unknown {
        /// The most similar names, the closest first.
        similar: Vec<String>,
    },
    /// The value has another type than the option.
    WrongType {
        /// The type of the option: `an integer`.
        expected: String,
        /// The type of the value: `a string`.
        found: String,
    },
    /// The value has the right type but is outside its bounds, or conflicts with another option.
    Value,
}

impl OptionProblem {
    /// The stable name of the problem.
    ///
    /// ```
    /// assert_eq!(terrarium_core::OptionProblem::Value.code(), "value");
    /// ```
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unknown { .. } => "unknown",
            Self::WrongType { .. } => "wrong_type",
            Self::Value => "value",
        }
    }
}

impl Error {
    /// The stable name of the kind of error, for programs in any language.
    ///
    /// The code is one of `invalid_option`, `invalid_path`, `file`, `too_large`, `image`, `bare_image_already_set`,
    /// `cache`, `cancelled`, `forked`, `artifacts`, `start`, `engine`, or the [code of a `PackageError`](PackageError::code).
    ///
    /// ```
    /// use terrarium_core::Image;
    ///
    /// assert_eq!(Image::inspect("no-such-file.timg").unwrap_err().code(), "image");
    /// ```
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::InvalidOption { .. } => "invalid_option",
            Self::InvalidPath { .. } => "invalid_path",
            Self::File { .. } => "file",
            Self::TooLarge { .. } => "too_large",
            Self::Package { source } => source.code(),
            Self::Image { .. } => "image",
            Self::BareImageAlreadySet { .. } => "bare_image_already_set",
            Self::Cache { .. } => "cache",
            Self::Cancelled => "cancelled",
            Self::Forked => "forked",
            Self::Artifacts { .. } => "artifacts",
            Self::Start { .. } => "start",
            Self::Engine { .. } => "engine",
        }
    }

    /// Returns the parts of the error, such as the option or the path at fault.
    #[must_use]
    pub fn details(&self) -> ErrorDetails {
        ErrorDetails::new(self)
    }

    /// Returns the error of an option whose value is outside its bounds.
    pub(crate) fn option(option: &str, reason: impl Into<String>) -> Self {
        Self::InvalidOption { option: option.to_owned(), problem: OptionProblem::Value, reason: reason.into() }
    }

    /// Returns an error of an image without a source.
    pub(crate) fn image(path: impl Into<PathBuf>, reason: impl Into<String>) -> Self {
        Self::Image { path: path.into(), reason: reason.into(), source: None }
    }

    /// Returns an error of the cache folder without a source.
    pub(crate) fn cache(path: impl Into<PathBuf>, reason: impl Into<String>) -> Self {
        Self::Cache { path: path.into(), reason: reason.into(), source: None }
    }

    /// Returns an error of the guest's start without a source.
    pub(crate) fn start(reason: impl Into<String>) -> Self {
        Self::Start { reason: reason.into(), source: None }
    }

    /// Returns an error of the engine without a source. The bindings use it for violations of their own invariants.
    #[doc(hidden)]
    pub fn engine(reason: impl Into<String>) -> Self {
        Self::Engine { reason: reason.into(), source: None }
    }
}

/// The result type of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

#[cfg(test)]
mod tests;
