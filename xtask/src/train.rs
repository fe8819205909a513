//! `cargo xtask train`: runs the training programs in a build of the guest that counts its calls, and writes the calls
//! that are worth making direct. Set-up applies that profile to the guest.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use terrarium_runtime::sha256_hex;
use terrarium_wasm::rewrite::{CALL_COUNTS_EXPORT, CallProfile, call_counts, rewrite};

use crate::{setup, util};

/// The folder of the training programs.
const PROGRAMS: &str = "benches/training";
/// The folder of the training build and its counters.
const SCRATCH: &str = "target/xtask/train";

/// The thresholds of the profile.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The least share of all calls that a function has at its call site
    #[arg(long, default_value_t = 0.000_03)]
    of_all: f64,
    /// The least share of the calls at its call site
    #[arg(long, default_value_t = 0.02)]
    of_site: f64,
    /// Choose anew from the counters of the last run
    #[arg(long)]
    again: bool,
}

/// Trains and writes the profile.
pub(crate) fn run(options: &Options) -> Result<()> {
    setup::run(&setup::Options::default())?;
    let scratch = util::root().join(SCRATCH);
    let guest = util::read(&util::root().join("terrarium-runtime/downloads/pyodide.asm.wasm"))?;
    let programs = util::walk(&util::root().join(PROGRAMS), &|_| false)?;
    if !options.again {
        count(&guest, &programs, &scratch)?;
    }
    let counters = |program: &PathBuf| -> Result<_> {
        let memory = util::read(&scratch.join(program.file_name().context("a program without a name")?))?;
        Ok(call_counts(&guest, &memory)?)
    };
    let counts = programs.iter().map(counters).collect::<Result<Vec<_>>>()?;
    let profile = CallProfile::choose(sha256_hex(&guest), &counts, options.of_all, options.of_site);
    let head =
        "# Calls of the guest that set-up makes direct, written by `cargo xtask train`: function, call, table slots.\n";
    util::write(&util::root().join(setup::PROFILE), format!("{head}{profile}").as_bytes())?;
    let functions: usize = profile.slots.values().map(Vec::len).sum();
    println!("{}: {} places call {functions} functions", setup::PROFILE, profile.slots.len());
    Ok(())
}

/// Runs the programs in a training build; its counters after each are written to `scratch`.
fn count(guest: &[u8], programs: &[PathBuf], scratch: &std::path::Path) -> Result<()> {
    if scratch.exists() {
        fs::remove_dir_all(scratch)?;
    }
    let module = scratch.join("training.wasm");
    let options = terrarium_wasm::rewrite::RewriteOptions { count_calls: true, ..setup::rewrite_options() };
    util::write(&module, &rewrite(guest, &options).context("cannot write the training build")?)?;
    let mut command = util::command(util::build("terrarium-train", "dev")?);
    command.arg(&module).arg(CALL_COUNTS_EXPORT).arg(scratch).args(programs);
    ensure!(command.status()?.success(), "the training failed");
    Ok(())
}
