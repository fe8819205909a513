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
    /// As the tests are built, which is faster and larger: the sizes are not held against their limits
    #[arg(long)]
    dev: bool,
}

/// How libraries are built.
#[derive(Clone, Copy)]
struct Profile {
    /// As Cargo names it.
    name: &'static str,
    /// Its folder in the folder of built things.
    folder: &'static str,
    /// Whether what it makes is published.
    is_published: bool,
}

impl Profile {
    const DEV: Self = Self { name: "dev", folder: "debug", is_published: false };
    const RELEASE: Self = Self { name: "release", folder: "release", is_published: true };
}

/// Something that is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// The crate of the guest's artifacts.
    Crate,
    /// The Python wheel.
    Wheel,
    /// The npm package.
    Npm,
}

/// Makes the chosen parts.
pub(crate) fn run(options: &Options) -> Result<()> {
    let wanted = |part: &Part| options.parts.is_empty() || options.parts.contains(part);
    setup::run(&setup::Options::default())?;
    let profile = if options.dev { Profile::DEV } else { Profile::RELEASE };
    Part::value_variants().iter().filter(|part| wanted(part)).try_for_each(|part| part.make(profile))
}

impl Part {
    /// As the tests are built: all but the size is as it is published.
    pub(crate) fn make_for_tests(self) -> Result<()> {
        self.make(Profile::DEV)
    }

    fn make(self, profile: Profile) -> Result<()> {
        match self {
            Self::Crate => artifacts::make(),
            Self::Wheel => wheel::make(profile),
            Self::Npm => addon::make(profile),
        }
    }
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
fn measure(path: &Path, limit: Option<u64>) -> Result<()> {
    let bytes = fs::metadata(path).with_context(|| format!("cannot find `{}`", path.display()))?.len();
    println!("{}: {bytes} bytes", path.display());
    if let Some(limit) = limit {
        ensure!(bytes <= limit, "`{}` has {bytes} bytes, the limit is {limit}", path.display());
    }
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
