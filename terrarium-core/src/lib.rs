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
//! A [`Sandbox`] runs each piece of code in a fresh interpreter; a [`Session`] keeps one. Whatever the code does ends
//! as an [`ExecutionResult`] with a [`Status`]; an [`Error`] is for the host's own faults. [`SandboxOptions`] holds
//! the limits, all of which have defaults.

#[cfg(all(feature = "runtime", not(target_os = "linux")))]
compile_error!("terrarium runs on Linux: how guests are stopped and used again is made for its kernel");

#[doc(hidden)]
pub mod abi;
#[doc(hidden)]
pub mod fd;
#[doc(hidden)]
pub mod link;
#[doc(hidden)]
pub mod memory;
#[doc(hidden)]
pub mod rewrite;
#[doc(hidden)]
pub mod syscall;
#[doc(hidden)]
pub mod vfs;

#[cfg(feature = "runtime")]
mod bytes;
#[cfg(feature = "runtime")]
mod cancel;
#[cfg(feature = "runtime")]
mod error;
#[cfg(feature = "runtime")]
mod limits;
#[cfg(feature = "runtime")]
mod options;
#[cfg(feature = "runtime")]
mod output;
#[cfg(feature = "runtime")]
mod package;
#[cfg(feature = "runtime")]
mod value;

#[cfg(feature = "runtime")]
mod about;
#[cfg(feature = "runtime")]
mod base;
#[cfg(feature = "runtime")]
mod bytecode;
#[cfg(feature = "runtime")]
mod conclude;
#[cfg(feature = "runtime")]
mod engine;
#[cfg(feature = "runtime")]
mod guest;
#[cfg(feature = "runtime")]
pub mod guide;
#[cfg(feature = "runtime")]
mod hint;
#[cfg(feature = "runtime")]
mod image;
#[cfg(feature = "runtime")]
mod packages;
#[cfg(feature = "runtime")]
mod path;
#[cfg(feature = "runtime")]
mod plan;
#[cfg(feature = "runtime")]
mod run;
#[cfg(feature = "runtime")]
mod sandbox;
#[cfg(feature = "runtime")]
mod session;
#[cfg(feature = "runtime")]
#[doc(hidden)]
pub mod training;

#[cfg(feature = "runtime")]
pub use bytes::Bytes;
#[cfg(feature = "runtime")]
pub use cancel::CancelHandle;
#[cfg(feature = "runtime")]
pub use error::{Error, ErrorDetails, FileOperation, OptionProblem, Result};
#[cfg(feature = "runtime")]
pub use options::{Deterministic, ExecuteOptions, JsonOptions, Packages, SandboxOptions, StreamCallback};
#[cfg(feature = "runtime")]
pub use output::{Display, ExecutionFailure, ExecutionResult, Frame, Metrics, PythonError, Status};
#[cfg(feature = "runtime")]
pub use package::{DownloadProgress, PackageError, PackageStore, StoredPackage};
#[cfg(feature = "runtime")]
pub use value::{DataFrame, NdArray, Value, ValueError};

/// A JSON value in [`Display`]: the type of the crate `serde_json`, whose major version is part of this API.
#[cfg(feature = "runtime")]
pub use serde_json::Value as Json;

#[cfg(feature = "runtime")]
pub use about::About;
#[cfg(feature = "runtime")]
pub use guest::{Completeness, Completion};
#[cfg(feature = "runtime")]
pub use image::{Image, ImageInfo, ImageOptions, ImageProgress};
#[cfg(feature = "runtime")]
pub use sandbox::Sandbox;
#[cfg(feature = "runtime")]
pub use session::{FileInfo, Session};
