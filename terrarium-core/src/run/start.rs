//! The start of a live interpreter from a sandbox's setup.

use std::{sync::Arc, time::Instant};

use super::setup::{MONOTONIC_START, SandboxSetup, nanoseconds};
use crate::{
    Result,
    engine::check_process,
    guest::{InterpreterOptions, LiveInterpreter},
};
use terrarium_unix::{
    fd::Entropy,
    syscall::{FixedClock, SystemClock},
    vfs::Vfs,
};

/// Starts an interpreter, on the files of an earlier interpreter if the caller passes them.
///
/// # Errors
/// [`Error::Start`](crate::Error::Start).
pub(crate) fn start(setup: &SandboxSetup, files: Option<Vfs>) -> Result<LiveInterpreter> {
    let started = Instant::now();
    check_process()?;
    let options = setup.options();
    let mut process = match files {
        Some(files) => setup.process_on(files)?,
        None => setup.process(),
    };
    match options.deterministic {
        Some(fixed) => {
            process.entropy = Entropy::seeded(fixed.seed);
            let clock = FixedClock::new(nanoseconds(fixed.time), MONOTONIC_START);
            process.set_clock(Arc::new(clock.clone()));
            process.sleeper = Arc::new(clock);
        }
        None => process.set_clock(Arc::new(SystemClock::starting_at(MONOTONIC_START))),
    }
    let open = setup.image().inner();
    let mut live = LiveInterpreter::resume(
        &open.snapshot,
        process,
        InterpreterOptions {
            memory: options.memory,
            value_bytes: options.value_bytes,
            grace: options.grace,
            untrusted_libraries: options.untrusted_libraries,
            lazy: setup.is_lazy(),
            real_sleep: options.deterministic.is_none(),
        },
        setup.config(),
    )?;
    live.packages = setup.package_names().to_vec();
    live.start = started.elapsed();
    Ok(live)
}
