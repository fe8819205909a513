//! `cargo xtask bench`: the benchmarks, with the artifacts they need.

use anyhow::{Result, ensure};

use crate::{setup, util};

/// The benchmarks to run.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Arguments for the benchmark programs, for example a filter
    #[arg(last = true)]
    arguments: Vec<String>,
}

/// Runs every benchmark; they are built with the release profile's optimisation.
pub(crate) fn run(options: &Options) -> Result<()> {
    // Packages are measured with the wheels of the tests.
    setup::run(&setup::Options { dev: true, ..setup::Options::default() })?;
    let mut command = util::cargo();
    command.args(["bench", "--package", "terrarium-benches", "--"]).args(&options.arguments);
    ensure!(command.status()?.success(), "the benchmarks failed");
    Ok(())
}
