//! [`About`]: the versions of the library's parts, and its default cache folder.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::{Result, cache::default_cache_dir, engine, provision};

/// The versions of the library and of its parts, for people and for bug reports.
///
/// ```
/// # fn main() -> terrarium_core::Result<()> {
/// let about = terrarium_core::About::new()?;
/// assert!(about.python.starts_with("3.14."));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct About {
    /// The version of this library.
    pub terrarium: String,
    /// The version of Python.
    pub python: String,
    /// The distribution that the interpreter comes from, with its version.
    pub distribution: String,
    /// The version of the binary interface for compiled packages.
    pub abi: String,
    /// The platform tag of the wheels that the interpreter can load (PEP 783).
    pub platform: String,
    /// The WebAssembly engine, with its version.
    pub engine: String,
    /// The host's architecture and system.
    pub target: String,
    /// The default cache folder, used unless [`SandboxOptions::cache_dir`](crate::SandboxOptions::cache_dir) names
    /// another; `None` if the environment names none.
    pub cache_dir: Option<PathBuf>,
}

impl About {
    /// Collects the versions from the guest's artifacts, and the cache folder from the environment.
    ///
    /// # Errors
    /// [`Error::Artifacts`](crate::Error::Artifacts), when the artifacts are damaged.
    pub fn new() -> Result<Self> {
        let guest = provision::runtime()?.manifest().guest.clone();
        Ok(Self {
            terrarium: env!("CARGO_PKG_VERSION").to_owned(),
            python: guest.python,
            distribution: format!("{} {}", guest.name, guest.version),
            abi: guest.abi,
            platform: guest.platform,
            engine: format!("wasmtime {}", engine::VERSION),
            target: format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS),
            cache_dir: default_cache_dir(),
        })
    }
}
