//! Checks that the guest artifacts are laid out and are the pinned ones, or says what to run.

use std::fs;
use std::path::Path;

use serde_json::Value;
use sha2::{Digest, Sha256};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var_os("CARGO_FEATURE_BUNDLED").is_none() {
        return;
    }
    println!("cargo::rerun-if-changed=pins.json");
    println!("cargo::rerun-if-changed=artifacts/manifest.json");
    // Asked when it runs: the program may have been compiled for another copy of the sources.
    let home = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default();
    if let Err(problem) = check(Path::new(&home)) {
        println!("cargo::error={problem}: run `cargo xtask setup`");
    }
}

fn check(root: &Path) -> Result<(), String> {
    let artifacts = root.join("artifacts");
    let manifest = match fs::read(artifacts.join("manifest.json")) {
        Ok(bytes) => parse(&bytes, "artifacts/manifest.json")?,
        Err(_) => return Err("the guest artifacts are not there".to_owned()),
    };
    let pins = fs::read(root.join("pins.json")).map_err(|e| format!("cannot read pins.json: {e}"))?;
    let pins = parse(&pins, "pins.json")?;

    let wanted: Vec<&Value> = list(&pins["sources"]).filter(|source| source["use"] == "artifacts").collect();
    let present: Vec<&Value> = list(&manifest["sources"]).collect();
    if pins["guest"] != manifest["guest"] || wanted != present {
        return Err("the guest artifacts were made from other pins than pins.json".to_owned());
    }
    let entries = manifest["artifacts"].as_object().ok_or("artifacts/manifest.json lists no artifacts")?;
    if !entries.contains_key("package_lock") {
        return Err("the guest artifacts lack the lock of the packages".to_owned());
    }
    for entry in entries.values() {
        let file = entry["file"].as_str().unwrap_or_default();
        println!("cargo::rerun-if-changed=artifacts/{file}");
        let bytes = fs::read(artifacts.join(file)).map_err(|_| format!("the guest artifact `{file}` is not there"))?;
        let sha256 = format!("{:x}", Sha256::digest(&bytes));
        if entry["bytes"] != bytes.len() || entry["sha256"] != sha256 {
            return Err(format!("the guest artifact `{file}` is not the one in its manifest"));
        }
    }
    Ok(())
}

fn parse(bytes: &[u8], name: &str) -> Result<Value, String> {
    serde_json::from_slice(bytes).map_err(|e| format!("{name} is not valid: {e}"))
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
