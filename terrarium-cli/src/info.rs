//! `terrarium info`: versions and places.

use std::io;

use serde::Serialize;
use terrarium_runtime::Runtime;

use crate::{args::InfoArgs, exit::Failure, streams};

/// What this program is made of.
#[derive(Serialize)]
pub(crate) struct About {
    terrarium: &'static str,
    /// The version of Python.
    pub(crate) python: String,
    distribution: String,
    abi: String,
    platform: String,
    target: String,
}

impl About {
    /// From the artifacts' manifest.
    ///
    /// # Errors
    /// [`Failure::Fault`], when they are damaged.
    pub(crate) fn new() -> Result<Self, Failure> {
        let runtime = Runtime::bundled().map_err(|error| Failure::Fault(error.to_string()))?;
        let guest = runtime.manifest().guest.clone();
        Ok(Self {
            terrarium: env!("CARGO_PKG_VERSION"),
            python: guest.python,
            distribution: format!("{} {}", guest.name, guest.version),
            abi: guest.abi,
            platform: guest.platform,
            target: format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS),
        })
    }
}

/// Print it, as lines or as JSON.
///
/// # Errors
/// [`Failure`] as for [`About::new`], or of the standard output.
pub(crate) fn print(args: &InfoArgs) -> Result<i32, Failure> {
    let about = serde_json::to_value(About::new()?).map_err(|error| Failure::Fault(error.to_string()))?;
    let text = match about.as_object() {
        Some(lines) if !args.json => {
            lines.iter().map(|(name, value)| format!("{name:14}{}\n", value.as_str().unwrap_or("-"))).collect()
        }
        _ => format!("{about:#}\n"),
    };
    streams::write(io::stdout().lock(), text.as_bytes()).map_err(|error| Failure::output(&error))?;
    Ok(0)
}
