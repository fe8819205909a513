//! `terrarium info`: versions and the cache folder.

use std::io;

use terrarium_core::About;

use crate::{args::InfoArgs, exit::Failure, streams};

/// Prints the information, as lines or as JSON.
///
/// # Errors
/// [`Failure`] of the installation or of the standard output.
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
