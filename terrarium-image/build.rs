//! Brings the image into the crate, if there is one for this version and for the target. Otherwise the crate is empty, and
//! terrarium compiles its interpreter when a program first runs.

use std::{fs, path::Path};

use serde_json::Value;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // The folder, whose time changes when a file appears in it; `cargo` looks at all files in it.
    println!("cargo::rerun-if-changed=artifacts");
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    // Asked when it runs: the program may have been compiled for another copy of the sources.
    let artifacts = Path::new(&variable("CARGO_MANIFEST_DIR")).join("artifacts");
    let system = format!("{}-{}", variable("CARGO_CFG_TARGET_ARCH"), variable("CARGO_CFG_TARGET_OS"));
    let made_for = format!("{} {system} ", variable("CARGO_PKG_VERSION"));
    let code = match image(&artifacts, &made_for) {
        Some((index, content)) => {
            format!("Some(PackedImage {{ index: include_bytes!({index:?}), content: include_bytes!({content:?}) }})")
        }
        None => "None".to_owned(),
    };
    let out = Path::new(&variable("OUT_DIR")).join("bare.rs");
    if let Err(error) = fs::write(&out, code) {
        println!("cargo::error=cannot write `{}`: {error}", out.display());
    }
}

/// Returns the paths of the description and of the image, if there is an image whose target begins like this.
fn image(artifacts: &Path, made_for: &str) -> Option<(String, String)> {
    let index = artifacts.join("ready.json");
    let description: Value = serde_json::from_slice(&fs::read(&index).ok()?).ok()?;
    let image = &description["images"][0];
    if !image["target"].as_str()?.starts_with(made_for) {
        return None;
    }
    let content = artifacts.join("images").join(image["file"].as_str()?);
    content.is_file().then_some(())?;
    Some((index.to_str()?.to_owned(), content.to_str()?.to_owned()))
}
