//! The Python wheel.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::{Profile, base_image};
use crate::{test::venv, util};

/// The largest wheel, in bytes.
const LARGEST: u64 = 25_000_000;

pub(super) fn make(profile: Profile) -> Result<()> {
    let package = util::root().join("terrarium-py");
    base_image::write(&package.join("python/terrarium"))?;
    let python = venv::ready("dist", &package.join("dist/requirements.txt"))?;
    let out = super::empty("wheel")?;
    let status = util::command(&python)
        .args([
            "-m",
            "maturin",
            "build",
            "--profile",
            profile.name,
            "--locked",
            "--strip",
            "--compression-level",
            "9",
            "--out",
        ])
        .arg(&out)
        .arg("--manifest-path")
        .arg(package.join("Cargo.toml"))
        .status()?;
    ensure!(status.success(), "maturin cannot build the wheel");
    let wheel = only_file(&out)?;
    super::measure(&wheel, profile.is_published.then_some(LARGEST))?;
    attempt(&wheel, &package.join("dist/try.py"))
}

/// Installs the wheel into a new environment, without the network, and runs the script there: twice, since the first
/// run on a machine is another than the next.
fn attempt(wheel: &Path, script: &Path) -> Result<()> {
    let place = super::empty("try-wheel")?;
    util::run_quietly(util::command(util::python()?).args(["-m", "venv"]).arg(place.join("venv")))?;
    let python = place.join("venv/bin/python");
    util::run_quietly(
        util::command(&python)
            .args(["-m", "pip", "install", "--disable-pip-version-check", "--quiet", "--no-index"])
            .arg(wheel),
    )?;
    let home = place.join("home");
    fs::create_dir(&home)?;
    for _ in 0..2 {
        let mut command = util::command(&python);
        command.arg("-I").arg(script).env_clear().env("HOME", &home).current_dir(&home);
        ensure!(command.status()?.success(), "the installed wheel does not work");
    }
    ensure!(fs::read_dir(&home)?.next().is_none(), "running plain Python must compile nothing and so write no cache");
    Ok(())
}

/// The one file in a folder.
fn only_file(folder: &Path) -> Result<PathBuf> {
    let mut paths = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    ensure!(paths.len() == 1, "`{}` holds {} files, not one", folder.display(), paths.len());
    paths.pop().context("nothing was made")
}
