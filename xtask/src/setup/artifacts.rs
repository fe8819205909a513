//! Makes the guest artifacts from the pinned packages.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use sha2::{Digest, Sha256};
use terrarium_runtime::{Artifact, Manifest, Runtime, Unpacked, sha256_hex};
use terrarium_unix::syscall::REDIRECTS;
use terrarium_wasm::rewrite::{Redirect, RewriteOptions, rewrite};
use zip::ZipArchive;

use super::{PROFILE, Pins, bytecode, download, optimise, pack::Packer};
use crate::util;

/// The compression level of the main module. It is compressed once, and the packed crate has a size limit.
const ZSTD_LEVEL: i32 = 19;

/// The folder of the standard library, without the first slash.
const LIBRARY: &str = "lib/python314.zip";

/// The version of the layout. Raise it when the artifacts change their form.
const LAYOUT: u32 = 4;

/// Fetches missing files and writes the artifacts, with the manifest last: an interrupted run leaves a set that does
/// not match its manifest, and the build refuses that set.
pub(crate) fn lay_out(pins: &Pins, downloads: &Path, folder: &Path) -> Result<()> {
    let guest = pins.source("pyodide")?;
    let package = download::fetch(guest, downloads)?;
    let members = ["pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json"];
    let [wasm, stdlib, lock]: [Vec<u8>; 3] = download::members(&package, &members)?
        .try_into()
        .map_err(|_| anyhow::anyhow!("the package has other members than asked for"))?;
    check_guest(pins, &lock)?;
    let zones = pins.source("tzdata")?;
    let tzdata = download::fetch(zones, downloads)?;
    let rest = pins.source("rustpython-pylib")?;
    let root = format!("{}-{}", rest.name, rest.version);
    let members = RESTORED.map(|path| format!("Lib/{path}"));
    let restored =
        download::members_below(&root, &download::fetch(rest, downloads)?, &members.each_ref().map(String::as_str))?;

    // The unchanged module, for the tests of the rewriting.
    util::write(&downloads.join("pyodide.asm.wasm"), &wasm)?;
    let start = Instant::now();
    let direct_calls = optimise::profile(&wasm)?.map(|profile| Arc::new(profile.slots));
    let options = RewriteOptions { direct_calls, ..rewrite_options() };
    let python = rewrite(&wasm, &options).context("cannot rewrite the guest")?;
    println!("main module rewritten in {:.1} s", start.elapsed().as_secs_f64());
    let python = optimise::optimised(pins, downloads, &python)?;
    let start = Instant::now();
    let packed = zstd::bulk::compress(&python, ZSTD_LEVEL)?;
    println!("main module compressed in {:.1} s", start.elapsed().as_secs_f64());

    let mut artifacts = BTreeMap::new();
    let mut add = |name: &str, file: &str, bytes: &[u8], unpacked: Option<&[u8]>, licence: &str| {
        let artifact = Artifact {
            file: file.to_owned(),
            bytes: bytes.len() as u64,
            sha256: sha256_hex(bytes),
            unpacked: unpacked.map(|raw| Unpacked { bytes: raw.len() as u64, sha256: sha256_hex(raw) }),
            licence: licence.to_owned(),
        };
        artifacts.insert(name.to_owned(), artifact);
        println!("{file}: {} bytes", bytes.len());
        util::write(&folder.join(file), bytes)
    };
    let python_licence = format!("{} AND Python-2.0", guest.licence);
    add("python_wasm", "python.wasm.zst", &packed, Some(&python), &python_licence)?;
    let library = library(&stdlib, &tzdata, &restored)?;
    add("library", "library.zip.zst", &library, None, &format!("Python-2.0 AND {}", zones.licence))?;
    let packed_lock = zstd::bulk::compress(&lock, ZSTD_LEVEL)?;
    add("package_lock", "package-lock.json.zst", &packed_lock, Some(&lock), &guest.licence)?;

    // Made again, if necessary, after the build of the program that compiles it.
    artifacts.insert("bytecode".to_owned(), bytecode::present(folder)?);

    let manifest = Manifest {
        guest: pins.guest.clone(),
        sources: pins.sources.iter().filter(|s| s.purpose == "artifacts").cloned().collect(),
        rewriter: rewriter_fingerprint()?,
        artifacts,
    };
    let mut text = serde_json::to_string_pretty(&manifest)?;
    text.push('\n');
    util::write(&folder.join("manifest.json"), text.as_bytes())?;
    Runtime::from_dir(folder)?.verify().context("the artifacts do not pass their own check")
}

/// The modules of CPython's library that the guest's distribution leaves out or replaces with parts of a browser. They
/// come from a package that carries the library of the same version of Python.
const RESTORED: [&str; 16] = [
    "_aix_support.py",
    "_android_support.py",
    "_apple_support.py",
    "_ios_support.py",
    "_osx_support.py",
    "_pydecimal.py",
    "dbm/__init__.py",
    "dbm/dumb.py",
    "dbm/gnu.py",
    "dbm/ndbm.py",
    "dbm/sqlite3.py",
    "pydoc_data/__init__.py",
    "pydoc_data/module_docs.py",
    "pydoc_data/topics.py",
    "webbrowser.py",
    "zoneinfo/_zoneinfo.py",
];

/// Whether a member of the distribution's archive is a part of its bridge to a browser, which no import reaches.
fn is_of_bridge(name: &str) -> bool {
    name.starts_with("pyodide/") || name.starts_with("_pyodide/")
}

/// Packs the read-only files of the guest, each archive below its folder, with the restored modules.
fn library(stdlib: &[u8], tzdata: &[u8], restored: &[Vec<u8>]) -> Result<Vec<u8>> {
    let mut packer = Packer::new();
    for (path, bytes) in RESTORED.iter().zip(restored) {
        packer.add(&format!("{LIBRARY}/{path}"), bytes)?;
    }
    for (archive, folder) in [(stdlib, LIBRARY), (tzdata, "lib/terrarium/tzdata")] {
        let mut archive = ZipArchive::new(Cursor::new(archive))?;
        for index in 0..archive.len() {
            let mut member = archive.by_index(index)?;
            let name = member.name()?.into_owned();
            let is_replaced = folder == LIBRARY && (is_of_bridge(&name) || RESTORED.contains(&name.as_str()));
            if member.is_file() && !is_replaced {
                let path = format!("{folder}/{name}");
                let mut bytes = Vec::new();
                member.read_to_end(&mut bytes)?;
                packer.add(&path, &bytes)?;
            }
        }
    }
    packer.finish()
}

/// Returns the options of the main module's rewriting: besides the necessary changes, the host serves some functions.
pub(crate) fn rewrite_options() -> RewriteOptions {
    let redirects = REDIRECTS.iter().map(|(export, module, name)| Redirect::new(*export, *module, *name)).collect();
    RewriteOptions { redirects, ..RewriteOptions::default() }
}

/// Checks the versions of Python and of the binary interface that the package states.
fn check_guest(pins: &Pins, lock: &[u8]) -> Result<()> {
    let lock: Value = serde_json::from_slice(lock).context("the guest's lock file is not valid")?;
    let info = &lock["info"];
    ensure!(
        info["python"] == pins.guest.python.as_str() && info["abi_version"] == pins.guest.abi.as_str(),
        "the guest says it is {info}, pins.json says Python {} with the binary interface {}",
        pins.guest.python,
        pins.guest.abi
    );
    Ok(())
}

/// Returns the hash of everything that decides the results of rewriting and linking: their sources, the profile, the
/// flags of the optimiser, and the versions of the two libraries that read and write modules.
pub(crate) fn rewriter_fingerprint() -> Result<String> {
    let root = util::root();
    let mut hash = Sha256::new();
    hash.update(format!("{LAYOUT} {ZSTD_LEVEL} {:?} {:?}\n", rewrite_options(), optimise::FLAGS));
    hash.update(util::read(&root.join(PROFILE))?);
    let sources = root.join("crates/terrarium-wasm/src");
    for path in util::walk(&sources, &|folder| !folder.ends_with("tests"))? {
        if !path.ends_with("tests.rs") {
            hash.update(path.strip_prefix(&sources)?.to_string_lossy().as_bytes());
            hash.update(util::read(&path)?);
        }
    }
    let lock = String::from_utf8(util::read(&root.join("Cargo.lock"))?)?;
    for package in lock.split("[[package]]") {
        if ["\nname = \"wasmparser\"\n", "\nname = \"wasm-encoder\"\n"].iter().any(|n| package.starts_with(n)) {
            hash.update(package);
        }
    }
    Ok(format!("{:x}", hash.finalize()))
}
