//! The npm package.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};

use super::{Profile, base_image};
use crate::{test::node, util};

/// The largest package, in bytes.
const MAX_PACKAGE_BYTES: u64 = 30_000_000;
/// The addon's name in the package.
const ADDON: &str = "terrarium.node";

pub(super) fn make(profile: Profile) -> Result<()> {
    let package = util::root().join("terrarium-node");
    let staged = super::empty("npm")?.join("package");
    // The package consists of the files that it names and of built ones.
    for name in ["package.json", "index.js", "bin", "lib"] {
        util::copy(&package.join(name), &staged.join(name))?;
    }
    util::copy(&node::declarations()?, &staged.join("types"))?;
    for name in ["LICENSE-MIT", "LICENSE-APACHE", "NOTICE"] {
        util::copy(&util::root().join(name), &staged.join(name))?;
    }
    util::copy(&util::root().join("terrarium-node/README.md"), &staged.join("README.md"))?;
    base_image::write(&staged, "terrarium-node")?;
    util::copy(&library(profile)?, &staged.join(ADDON))?;
    let _ = util::run_quietly(util::command("strip").arg("--strip-debug").arg(staged.join(ADDON)));
    let output = util::npm().args(["pack", "--silent"]).current_dir(&staged).output()?;
    ensure!(output.status.success(), "npm pack failed: {}", String::from_utf8_lossy(&output.stderr));
    let name = String::from_utf8(output.stdout)?.trim().to_owned();
    let packed = staged.join(name);
    super::measure(&packed, profile.is_published.then_some(MAX_PACKAGE_BYTES))?;
    attempt(&packed, &package.join("dist/try.mjs"))
}

/// Builds the addon. For publishing it is built alone, without features that only other parts need; for the tests it is
/// the addon that they have built.
fn library(profile: Profile) -> Result<PathBuf> {
    if !profile.is_published {
        return util::build_library("terrarium_node", profile.name);
    }
    let arguments = ["build", "--package", "terrarium-node", "--profile", profile.name, "--locked"];
    ensure!(util::cargo().args(arguments).status()?.success(), "cannot build the addon");
    Ok(super::target()?.join(profile.folder).join(library_name()))
}

/// Installs the package into an empty folder, without the network, and runs the script there. It runs twice, since the
/// first run on a machine differs from the next.
fn attempt(packed: &Path, script: &Path) -> Result<()> {
    let place = super::empty("try-npm")?;
    let (project, home) = (place.join("project"), place.join("home"));
    fs::create_dir(&project)?;
    fs::create_dir(&home)?;
    fs::write(project.join("package.json"), "{\"private\": true}\n")?;
    util::run_quietly(
        util::npm().args(["install", "--offline", "--no-audit", "--no-fund"]).arg(packed).current_dir(&project),
    )?;
    util::copy(script, &project.join("try.mjs"))?;
    for _ in 0..2 {
        let mut command = util::command("node");
        command.arg("try.mjs").env("HOME", &home).env_remove("XDG_CACHE_HOME").env_remove("TERRARIUM_CACHE_DIR");
        ensure!(command.current_dir(&project).status()?.success(), "the installed package does not work");
    }
    let program = project.join("node_modules/.bin/terrarium");
    super::attempt_command(util::command(&program).env("HOME", &home).current_dir(&project))?;
    ensure!(fs::read_dir(&home)?.next().is_none(), "running plain Python must compile nothing and so write no cache");
    Ok(())
}

fn library_name() -> &'static str {
    if cfg!(target_os = "macos") { "libterrarium_node.dylib" } else { "libterrarium_node.so" }
}
