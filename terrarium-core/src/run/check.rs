//! Checks of the code and the options of a run, before its interpreter starts.

use crate::{Error, ExecuteOptions, Result, SandboxOptions, options::validate};

/// Checks the code and the options of a run against the sandbox's limits.
///
/// # Errors
/// [`Error::InvalidOption`] and [`Error::TooLarge`].
pub(crate) fn check(settings: &SandboxOptions, code: &str, options: &ExecuteOptions) -> Result<()> {
    validate::timeout("timeout", options.timeout)?;
    options.functions.check()?;
    validate::environment(options.env.iter())?;
    validate::arguments(options.args.as_deref().unwrap_or_default())?;
    let sizes = [
        ("the code", "code_bytes", settings.code_bytes, code.len()),
        ("the standard input", "file_bytes", settings.file_bytes, options.stdin.bytes.len()),
    ];
    for (what, option, limit, used) in sizes {
        if used as u64 > limit {
            return Err(Error::TooLarge { what, option, limit, used: used as u64 });
        }
    }
    Ok(())
}
