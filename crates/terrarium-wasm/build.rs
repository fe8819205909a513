//! Assembles the code that the rewriting adds to modules.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// The operations that have loops of their own, in the order of their numbers.
const OPERATIONS: [&str; 5] = ["add", "sub", "mul", "div", "sqrt"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let home = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or("cargo names the package's folder")?);
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo names the folder for outputs")?);
    let mut text = "(module\n".to_owned();
    for part in ["scalars.wat", "arrays.wat", "loops.wat", "kernels.wat", "fast.wat"] {
        let path = home.join("src/rewrite/float_status").join(part);
        println!("cargo::rerun-if-changed={}", path.display());
        text.push_str(&expanded(&fs::read_to_string(&path)?));
    }
    text.push_str(")\n");
    let wasm = wat::parse_str(&text)?;
    fs::write(Path::new(&out).join("float_status.wasm"), wasm)?;
    Ok(())
}

/// Repeats the text from a line `;; for each kernel` to a line `;; end` for each operation and type.
fn expanded(text: &str) -> String {
    let (mut written, mut repeated) = (String::new(), None::<String>);
    for line in text.lines() {
        match (line.trim(), &mut repeated) {
            (";; for each kernel", _) => repeated = Some(String::new()),
            (";; end", Some(part)) => {
                for (number, operation) in OPERATIONS.iter().enumerate() {
                    written.push_str(&kernel(part, number, operation, true));
                    written.push_str(&kernel(part, number, operation, false));
                }
                repeated = None;
            }
            (_, Some(part)) => part.extend([line, "\n"]),
            (_, None) => written.extend([line, "\n"]),
        }
    }
    written
}

/// Returns the text of one kernel: an operation on doubles or on floats.
fn kernel(text: &str, number: usize, operation: &str, double: bool) -> String {
    let (scalar, vector) = if double { ("f64", "f64x2") } else { ("f32", "f32x4") };
    let exponent = if double {
        "i64x2 0x7ff0000000000000 0x7ff0000000000000"
    } else {
        "i32x4 0x7f800000 0x7f800000 0x7f800000 0x7f800000"
    };
    let unary = operation == "sqrt";
    let mut text = text.to_owned();
    for place in (0..128).step_by(16) {
        let load = if unary { String::new() } else { format!("(v128.load offset={place} (local.get $b))") };
        text = text.replace(&format!("{{load {place}}}"), &load);
    }
    text.replace("{name}", &format!("{scalar}.{operation}"))
        .replace("{number}", &(2 * number + usize::from(!double)).to_string())
        .replace("{f}", scalar)
        .replace("{v}", vector)
        .replace("{op}", operation)
        .replace("{y}", if unary { "" } else { "(local.get $y)" })
        .replace("{exponent}", &format!("(v128.const {exponent})"))
        .replace("{lanes}", if double { "0xc0c0" } else { "0xcccc" })
        .replace("{divides}", if operation == "div" { "1" } else { "0" })
}
