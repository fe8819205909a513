//! Runs the training programs in a build of the guest that counts its calls, for `cargo xtask train`.
//!
//! ```text
//! terrarium-train MODULE MEMORY OUT PROGRAM…
//! ```
//! The content of the exported memory `MEMORY` after each program is written to the folder `OUT`, under the program's
//! file name.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use terrarium_core::training::train;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [module, memory, out, programs @ ..] = &*arguments else {
        return Err("usage: terrarium-train MODULE MEMORY OUT PROGRAM…".into());
    };
    let texts: Vec<String> = programs.iter().map(fs::read_to_string).collect::<Result<_, _>>()?;
    let texts: Vec<String> = texts.iter().map(|text| format!("{text}\n\nrun()\n")).collect();
    let out = PathBuf::from(out);
    fs::create_dir_all(&out)?;
    // Code compiled for training has no other use.
    let counted = train(fs::read(module)?, memory, &texts, Some(&out.join("cache")))?;
    for (program, counters) in programs.iter().zip(counted) {
        let name = Path::new(program).file_name().ok_or("a program without a name")?;
        fs::write(out.join(name), counters)?;
    }
    fs::remove_dir_all(out.join("cache"))?;
    Ok(())
}
