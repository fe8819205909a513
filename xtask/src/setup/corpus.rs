//! Real packages for the tests: a distribution of wheels with its lock, a site folder that pip made, and the stubs of
//! the standard library.

use std::fs;
use std::io::{Cursor, Read};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use terrarium_runtime::sha256_hex;
use zip::ZipArchive;

use super::{Pins, download};
use crate::util;

/// The package that contains the distribution, and the folder in it.
const CARRIER: &str = "open-webui";
const INSIDE: &str = "open_webui/frontend/pyodide/";
/// The largest file of the distribution, in bytes.
const MAX_WHEEL_BYTES: u64 = 64 << 20;
/// The requirements of the site folder.
const REQUIREMENTS: &str = "site-requirements.txt";

/// The package of the stubs, which name all that the standard library has.
const STUBS: &str = "typeshed-client";

/// Lays out `tests/corpus`, `tests/stubs` and `tests/site`, unless they exist.
pub(crate) fn lay_out(pins: &Pins, downloads: &Path) -> Result<()> {
    let tests = util::root().join("tests");
    let source = pins.source(CARRIER)?;
    once(&tests.join("corpus"), &source.integrity, |folder| {
        let package = download::fetch(source, downloads)?;
        let count = unpack(&package, folder).context("the package of the corpus is not as expected")?;
        println!("{count} wheels laid out for the tests");
        Ok(())
    })?;
    let stubs = pins.source(STUBS)?;
    once(&tests.join("stubs"), &stubs.integrity, |folder| {
        util::write(&folder.join("stubs.whl"), &download::fetch(stubs, downloads)?)
    })?;
    let requirements = tests.join(REQUIREMENTS);
    let stamp = sha256_hex(&util::read(&requirements)?);
    once(&tests.join("site"), &stamp, |folder| install(pins, &requirements, folder))
}

/// Makes a folder again unless its record states that it was made from `stamp`.
fn once(folder: &Path, stamp: &str, make: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    // Written last: without it the folder is incomplete. The file is beside the folder, which is read as a whole.
    let stamp_file = folder.with_extension("stamp");
    if folder.is_dir() && fs::read(&stamp_file).is_ok_and(|present| present == stamp.as_bytes()) {
        return Ok(());
    }
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot remove `{}`", folder.display()))?;
    }
    make(folder)?;
    util::write(&stamp_file, stamp.as_bytes())
}

/// Extracts the wheels and their lock from the package.
fn unpack(package: &[u8], folder: &Path) -> Result<usize> {
    let mut archive = ZipArchive::new(Cursor::new(package))?;
    let mut wheels = 0;
    for index in 0..archive.len() {
        let member = archive.by_index(index)?;
        let name = member.name()?.into_owned();
        let Some(file) = name.strip_prefix(INSIDE).filter(|file| !file.contains('/')) else { continue };
        let is_wheel = file.ends_with(".whl");
        if is_wheel || file == "pyodide-lock.json" {
            ensure!(member.size() <= MAX_WHEEL_BYTES, "`{name}` is too large");
            let path = folder.join(file);
            let mut bytes = Vec::new();
            member.take(MAX_WHEEL_BYTES).read_to_end(&mut bytes)?;
            util::write(&path, &bytes)?;
            wheels += usize::from(is_wheel);
        }
    }
    ensure!(wheels > 0 && folder.join("pyodide-lock.json").is_file(), "it has no wheels or no lock");
    Ok(wheels)
}

/// Runs pip to install wheels for the guest's platform.
fn install(pins: &Pins, requirements: &Path, folder: &Path) -> Result<()> {
    let python = pins.guest.python.rsplit_once('.').map_or(pins.guest.python.as_str(), |(minor, _)| minor);
    let abi = format!("cp{}", python.replace('.', ""));
    util::run_quietly(
        util::command(util::python()?)
            .args(["-m", "pip", "install", "--disable-pip-version-check", "--no-deps", "--no-compile"])
            .args(["--only-binary=:all:", "--require-hashes", "--platform", &pins.guest.platform])
            .args(["--python-version", python, "--implementation", "cp"])
            .args(["--abi", &abi, "--abi", "abi3", "--abi", "none", "--target"])
            .arg(folder)
            .arg("--requirement")
            .arg(requirements),
    )
    .context("cannot make the site folder of the tests; set-up needs the network once")?;
    println!("site folder laid out for the tests");
    Ok(())
}
