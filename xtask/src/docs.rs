//! `cargo xtask docs`: the documentation site, from the pages in `docs`, the guides and the references of three languages.

mod links;
mod samples;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::test::{node, python, venv};
use crate::util;

/// The crates whose reference is part of the site.
const CRATES: &[&str] = &["terrarium_core", "terrarium_runtime"];

/// Builds the site, warnings as errors, and checks every link inside it.
pub(crate) fn run() -> Result<()> {
    let site = build()?;
    println!("the site is in `{}`", site.display());
    Ok(())
}

fn build() -> Result<PathBuf> {
    let pages = util::root().join("docs");
    let wrong = samples::check(&pages)?;
    ensure!(wrong.is_empty(), "samples that no test runs:\n  {}", wrong.join("\n  "));
    let tools = venv::ready("docs", &pages.join("requirements.txt"))?;
    let site = util::root().join("target/xtask/docs/site");
    if site.exists() {
        fs::remove_dir_all(&site).with_context(|| format!("cannot remove `{}`", site.display()))?;
    }
    guides(&tools, &pages, &site)?;
    rust_reference(&site.join("reference/rust"))?;
    python_reference(&tools, &site.join("reference/python"))?;
    node_reference(&site.join("reference/node"))?;
    let checked = links::check(&site, &site.join("reference"))?;
    ensure!(checked.broken.is_empty(), "broken links:\n  {}", checked.broken.join("\n  "));
    println!("{} links on {} pages lead somewhere", checked.links, checked.pages);
    Ok(site)
}

/// The pages. All are read anew, because a warning is given only for a page that is read.
fn guides(tools: &Path, pages: &Path, site: &Path) -> Result<()> {
    let mut command = util::command(tools);
    command.args(["-m", "sphinx", "--quiet", "--builder=html", "--fresh-env", "--nitpicky", "--fail-on-warning"]);
    command.args(["--keep-going", "--jobs=auto", "--doctree-dir"]).arg(util::root().join("target/xtask/docs/doctrees"));
    command.arg(pages).arg(site).env("TERRARIUM_VERSION", env!("CARGO_PKG_VERSION"));
    util::run_quietly(&mut command)
}

/// Builds the reference of the whole workspace, as the tests do, so that Cargo compiles nothing twice.
fn rust_reference(place: &Path) -> Result<()> {
    util::run_quietly(&mut crate::test::documentation())?;
    let made = util::root().join("target/doc");
    for part in
        CRATES.iter().flat_map(|name| [(*name).to_owned(), format!("src/{name}")]).chain(["static.files".into()])
    {
        util::copy(&made.join(&part), &place.join(&part))?;
    }
    for entry in fs::read_dir(&made)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default();
        let is_shared = ["search.index", "trait.impl", "type.impl"].iter().any(|shared| name == *shared);
        if (path.is_file() && name != ".lock") || is_shared {
            util::copy(&path, &place.join(name))?;
        }
    }
    Ok(())
}

fn python_reference(tools: &Path, place: &Path) -> Result<()> {
    let package = util::root().join("target/xtask/python-package");
    python::lay_out(&package, "dev")?;
    let mut command = util::command(tools);
    command.args(["-m", "pdoc", "terrarium", "--output-directory"]).arg(place);
    command
        .env("PYTHONPATH", &package)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONWARNINGS", python::PDOC_WARNINGS);
    util::run_quietly(&mut command)
}

fn node_reference(place: &Path) -> Result<()> {
    let folder = node::folder();
    node::lay_out(&folder)?;
    util::run_quietly(node::tool(&folder, &["typedoc", "--out"]).arg(place))
}
