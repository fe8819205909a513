//! Assembles the code that the rewriting adds to modules.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let home = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or("cargo names the package's folder")?);
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo names the folder for outputs")?);
    let mut text = "(module\n".to_owned();
    for part in ["scalars.wat", "arrays.wat", "loops.wat"] {
        let path = home.join("src/rewrite/float_status").join(part);
        println!("cargo::rerun-if-changed={}", path.display());
        text.push_str(&fs::read_to_string(&path)?);
    }
    text.push_str(")\n");
    let wasm = wat::parse_str(&text)?;
    fs::write(Path::new(&out).join("float_status.wasm"), wasm)?;
    Ok(())
}
