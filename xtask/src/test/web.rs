//! The example servers: the same program starts each of them and sends it HTTP requests.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use super::{Rows, node, python, status, venv};
use crate::util;

/// Where the examples are, below the root.
const EXAMPLES: &str = "examples/web";

/// Checks all of them.
pub(super) fn run(rows: &mut Rows) {
    rows.plain("FastAPI example", fastapi);
    rows.plain("Express example", express);
    rows.plain("axum example", || status(&mut axum()));
}

fn examples() -> PathBuf {
    util::root().join(EXAMPLES)
}

/// Returns the program that starts a server and tests it.
fn check() -> Result<Command> {
    let mut command = util::command(util::python()?);
    command.arg(examples().join("check.py"));
    Ok(command)
}

fn fastapi() -> Result<()> {
    let folder = examples().join("fastapi");
    let tools = venv::ready("fastapi", &folder.join("requirements.txt"))?;
    let package = util::root().join("target/xtask/python-package");
    python::lay_out(&package, "dev")?;
    let mut command = check()?;
    command.arg(tools).args(["-m", "uvicorn", "app:app", "--port=0", "--app-dir"]).arg(folder);
    status(command.env("PYTHONPATH", package).env("PYTHONDONTWRITEBYTECODE", "1"))
}

fn express() -> Result<()> {
    let package = node::folder();
    node::lay_out(&package)?;
    let folder = util::root().join("target/xtask/express");
    util::copy(&examples().join("express/server.mjs"), &folder.join("server.mjs"))?;
    let lock = util::read(&examples().join("express/package-lock.json"))?;
    // Written last: without it the folder is incomplete.
    let stamp = folder.join("node_modules/.terrarium-lock.json");
    if !fs::read(&stamp).is_ok_and(|present| present == lock) {
        for name in ["package.json", "package-lock.json"] {
            util::copy(&examples().join("express").join(name), &folder.join(name))?;
        }
        util::run_quietly(util::npm().args(["ci", "--loglevel=error"]).current_dir(&folder))?;
        link(&package, &folder.join("node_modules/terrarium"))?;
        util::write(&stamp, &lock)?;
    }
    status(check()?.arg("node").arg(folder.join("server.mjs")))
}

/// Links the package, as `npm link` does; `npm install` of a folder would fetch its tools too.
fn link(package: &Path, place: &Path) -> Result<()> {
    #[cfg(unix)]
    std::os::unix::fs::symlink(package, place)?;
    #[cfg(windows)]
    std::os::windows::fs::symlink_dir(package, place)?;
    Ok(())
}

/// Checks this example with the compiler; it does not run. With axum in the workspace, shared dependencies would have
/// more features, and every build of the engine alone would repeat it.
fn axum() -> Command {
    let mut command = util::cargo();
    // Not `--locked`: a new dependency of the core belongs into this lock file too, and Cargo adds it.
    command.args(["clippy", "--no-deps", "--target-dir", "target", "--manifest-path"]);
    command.arg(examples().join("axum/Cargo.toml")).args(["--", "--deny", "warnings"]);
    command
}
