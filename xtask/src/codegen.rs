//! `cargo xtask codegen`: writes the files that are generated, or says that they are out of date.

mod node_types;
mod packages;

use anyhow::{Result, ensure};
use terrarium_unix::syscall::compatibility_page;

use crate::{suites, util};

/// What to do with the generated files.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Write nothing; fail if a file is out of date
    #[arg(long)]
    check: bool,
}

/// The generated files: path from the workspace's root, and content.
fn files() -> Result<Vec<(&'static str, String)>> {
    let compatibility = compatibility_page() + &packages::section()? + &suites::page()?;
    Ok(vec![("COMPATIBILITY.md", compatibility), (node_types::PATH, node_types::file()?)])
}

/// Writes every file, or checks it.
pub(crate) fn run(options: &Options) -> Result<()> {
    for (name, content) in files()? {
        if options.check {
            ensure!(is_current(name, &content), "`{name}` is out of date: run `cargo xtask codegen`");
        } else {
            util::write(&util::root().join(name), content.as_bytes())?;
        }
    }
    Ok(())
}

/// The generated files that are out of date.
pub(crate) fn stale() -> Result<Vec<&'static str>> {
    Ok(files()?.into_iter().filter(|(name, content)| !is_current(name, content)).map(|(name, _)| name).collect())
}

fn is_current(name: &str, content: &str) -> bool {
    util::read(&util::root().join(name)).is_ok_and(|present| present == content.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_with_other_content_or_none_is_not_current() {
        assert!(!is_current("no/such/file.md", ""));
        assert!(!is_current("README.md", "other"));
        assert!(is_current("README.md", &std::fs::read_to_string(util::root().join("README.md")).unwrap()));
    }
}
