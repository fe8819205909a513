//! `cargo xtask dist`: packs the crate of the guest's artifacts and holds it against the registry's limit.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::{setup, util};

/// The largest crate that the registry takes, in bytes.
const MAX_CRATE_BYTES: u64 = 10_000_000;

/// Packs the crate as publishing would and measures it.
pub(crate) fn run() -> Result<()> {
    setup::run(&setup::Options::default())?;
    // The artifacts are not under version control, which is what `--allow-dirty` is about.
    let arguments = ["package", "--package", "terrarium-runtime", "--no-verify", "--allow-dirty"];
    ensure!(util::cargo().args(arguments).status()?.success(), "cannot pack terrarium-runtime");
    let version = env!("CARGO_PKG_VERSION");
    let packed = target()?.join(format!("package/terrarium-runtime-{version}.crate"));
    let bytes = fs::metadata(&packed).with_context(|| format!("cannot find `{}`", packed.display()))?.len();
    println!("{}: {bytes} bytes", packed.display());
    ensure!(bytes <= MAX_CRATE_BYTES, "the packed crate has {bytes} bytes, the limit is {MAX_CRATE_BYTES}");
    Ok(())
}

/// Cargo's folder of built things.
fn target() -> Result<PathBuf> {
    let output = util::cargo().args(["metadata", "--no-deps", "--format-version", "1"]).output()?;
    let metadata: Value = serde_json::from_slice(&output.stdout).context("cargo gave no metadata")?;
    let folder = metadata["target_directory"].as_str().context("cargo names no target folder")?;
    Ok(folder.into())
}
