//! The public [`Error`]: what can go wrong on the host's side.
//!
//! A fault of the Python code is never an error here: it is an
//! [`ExecutionResult`](crate::ExecutionResult) with a status.

use std::path::PathBuf;

use crate::package::PackageError;

/// Why the host could not do what was asked.
///
/// Whatever the guest's code does (raise, loop, exhaust its memory, crash) is a result and not an error.
///
/// ```
/// use terrarium_core::{Error, SandboxOptions};
///
/// let options = SandboxOptions { memory: 1, ..Default::default() };
/// assert!(matches!(options.validate(), Err(Error::InvalidOption { name: "memory", .. })));
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An option's value is outside its bounds.
    #[error("option `{name}`: {reason}")]
    InvalidOption {
        /// The option's name, as in [`SandboxOptions`](crate::SandboxOptions).
        name: &'static str,
        /// What is wrong with the value, its bound, and what would do.
        reason: String,
    },
    /// A path for the guest's file system is not usable.
    #[error("invalid path {path:?}: {reason}")]
    InvalidPath {
        /// The path as it was given.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// There is no such file in the session.
    #[error("no file {path:?} in the sandbox: {reason}")]
    File {
        /// The path as it was given.
        path: String,
        /// The file system's own words.
        reason: String,
    },
    /// Something handed to the sandbox is larger than its limit.
    #[error("{what} has {used} bytes, the limit is {limit}: raise the option `{option}`")]
    TooLarge {
        /// What is too large.
        what: String,
        /// The option that bounds it.
        option: &'static str,
        /// The limit in bytes.
        limit: u64,
        /// The size in bytes.
        used: u64,
    },
    /// A package cannot be found, read or fetched.
    #[error(transparent)]
    Package(#[from] PackageError),
    /// An image cannot be made or opened.
    #[error("image {path}: {reason}")]
    Image {
        /// The image's file, or its name while it is made.
        path: PathBuf,
        /// What is wrong with it and what would help.
        reason: String,
    },
    /// The compiled-code cache cannot be used.
    #[error("cache {path}: {reason}")]
    Cache {
        /// The folder or file at fault.
        path: PathBuf,
        /// What is wrong with it and what would help.
        reason: String,
    },
    /// This process was forked from one that had started the engine, whose threads it does not have.
    #[error(
        "this process was forked from one that uses terrarium: start it in another way (in Python `spawn` or \
         `forkserver`), or use terrarium first after the fork"
    )]
    Forked,
    /// The guest's artifacts are missing or damaged.
    #[error("guest artifacts: {0}")]
    Artifacts(String),
    /// The guest did not start: the installation is broken, not the code that was to run.
    #[error("the guest did not start: {0}")]
    Start(String),
    /// The WebAssembly engine refused something it must accept: a fault of this library or of the machine.
    #[error("engine: {0}")]
    Engine(String),
}

/// The crate's results.
pub type Result<T, E = Error> = std::result::Result<T, E>;
