//! Virtual environments for the Python tools that the tests need, from pinned requirements.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::util;

/// Returns the Python of the environment `name`, which contains exactly the packages that the requirements file pins.
/// It is made anew when the file changes; otherwise it is used unchanged, without the network.
pub(crate) fn ready(name: &str, requirements: &Path) -> Result<PathBuf> {
    ready_for(&util::python()?, name, requirements)
}

/// Returns such an environment for another base Python, whose version belongs into the name.
pub(crate) fn ready_for(base: &Path, name: &str, requirements: &Path) -> Result<PathBuf> {
    let pinned = util::read(requirements)?;
    let folder = util::root().join("target/xtask/venv").join(name);
    let python = folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    // Written last: without it the environment is incomplete.
    let stamp = folder.join("requirements.txt");
    let works = || util::run_quietly(util::command(&python).args(["-m", "pip", "--version"])).is_ok();
    if fs::read(&stamp).is_ok_and(|present| present == pinned) && works() {
        return Ok(python);
    }
    println!("installing the tools of {} into {}", requirements.display(), folder.display());
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("cannot remove `{}`", folder.display()))?;
    }
    util::run_quietly(util::command(base).args(["-m", "venv"]).arg(&folder))?;
    util::run_quietly(
        util::command(&python)
            .args(["-m", "pip", "install", "--disable-pip-version-check", "--quiet"])
            .args(["--require-hashes", "--only-binary=:all:", "--requirement"])
            .arg(requirements),
    )?;
    util::write(&stamp, &pinned)?;
    Ok(python)
}
