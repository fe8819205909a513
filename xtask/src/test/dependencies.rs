//! The licences, versions and sources of the dependencies, checked by `cargo deny` against `deny.toml`.

use std::{ffi::OsString, path::Path};

use anyhow::{Context, Result, ensure};

use crate::util;

/// The version of cargo-deny. It is installed below `target` where the machine has no or another version.
const VERSION: &str = "0.20.2";
const FOLDER: &str = "target/xtask/cargo-deny";
/// The checks that need no database from the network; `cargo deny check advisories` needs one.
const CHECKS: &[&str] = &["licenses", "bans", "sources"];

/// Fails where a dependency breaks a rule of `deny.toml`.
pub(super) fn check() -> Result<()> {
    let program = program()?;
    let mut command = util::command(&program);
    command.args(["--locked", "check", "--hide-inclusion-graph", "--deny", "warnings"]).args(CHECKS);
    util::run_quietly(&mut command)?;
    println!("dependencies: {} hold", CHECKS.join(", "));
    Ok(())
}

/// Returns the program, which is built on its first use.
fn program() -> Result<OsString> {
    let folder = util::root().join(FOLDER);
    let own = folder.join("bin").join(format!("cargo-deny{}", std::env::consts::EXE_SUFFIX));
    for program in [OsString::from("cargo-deny"), own.clone().into()] {
        if version(&program).as_deref() == Some(VERSION) {
            return Ok(program);
        }
    }
    println!("building cargo-deny {VERSION} in {FOLDER}, once");
    let target = folder.join("target");
    let mut install = util::cargo();
    // Without optimisation: it runs for a second, and takes minutes to optimise.
    install.args(["install", "cargo-deny", "--debug", "--locked", "--force", "--version", VERSION, "--root"]);
    util::run_quietly(install.arg(&folder).env("CARGO_TARGET_DIR", &target))?;
    std::fs::remove_dir_all(&target).with_context(|| format!("cannot remove `{}`", target.display()))?;
    ensure!(version(own.as_os_str()).as_deref() == Some(VERSION), "`{}` is not cargo-deny {VERSION}", own.display());
    Ok(own.into())
}

/// Returns the version of a program, if it runs.
fn version(program: impl AsRef<Path>) -> Option<String> {
    let output = util::command(program.as_ref()).arg("--version").output().ok()?;
    parse(&String::from_utf8_lossy(&output.stdout))
}

fn parse(text: &str) -> Option<String> {
    text.trim().strip_prefix("cargo-deny ").map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_of_another_name_or_none_has_no_version() {
        assert_eq!(parse("cargo-deny 0.20.2\n").as_deref(), Some("0.20.2"));
        assert_eq!(parse("cargo 1.95.0\n"), None);
        assert_eq!(version("no-such-program"), None);
    }
}
