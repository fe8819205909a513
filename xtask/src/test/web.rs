//! The examples of servers: each is started and asked over HTTP by the same program.

use std::fs;
use std::path::PathBuf;
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
    rows.plain("axum example", axum);
}

fn examples() -> PathBuf {
    util::root().join(EXAMPLES)
}

/// The program that starts a server and asks it.
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
    // Written last: without it the folder is not whole.
    let stamp = folder.join("node_modules/.terrarium-lock.json");
    if !fs::read(&stamp).is_ok_and(|present| present == lock) {
        for name in ["package.json", "package-lock.json"] {
            util::copy(&examples().join("express").join(name), &folder.join(name))?;
        }
        util::run_quietly(util::npm().args(["ci", "--loglevel=error"]).current_dir(&folder))?;
        let install = ["install", "--no-save", "--no-package-lock", "--offline", "--loglevel=error"];
        util::run_quietly(util::npm().args(install).arg(&package).current_dir(&folder))?;
        util::write(&stamp, &lock)?;
    }
    status(check()?.arg("node").arg(folder.join("server.mjs")))
}

fn axum() -> Result<()> {
    let server = util::build("terrarium-example-axum", "dev")?;
    status(check()?.arg(server))
}
