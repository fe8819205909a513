//! Sandboxed Python in your own process: real CPython, compiled to WebAssembly.
//!
//! ```
//! # fn main() -> terrarium_core::Result<()> {
//! use terrarium_core::{ExecuteOptions, Sandbox, SandboxOptions, Value};
//!
//! let sandbox = Sandbox::new(SandboxOptions::default())?;
//! let result = sandbox.execute_with(
//!     "total = sum(int(line) for line in open('numbers.txt'))
//! open('total.txt', 'w').write(str(total))
//! total",
//!     ExecuteOptions::new().file("numbers.txt", "1\n2\n39\n"),
//! )?;
//! assert_eq!(result.final_expression, Some(Value::Int(42)));
//! assert_eq!(result.output_files["total.txt"].as_str(), Ok("42"));
//! # Ok(())
//! # }
//! ```
//!
//! A [`Sandbox`] runs each piece of code in a fresh interpreter; a [`Session`] keeps one. Every effect of the code ends
//! as an [`ExecutionResult`] with a [`Status`]; an [`Error`] is a fault of the host. [`SandboxOptions`] contains the
//! limits, all of which have defaults.
//!
//! # Features
//! - `shipped-image` (default): the program contains the bare image, 8 MB for x86-64 Linux, and compiles no interpreter on
//!   the machine where it first runs. Without the feature, that takes seconds; with a compiler that was built without
//!   optimisation, it takes minutes.
//!
//! Packages with compiled code are compiled when they are first used. Set `opt-level = 3` in `[profile.dev.package."*"]` of
//! `Cargo.toml` if a build for development uses some.

#[cfg(not(target_os = "linux"))]
compile_error!("terrarium runs on Linux: how guests are stopped and used again is made for its kernel");

mod bytes;
mod cancel;
mod error;
mod event;
mod functions;
mod mount;
mod options;
mod package;
mod stdin;
mod value;

mod about;
mod cache;
mod engine;
#[doc(hidden)]
pub mod exercise;
mod guest;
pub mod guide;
mod image;
mod provision;
mod result;
mod run;
mod sandbox;
mod session;
mod sys;
#[doc(hidden)]
pub mod training;

pub use bytes::Bytes;
pub use cancel::CancelHandle;
pub use error::{Error, ErrorDetails, FileOperation, OptionProblem, Result};
pub use event::{DisplayCallback, Event, EventCallback, Progress};
pub use functions::{
    Call, CallContext, CallHook, CallRecord, Decision, HostCall, HostCallOutcome, HostError, HostErrorCause,
    HostFunction, HostFunctions, Journal, RecordedCall, Reply, Signature,
};
pub use mount::{Mount, MountMode};
pub use options::{Deterministic, ExecuteOptions, Install, JsonOptions, Packages, SandboxOptions, StreamCallback};
pub use package::{DownloadProgress, PackageError, PackageRequest, PackageStore, StoredPackage};
pub use result::{Display, ExecutionFailure, ExecutionResult, Frame, Metrics, PythonError, Status};
pub use stdin::{InputAnswer, InputReply, InputRequest, Stdin};
pub use value::{Column, DataFrame, Dtype, Index, Labels, Layout, NdArray, Series, Value, ValueError};

/// A JSON value in [`Display`]: the type of the crate `serde_json`, whose major version is part of this API.
pub use serde_json::Value as Json;

pub use about::About;
pub use guest::{Completeness, Completion};
pub use image::{CacheEntry, CacheFolder, CacheKind, Image, ImageInfo, ImageOptions, ImageProgress};
pub use sandbox::Sandbox;
pub use session::{FileInfo, Session};
