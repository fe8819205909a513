//! The packages that the code of a run imports. Their preparation is part of the run's time.

use std::time::Instant;

use super::{check::check, setup::SandboxSetup};
use crate::{
    Error, ExecuteOptions, ExecutionResult, Metrics, Result,
    engine::{Reason, check_process},
    guest::{Answer, Outcome, conclude},
    provision::{ImportedPackages, Wait, WaitEnd},
};
use terrarium_unix::syscall::Supplied;

/// Prepares the packages that the code of a run imports, whatever time that takes.
///
/// # Errors
/// As for [`Sandbox::prepare_packages`](crate::Sandbox::prepare_packages).
pub(crate) fn prepare(setup: &SandboxSetup, code: &str) -> Result<()> {
    check_process()?;
    let options = ExecuteOptions::default();
    check(setup.options(), code, &options)?;
    let inlining = (!setup.is_lazy()).then_some(setup.is_inlined());
    let is_served = |found: &ImportedPackages| Ok(setup.with_packages(found)?.is_some());
    let found =
        setup.packages().imported(setup.options(), inlining, (code, &options), Wait::default(), None, &is_served)?;
    match found.map_err(|_| Error::Cancelled)? {
        Some(found) if setup.is_lazy() && !is_served(&found)? => setup.prepare_image(&found),
        _ => Ok(()),
    }
}

/// Returns the packages that the code of a run imports, if the run has time enough to prepare them. The run has begun
/// at `begun`. What the interpreter has installed (`supplied`) stays as it is.
///
/// # Errors
/// As for [`Sandbox::execute`](crate::Sandbox::execute).
pub(super) fn packages(
    setup: &SandboxSetup,
    code: &str,
    options: &ExecuteOptions,
    begun: Instant,
    supplied: Option<&Supplied>,
) -> Result<Result<Option<ImportedPackages>, WaitEnd>> {
    let timeout = options.timeout.or(setup.options().timeout);
    let deadline = timeout.and_then(|timeout| begun.checked_add(timeout));
    let wait = Wait { deadline, cancel: options.cancel.as_ref() };
    let installed =
        supplied.filter(|supplied| supplied.count > 0).map(|supplied| setup.installer().installed(supplied));
    // An interpreter that lives has its image already.
    let is_served = |found: &ImportedPackages| Ok(supplied.is_none() && setup.with_packages(found)?.is_some());
    let inlining = (!setup.is_lazy()).then_some(setup.is_inlined());
    setup.packages().imported(setup.options(), inlining, (code, options), wait, installed.as_ref(), &is_served)
}

/// Returns the result of a run whose packages were not ready in time.
pub(super) fn unready(setup: &SandboxSetup, options: &ExecuteOptions, end: WaitEnd, begun: Instant) -> ExecutionResult {
    let reason = match end {
        WaitEnd::Late => Reason::Timeout,
        WaitEnd::Cancelled => Reason::Cancelled,
    };
    let answer = Answer { outcome: Outcome::Stopped(reason), ..Answer::default() };
    let mut result = conclude(answer, options.timeout.or(setup.options().timeout), None);
    if let Some(error) = &mut result.error {
        let hint =
            ": its packages are still being compiled for their first use; `prepare_packages` does that before a run";
        error.traceback = format!("{}{hint}\n", error.traceback.trim_end());
        error.message += hint;
    }
    result.metrics = Metrics { total: begun.elapsed(), image: setup.image().info().name.clone(), ..Metrics::default() };
    result
}
