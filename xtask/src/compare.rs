//! `cargo xtask compare`: this library and its peers do the same work on this machine, in one run, in turns, so that
//! other load affects all alike. The peers, the programs and the protocol are in `benches/compare`.

mod chart;
mod driver;
mod effort;
mod machine;
mod measure;
mod memory;
mod numbers;
mod peers;
mod report;
mod table;

use anyhow::Result;

use crate::{setup, util};

/// The extent of the comparison.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// About two minutes instead of ten; the table is shown, not kept
    #[arg(long)]
    quick: bool,
    /// Cargo's profile for this library
    #[arg(long, default_value = "bench")]
    profile: String,
}

/// Measures everything. A whole run with the profile of benchmarks writes `RESULTS.md` and `chart.svg` to
/// `benches/compare`; every other run writes to `target/xtask/compare`.
///
/// The peers need Python 3.12 or newer: see [`util::newest_python`].
pub(crate) fn run(options: &Options) -> Result<()> {
    setup::run(&setup::Options { dev: true, force: false })?;
    let peers = peers::ready(&options.profile)?;
    let effort = if options.quick { effort::QUICK } else { effort::FULL };
    let report = measure::everything(&peers, &effort, command(options))?;
    let text = table::render(&report);
    let kept = !options.quick && options.profile == "bench";
    let folder = util::root().join(if kept { "benches/compare" } else { peers::SCRATCH });
    util::write(&folder.join("RESULTS.md"), text.as_bytes())?;
    util::write(&folder.join("chart.svg"), chart::render(&report).as_bytes())?;
    println!("\n{text}\nwritten to {}", folder.display());
    Ok(())
}

/// Returns the command as a user types it.
fn command(options: &Options) -> String {
    let mut command = "cargo xtask compare".to_owned();
    if options.quick {
        command += " --quick";
    }
    if options.profile != "bench" {
        command += &format!(" --profile {}", options.profile);
    }
    command
}
