//! The bytecode of the standard library and the harness, compiled by the guest itself.
//!
//! Without it, every import in every fresh interpreter compiles its source. The finished program is needed to make it.
//! So set-up first stores an empty archive, builds the program with that, and then replaces the archive.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};
use terrarium_runtime::{Artifact, Manifest, Runtime, sha256_hex};

use super::pack::Packer;
use crate::{demo, util};

/// The artifact's file.
pub(super) const FILE: &str = "bytecode.zip.zst";
/// The folder of the project's own sources.
const HARNESS: &str = "terrarium-core/python";
/// The file beside the artifacts that records the sources of the bytecode.
const STAMP: &str = "bytecode.stamp";

/// Returns the present artifact, or one without content.
pub(super) fn present(folder: &Path) -> Result<Artifact> {
    let path = folder.join(FILE);
    if !path.exists() {
        util::write(&path, &empty()?)?;
    }
    Ok(artifact(&util::read(&path)?))
}

/// Makes an archive without members.
fn empty() -> Result<Vec<u8>> {
    Packer::new().finish()
}

/// Describes the artifact with this content.
fn artifact(bytes: &[u8]) -> Artifact {
    Artifact {
        file: FILE.to_owned(),
        bytes: bytes.len() as u64,
        sha256: sha256_hex(bytes),
        unpacked: None,
        licence: "Python-2.0 AND (MIT OR Apache-2.0)".to_owned(),
    }
}

/// Compiles the bytecode unless it is up to date.
pub(super) fn lay_out(folder: &Path) -> Result<()> {
    let stamp = fingerprint(folder)?;
    let empty = empty()?;
    let is_there = util::read(&folder.join(FILE))? != empty;
    if is_there && fs::read_to_string(folder.join(STAMP)).is_ok_and(|present| present == stamp) {
        return Ok(());
    }
    // Old bytecode would pass for that of the new sources.
    put(folder, &empty)?;
    println!("building the `terrarium` program to compile the standard library with");
    let program = demo::build()?;
    let out = util::root().join("target/bytecode");
    if out.exists() {
        fs::remove_dir_all(&out)?;
    }
    let script = util::root().join(HARNESS).join("tools/compile_all.py");
    let mut command = util::command(program);
    command.args(["run", "--timeout", "none", "--out"]).arg(&out).arg(script).stdin(std::process::Stdio::null());
    ensure!(command.status()?.success(), "the standard library does not compile");

    let bytes = pack(&out)?;
    println!("{FILE}: {} bytes", bytes.len());
    put(folder, &bytes)?;
    Runtime::from_dir(folder)?.verify().context("the artifacts do not pass their own check")?;
    util::write(&folder.join(STAMP), stamp.as_bytes())
}

/// Stores an archive as the artifact.
fn put(folder: &Path, bytes: &[u8]) -> Result<()> {
    util::write(&folder.join(FILE), bytes)?;
    let path = folder.join("manifest.json");
    let mut manifest: Manifest = serde_json::from_slice(&util::read(&path)?).context("manifest.json is not valid")?;
    manifest.artifacts.insert("bytecode".to_owned(), artifact(bytes));
    let mut text = serde_json::to_string_pretty(&manifest)?;
    text.push('\n');
    util::write(&path, text.as_bytes())
}

/// Packs all files below a folder in one archive, the same for the same files.
fn pack(folder: &Path) -> Result<Vec<u8>> {
    let mut packer = Packer::new();
    for path in util::walk(folder, &|_| true)? {
        let name = path.strip_prefix(folder)?.to_str().context("a name that is no text")?;
        packer.add(name, &util::read(&path)?)?;
    }
    packer.finish()
}

/// Returns the hash of the bytecode's inputs: the library, the interpreter, and the project's own sources.
fn fingerprint(folder: &Path) -> Result<String> {
    let mut hash = Sha256::new();
    let manifest = Runtime::from_dir(folder)?;
    hash.update(&manifest.manifest().artifacts.get("library").context("the library is not there")?.sha256);
    hash.update(&manifest.manifest().guest.version);
    for part in ["_terrarium", "terrarium", "tools"] {
        let sources = util::root().join(HARNESS).join(part);
        if sources.exists() {
            for path in util::walk(&sources, &|folder| !folder.ends_with("__pycache__"))? {
                hash.update(path.strip_prefix(&sources)?.to_string_lossy().as_bytes());
                hash.update(util::read(&path)?);
            }
        }
    }
    Ok(format!("{:x}\n", hash.finalize()))
}
