//! A run in an interpreter that starts for the run and is dropped after it.

use std::time::Instant;

use super::{
    check::check,
    execute::execute,
    packages::{packages, unready},
    setup::SandboxSetup,
    start::start,
};
use crate::{Error, ExecuteOptions, ExecutionResult, Result, engine::check_process, provision::WaitEnd};

/// Runs code in a fresh interpreter.
///
/// # Errors
/// As for [`Sandbox::execute`](crate::Sandbox::execute).
pub(crate) fn execute_fresh(setup: &SandboxSetup, code: &str, options: ExecuteOptions) -> Result<ExecutionResult> {
    let called = Instant::now();
    check_process()?;
    check(setup.options(), code, &options)?;
    let apart = match setup.apart(&options) {
        Err(Error::Cancelled) => return Ok(unready(setup, &options, WaitEnd::Cancelled, called)),
        apart => apart?,
    };
    let setup = apart.as_deref().unwrap_or(setup);
    // The preparation of a setup apart, which is once and takes seconds, is no part of the run's time.
    let begun = if apart.is_some() { Instant::now() } else { called };
    let found = match packages(setup, code, &options, begun, None)? {
        Ok(found) => found,
        Err(end) => return Ok(unready(setup, &options, end, begun)),
    };
    let with_packages = match &found {
        Some(found) => setup.with_packages(found)?,
        None => None,
    };
    // An image that does not suit the environment of this run is left out.
    let with_packages = with_packages.filter(|setup| setup.suits(&options));
    let files = match &with_packages {
        Some(_) => None,
        None => found.as_ref().map(|found| setup.lay_out(Some(&found.mounted))).transpose()?,
    };
    let first = setup;
    let setup = with_packages.as_deref().unwrap_or(setup);
    let mut live = start(setup, files)?;
    if let Some(found) = &found {
        live.packages.clone_from(&found.mounted.names);
        live.process().supplied.items.clone_from(&found.mounted.versions);
    }
    let mut result = execute(setup, &mut live, code, options, begun, false)?;
    live.finish();
    setup.note_run();
    if let (Some(found), None) = (&found, &with_packages) {
        first.make_image(found)?;
    }
    result.metrics.total = called.elapsed();
    Ok(result)
}
