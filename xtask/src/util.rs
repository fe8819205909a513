//! Utilities of several commands: the workspace's folders, child processes, writing files.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

/// The workspace's root folder.
pub(crate) fn root() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask).to_owned()
}

/// Returns a command that runs in the workspace's root, without the variables that Cargo sets for a program that it
/// runs. Nested calls of Cargo would otherwise see other values than a user's own calls, and build again.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_")
            || text.starts_with("CARGO_MANIFEST_")
            || matches!(&*text, "CARGO_BIN_NAME" | "CARGO_CRATE_NAME" | "CARGO_PRIMARY_PACKAGE")
        {
            command.env_remove(&name);
        }
    }
    command
}

/// Returns the Cargo that runs this program.
pub(crate) fn cargo() -> Command {
    command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Builds a program of the workspace and returns its path. All members are selected for a single program, so that its
/// dependencies have the same features as in the tests and are built once.
pub(crate) fn build(program: &str, profile: &str) -> Result<PathBuf> {
    let output = cargo()
        .args(["build", "--workspace", "--exclude", "xtask", "--bin", program, "--profile", profile])
        .arg("--message-format=json-render-diagnostics")
        .stderr(Stdio::inherit())
        .output()?;
    ensure!(output.status.success(), "cannot build the `{program}` program");
    let messages = String::from_utf8_lossy(&output.stdout);
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["target"]["name"] == program)
        .find_map(|message| Some(message["executable"].as_str()?.into()))
        .with_context(|| format!("cargo does not say where the `{program}` program is"))
}

/// Builds the workspace and returns the path of the dynamic library of one crate. All members are selected, as in
/// [`build`].
pub(crate) fn build_library(name: &str, profile: &str) -> Result<PathBuf> {
    let output = cargo()
        .args(["build", "--workspace", "--exclude", "xtask", "--profile", profile])
        .arg("--message-format=json-render-diagnostics")
        .stderr(Stdio::inherit())
        .output()?;
    ensure!(output.status.success(), "cannot build the workspace");
    let messages = String::from_utf8_lossy(&output.stdout);
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["reason"] == "compiler-artifact" && message["target"]["name"] == name)
        .find_map(|message| Some(message["filenames"][0].as_str()?.into()))
        .with_context(|| format!("cargo does not say where the library `{name}` is"))
}

/// Returns the npm client; on Windows it is a script that needs its extension.
pub(crate) fn npm() -> Command {
    command(if cfg!(windows) { "npm.cmd" } else { "npm" })
}

/// Returns Python 3.11 or newer: the program that the variable `PYTHON` names, or the one on the path.
pub(crate) fn python() -> Result<PathBuf> {
    let named = std::env::var_os("PYTHON").map(PathBuf::from);
    let candidates = match named {
        Some(program) => vec![program],
        None => ["python3", "python"].map(PathBuf::from).to_vec(),
    };
    let test = "import sys; sys.exit(sys.version_info < (3, 11))";
    for program in &candidates {
        if let Ok(output) = command(program).args(["-c", test]).output()
            && output.status.success()
        {
            return Ok(program.clone());
        }
    }
    bail!("no Python 3.11 or newer on the path; install one or name it in the variable PYTHON")
}

/// Returns the Python that `PYTHON` names, or the newest of this machine, with its version as `3.14`: those on the path
/// and those that pyenv keeps. One that is newer than the guest's is left out, because the packages differ there.
pub(crate) fn newest_python() -> Option<(PathBuf, String)> {
    let candidates = match std::env::var_os("PYTHON") {
        Some(named) => vec![PathBuf::from(named)],
        None => {
            let usual = ["python3.14", "python3.13", "python3.12", "python3", "python"].map(PathBuf::from);
            usual.into_iter().chain(pyenv_pythons()).collect()
        }
    };
    let versions = candidates.into_iter().filter_map(|program| Some((python_minor(&program)?, program)));
    // Of equal ones the first, which the path has.
    let (minor, program) = versions.rev().max_by_key(|(minor, _)| *minor)?;
    Some((program, format!("3.{minor}")))
}

/// Returns the version of a Python after the `3.`, if the guest's is not older.
fn python_minor(program: &Path) -> Option<u32> {
    let code = "import sys; print('%d.%d' % sys.version_info[:2])";
    let output = command(program).args(["-c", code]).output().ok()?;
    let version = String::from_utf8(output.stdout).ok()?;
    let minor = version.trim().strip_prefix("3.")?.parse().ok()?;
    (output.status.success() && minor <= 14).then_some(minor)
}

/// Returns the Pythons that pyenv keeps beside those on the path.
fn pyenv_pythons() -> Vec<PathBuf> {
    let root = std::env::var_os("PYENV_ROOT").map(PathBuf::from);
    let root = root.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".pyenv")));
    let listed = root.and_then(|root| fs::read_dir(root.join("versions")).ok());
    let entries = listed.into_iter().flatten().filter_map(Result::ok);
    entries.map(|entry| entry.path().join("bin/python3")).filter(|program| program.is_file()).collect()
}

/// Runs a command to its end; a failure contains its output.
pub(crate) fn run_quietly(command: &mut Command) -> Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output =
        command.output().with_context(|| format!("cannot start `{name}`; is it installed and on the path?"))?;
    if !output.status.success() {
        let text = [output.stdout, output.stderr].concat();
        bail!("`{name}` failed ({}):\n{}", output.status, String::from_utf8_lossy(&text).trim());
    }
    Ok(())
}

/// Writes a file so that a reader sees the old or the new content, never a part. A file with this content is left
/// untouched, so that nothing is built again because of it.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    if fs::read(path).is_ok_and(|present| present == bytes) {
        return Ok(());
    }
    let attempt = || -> io::Result<()> {
        let folder = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let part = folder.join(format!(".{name}.{}", std::process::id()));
        fs::write(&part, bytes)?;
        fs::rename(&part, path)
    };
    attempt().with_context(|| format!("cannot write `{}`", path.display()))
}

/// Copies a file, or a folder with its content.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
    if !from.is_dir() {
        return write(to, &read(from)?);
    }
    for file in walk(from, &|_| true)? {
        write(&to.join(file.strip_prefix(from)?), &read(&file)?)?;
    }
    Ok(())
}

/// Reads a file; errors name it.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))
}

/// Returns all files below a folder, sorted; folders that `enter` refuses are skipped.
pub(crate) fn walk(folder: &Path, enter: &dyn Fn(&Path) -> bool) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).with_context(|| format!("cannot list `{}`", folder.display()))?;
        for entry in entries {
            let entry = entry?;
            let kind = entry.file_type()?;
            let path = entry.path();
            if kind.is_file() {
                files.push(path);
            } else if kind.is_dir() && enter(&path) {
                folders.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}
