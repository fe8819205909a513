//! The Python package: laid out from the workspace's build, checked and tested in a virtual environment.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::{Rows, counted, module, status, venv};
use crate::util;

/// The crate's folder.
const FOLDER: &str = "terrarium-py";
/// The native module's crate, as Cargo names it.
const LIBRARY: &str = "_native";
/// The examples and pages that the tools check too.
const BESIDE: [&str; 3] = ["../examples/python", "../examples/web", "../docs"];
/// A permitted warning of `pdoc`: the constructor of a `NamedTuple` does not know the module of its class.
pub(crate) const PDOC_WARNINGS: &str = "error,ignore:Error parsing type annotation ForwardRef";

/// Runs the checks and tests of the package, with the tools that its requirements pin.
pub(super) fn run(rows: &mut Rows) {
    let folder = util::root().join(FOLDER);
    let mut python = None;
    rows.plain("python tools", || {
        python = Some(venv::ready("python", &folder.join("requirements-dev.txt"))?);
        Ok(())
    });
    let mut package = None;
    rows.plain("python package", || {
        let root = util::root().join("target/xtask/python-package");
        lay_out(&root, "dev")?;
        package = Some(root);
        Ok(())
    });
    let (Some(python), Some(package)) = (python, package) else { return };
    let tool = |arguments: &[&str]| {
        let mut command = module(&python, &folder, arguments);
        command.env("PYTHONPATH", &package).env("PYTHONDONTWRITEBYTECODE", "1");
        command
    };
    rows.plain("python ruff", || status(tool(&["ruff", "check", "."]).args(BESIDE)));
    rows.plain("python format", || status(tool(&["ruff", "format", "--check", "."]).args(BESIDE)));
    rows.plain("python mypy", || status(&mut tool(&["mypy"])));
    rows.plain("python pyright", || status(&mut tool(&["basedpyright"])));
    rows.plain("python stubs", || status(tool(&["mypy.stubtest", "terrarium._native"]).env_remove("MYPYPATH")));
    rows.plain("python reference", || {
        let out = util::root().join("target/xtask/python-reference");
        let mut command = tool(&["pdoc", "terrarium", "--output-directory"]);
        status(command.arg(out).env("PYTHONWARNINGS", PDOC_WARNINGS))
    });
    rows.row("python tests", || counted(&mut tool(&["pytest"])));
}

/// Puts the package into the folder `root` as it would be installed.
pub(crate) fn lay_out(root: &Path, profile: &str) -> Result<()> {
    let library = util::build_library(LIBRARY, profile)?;
    if root.exists() {
        fs::remove_dir_all(root).with_context(|| format!("cannot remove `{}`", root.display()))?;
    }
    let source = util::root().join(FOLDER).join("python");
    let is_source = |path: &Path| !path.ends_with("__pycache__");
    // `dist` leaves its image there, which would be used in place of an image for this machine.
    for path in util::walk(&source, &is_source)?.into_iter().filter(|path| !path.ends_with("base.timg")) {
        util::write(&root.join(path.strip_prefix(&source)?), &util::read(&path)?)?;
    }
    let name = if cfg!(windows) { "_native.pyd" } else { "_native.abi3.so" };
    let place = root.join("terrarium").join(name);
    fs::copy(&library, &place).with_context(|| format!("cannot copy `{}`", library.display()))?;
    Ok(())
}
