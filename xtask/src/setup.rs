//! `cargo xtask setup`: fetch the pinned packages, rewrite and optimise the guest, lay out the artifacts.

mod artifacts;
mod bytecode;
mod corpus;
mod download;
mod image;
mod optimise;
mod pack;
mod pins;

use std::fs;
use std::time::Instant;

use anyhow::{Context, Result};
use terrarium_runtime::{Runtime, sha256_hex};

use crate::util;
pub(crate) use artifacts::rewrite_options;
pub(crate) use image::lay_out as bare_image;
use pins::Pins;

/// The calls of the guest that are made direct, from the workspace's root: see `cargo xtask train`.
pub(crate) const PROFILE: &str = "terrarium-runtime/profile.txt";

/// The options of set-up.
#[derive(clap::Args, Default)]
pub(crate) struct Options {
    /// Also fetch files that only the tests need
    #[arg(long)]
    pub(crate) dev: bool,
    /// Lay out the artifacts again even if they are up to date
    #[arg(long)]
    pub(crate) force: bool,
}

/// Lays out everything that is missing. Downloads and artifacts are kept, so that a second run is fast and needs no
/// network.
pub(crate) fn run(options: &Options) -> Result<()> {
    let home = util::root().join("terrarium-runtime");
    let downloads = home.join("downloads");
    let folder = home.join("artifacts");
    let pins_text = util::read(&home.join("pins.json"))?;
    let pins: Pins = serde_json::from_slice(&pins_text).context("pins.json is not valid")?;

    // The inputs of the artifacts, besides the bytes that the pins fix.
    let stamp = format!("{}\n{}\n", sha256_hex(&pins_text), artifacts::rewriter_fingerprint()?);
    let stamp_file = folder.join("stamp");
    let current = fs::read_to_string(&stamp_file).is_ok_and(|present| present == stamp)
        && Runtime::from_dir(&folder).is_ok_and(|runtime| runtime.verify().is_ok());
    if current && !options.force {
        println!("guest artifacts are up to date");
    } else {
        let start = Instant::now();
        artifacts::lay_out(&pins, &downloads, &folder)?;
        util::write(&stamp_file, stamp.as_bytes())?;
        println!("guest artifacts laid out in {:.1} s", start.elapsed().as_secs_f64());
    }
    bytecode::lay_out(&folder)?;
    if options.dev {
        corpus::lay_out(&pins, &downloads)?;
    }
    Ok(())
}
