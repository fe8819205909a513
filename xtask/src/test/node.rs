//! The Node package: laid out with the addon of the workspace build, then checked, typed and tested there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::{Rows, counted, status};
use crate::util;

/// The necessary parts of the package's folder: the package itself, its tests, and the settings of the tools.
const PARTS: &[&str] = &[
    "package.json",
    "package-lock.json",
    "tsconfig.json",
    "eslint.config.mjs",
    "typedoc.config.mjs",
    ".prettierrc.json",
    ".prettierignore",
    "README.md",
    "index.js",
    "lib",
    "test",
];
/// The folder of the declarations, which the compiler makes from the JavaScript and its comments.
const TYPES: &str = "types";

/// Newer versions of Node than the machine may have, by the name of the package that contains each.
const NEWER: &[(&str, &str)] = &[("Node 22 tests", "node-22"), ("Node 26 tests", "node-26")];

/// The folder of the laid-out package.
pub(crate) fn folder() -> PathBuf {
    util::root().join("target/xtask/node-package")
}

/// Runs everything in a folder below `target`.
pub(super) fn run(rows: &mut Rows) {
    let folder = folder();
    let mut is_ready = false;
    rows.plain("Node package", || {
        lay_out(&folder)?;
        add_addon(&folder)?;
        is_ready = true;
        Ok(())
    });
    if !is_ready {
        return;
    }
    rows.plain("Node lint", || status(&mut tool(&folder, &["eslint", "."])));
    rows.plain("Node format", || status(&mut tool(&folder, &["prettier", "--check", "--log-level=warn", "."])));
    rows.plain("Node types", || types(&folder));
    // Beside the package, outside the reach of the other tools.
    rows.plain("Node reference", || status(&mut tool(&folder, &["typedoc", "--out", "../node-reference"])));
    rows.row("Node tests", || counted(&mut tests(&folder, Path::new("node"))?));
    for (name, engine) in NEWER {
        let program = folder.join("node_modules").join(engine).join("bin/node");
        rows.row(name, || counted(&mut tests(&folder, &program)?));
    }
}

/// Makes the declarations of the package's types for publishing, and returns their folder.
pub(crate) fn declarations() -> Result<PathBuf> {
    let folder = folder();
    lay_out(&folder)?;
    declare(&folder)?;
    Ok(folder.join(TYPES))
}

/// Copies the package without its addon, and installs the tools that its lock file pins unless they are there.
pub(crate) fn lay_out(folder: &Path) -> Result<()> {
    let source = util::root().join("terrarium-node");
    for part in PARTS {
        let place = folder.join(part);
        if place.is_dir() {
            // Removed files must not stay.
            fs::remove_dir_all(&place).with_context(|| format!("cannot remove `{}`", place.display()))?;
        }
        util::copy(&source.join(part), &place)?;
    }
    util::copy(&util::root().join("examples/node"), &folder.join("examples"))?;
    util::copy(&util::root().join("examples/web/express/server.mjs"), &folder.join("examples/server.mjs"))?;
    let lock = util::read(&folder.join("package-lock.json"))?;
    // Written last: without it the tools are incomplete.
    let stamp = folder.join("node_modules/.terrarium-lock.json");
    if !fs::read(&stamp).is_ok_and(|present| present == lock) {
        println!("installing the tools of terrarium-node/package-lock.json into {}", folder.display());
        util::run_quietly(util::npm().args(["ci", "--loglevel=error"]).current_dir(folder))?;
        util::write(&stamp, &lock)?;
    }
    Ok(())
}

/// Builds the addon and puts it into the package.
fn add_addon(folder: &Path) -> Result<()> {
    let addon = util::build_library("terrarium_node", "dev")?;
    // A new file: writing to a file that a process has mapped would change its code.
    util::write(&folder.join("terrarium.node"), &util::read(&addon)?)
}

/// Makes the declarations and compiles the samples against them.
fn types(folder: &Path) -> Result<()> {
    declare(folder)?;
    status(&mut tool(folder, &["tsc", "--project", "test/types"]))
}

/// Makes the declarations from the JavaScript and its comments.
fn declare(folder: &Path) -> Result<()> {
    let made = folder.join(TYPES);
    if made.is_dir() {
        fs::remove_dir_all(&made)?;
    }
    status(&mut tool(folder, &["tsc", "--project", "."]))?;
    // The compiler makes none from files that are declarations already.
    for name in ["native.d.ts", "types.d.ts"] {
        util::copy(&folder.join("lib").join(name), &made.join("lib").join(name))?;
    }
    Ok(())
}

/// Returns the command for the package's tests in that Node.
fn tests(folder: &Path, node: &Path) -> Result<Command> {
    let mut command = util::command(node);
    command.args(["--test", "--test-reporter=spec"]).current_dir(folder).env("TERRARIUM_ROOT", util::root());
    let is_test = |path: &PathBuf| path.to_string_lossy().ends_with(".test.js");
    command.args(util::walk(&folder.join("test"), &|_| false)?.into_iter().filter(is_test));
    Ok(command)
}

/// Returns the command of a tool that the lock file pins.
pub(crate) fn tool(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = util::npm();
    command.args(["exec", "--no", "--"]).args(arguments).current_dir(folder);
    command
}
