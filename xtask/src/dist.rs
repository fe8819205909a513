//! `cargo xtask dist`: makes what is published, holds it against its limits, and tries it as a new user would: installed
//! in an empty place, without Rust, without the network and without a cache.

mod addon;
mod artifacts;
mod base_image;
mod wheel;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::ValueEnum;
use serde_json::Value;

use crate::{setup, util};

/// What is to be made.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The parts to make; all of them by default
    parts: Vec<Part>,
}

/// Something that is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// The crate of the guest's artifacts.
    Crate,
    /// The Python wheel.
    Wheel,
    /// The npm package.
    Npm,
}

/// Makes the chosen parts.
pub(crate) fn run(options: &Options) -> Result<()> {
    let wanted = |part| options.parts.is_empty() || options.parts.contains(&part);
    setup::run(&setup::Options::default())?;
    if wanted(Part::Crate) {
        artifacts::make()?;
    }
    if wanted(Part::Wheel) {
        wheel::make()?;
    }
    if wanted(Part::Npm) {
        addon::make()?;
    }
    Ok(())
}

/// Where what is made lies.
fn folder() -> PathBuf {
    util::root().join("target/xtask/dist")
}

/// Cargo's folder of built things.
fn target() -> Result<PathBuf> {
    let output = util::cargo().args(["metadata", "--no-deps", "--format-version", "1"]).output()?;
    let metadata: Value = serde_json::from_slice(&output.stdout).context("cargo gave no metadata")?;
    let folder = metadata["target_directory"].as_str().context("cargo names no target folder")?;
    Ok(folder.into())
}

/// Tells the size of a file, and fails where it is beyond the limit.
fn measure(path: &Path, limit: u64) -> Result<()> {
    let bytes = fs::metadata(path).with_context(|| format!("cannot find `{}`", path.display()))?.len();
    println!("{}: {bytes} bytes", path.display());
    ensure!(bytes <= limit, "`{}` has {bytes} bytes, the limit is {limit}", path.display());
    Ok(())
}

/// An empty folder below the folder of what is made.
fn empty(name: &str) -> Result<PathBuf> {
    let path = folder().join(name);
    if path.exists() {
        fs::remove_dir_all(&path).with_context(|| format!("cannot empty `{}`", path.display()))?;
    }
    fs::create_dir_all(&path).with_context(|| format!("cannot make `{}`", path.display()))?;
    Ok(path)
}
