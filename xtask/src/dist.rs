//! `cargo xtask dist`: makes the published packages, checks their sizes, and tries them as a new user would: installed
//! in an empty place, without Rust, without the network and without a cache.

mod addon;
mod artifacts;
mod base_image;
mod ready;
mod wheel;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::ValueEnum;
use serde_json::Value;

use crate::{setup, util};

/// The parts to make.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The parts to make; all of them by default
    parts: Vec<Part>,
    /// Build like the tests, which is faster; the files are larger, so their sizes are not checked
    #[arg(long)]
    dev: bool,
}

/// The build of libraries.
#[derive(Clone, Copy)]
struct Profile {
    /// The profile's name in Cargo.
    name: &'static str,
    /// Its folder in the build folder.
    folder: &'static str,
    /// Whether its results are published.
    is_published: bool,
}

impl Profile {
    const DEV: Self = Self { name: "dev", folder: "debug", is_published: false };
    const RELEASE: Self = Self { name: "release", folder: "release", is_published: true };
}

/// A published package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// The crates of the guest's artifacts and of the bare image.
    Crate,
    /// The Python wheel.
    Wheel,
    /// The npm package.
    Npm,
    /// Ready images, as a wheel and as an npm package.
    Image,
    /// The name of the images: those of `image`.
    Science,
}

/// Makes the chosen parts.
pub(crate) fn run(options: &Options) -> Result<()> {
    let named = |part| options.parts.contains(&part);
    ensure!(
        named(Part::Image) || !named(Part::Science),
        "`science` is the name of images: cargo xtask dist image science"
    );
    let wanted = |part: &Part| options.parts.is_empty() || options.parts.contains(part);
    setup::run(&setup::Options::default())?;
    let profile = if options.dev { Profile::DEV } else { Profile::RELEASE };
    Part::value_variants().iter().filter(|part| wanted(part)).try_for_each(|part| part.make(profile))
}

impl Part {
    /// Makes the part like the tests: everything but the size is as in publishing.
    pub(crate) fn make_for_tests(self) -> Result<()> {
        self.make(Profile::DEV)
    }

    fn make(self, profile: Profile) -> Result<()> {
        match self {
            Self::Crate => artifacts::make(),
            Self::Wheel => wheel::make(profile),
            Self::Npm => addon::make(profile),
            Self::Image => ready::make(profile),
            Self::Science => Ok(()),
        }
    }
}

/// Returns the folder of the results.
fn folder() -> PathBuf {
    util::root().join("target/xtask/dist")
}

/// Returns Cargo's build folder.
fn target() -> Result<PathBuf> {
    let output = util::cargo().args(["metadata", "--no-deps", "--format-version", "1"]).output()?;
    let metadata: Value = serde_json::from_slice(&output.stdout).context("cargo gave no metadata")?;
    let folder = metadata["target_directory"].as_str().context("cargo names no target folder")?;
    Ok(folder.into())
}

/// Prints the size of a file, and fails if it exceeds the limit.
fn measure(path: &Path, limit: Option<u64>) -> Result<()> {
    let bytes = fs::metadata(path).with_context(|| format!("cannot find `{}`", path.display()))?.len();
    println!("{}: {bytes} bytes", path.display());
    if let Some(limit) = limit {
        ensure!(bytes <= limit, "`{}` has {bytes} bytes, the limit is {limit}", path.display());
    }
    Ok(())
}

/// Runs a program with the command that a package has installed, and compares what it prints.
fn attempt_command(program: &mut std::process::Command) -> Result<()> {
    let output = program.args(["run", "-c", "import sys; print('command', sys.argv[1:])", "x"]).output()?;
    let printed = String::from_utf8_lossy(&output.stdout);
    let failed = || format!("the command `terrarium` does not work: {}", String::from_utf8_lossy(&output.stderr));
    ensure!(output.status.success() && printed == "command ['x']\n", "{}", failed());
    Ok(())
}

/// Makes an empty folder in the folder of the results.
fn empty(name: &str) -> Result<PathBuf> {
    let path = folder().join(name);
    if path.exists() {
        fs::remove_dir_all(&path).with_context(|| format!("cannot empty `{}`", path.display()))?;
    }
    fs::create_dir_all(&path).with_context(|| format!("cannot make `{}`", path.display()))?;
    Ok(path)
}
