//! Optimises the guest's code after the rewriting: Binaryen's optimiser, run in Node.
//!
//! It inlines the calls that the profile made direct, which takes a minute. The result is kept beside the downloads,
//! under the hash of all its inputs.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};
use terrarium_runtime::sha256_hex;
use terrarium_wasm::link::ModuleInfo;
use terrarium_wasm::rewrite::{CallProfile, validate};

use super::{PROFILE, Pins, download};
use crate::util;

/// The optimiser's package.
const TOOL: &str = "binaryen";
/// The flags of the optimiser.
pub(super) const FLAGS: [&str; 4] = [
    "--all-features",
    // The engine does not support them.
    "--disable-compact-imports",
    "-O3",
    // Two equal functions have two addresses, and the interpreter compares these.
    "--skip-pass=duplicate-function-elimination",
];

/// Returns the profile, if it belongs to the module `wasm`.
pub(super) fn profile(wasm: &[u8]) -> Result<Option<CallProfile>> {
    let path = util::root().join(PROFILE);
    let text = String::from_utf8(util::read(&path)?)?;
    let profile: CallProfile = text.parse().with_context(|| format!("{PROFILE} is not valid"))?;
    Ok(fitting(profile, &sha256_hex(wasm)))
}

/// Returns `profile`, if it belongs to the module with this hash.
fn fitting(profile: CallProfile, module: &str) -> Option<CallProfile> {
    if profile.module == module {
        return Some(profile);
    }
    println!("warning: {PROFILE} is of another guest, so the guest will be slower; make one with `cargo xtask train`");
    None
}

/// Returns the optimised form of the module `wasm`, which has been rewritten.
pub(super) fn optimised(pins: &Pins, downloads: &Path, wasm: &[u8]) -> Result<Vec<u8>> {
    let tool = download::lay_out_tool(pins, downloads, TOOL)?;
    let folder = downloads.join("optimised");
    let mut hash = Sha256::new();
    hash.update(format!("{}\n{FLAGS:?}\n", pins.source(TOOL)?.integrity));
    hash.update(wasm);
    let stamp = format!("{:x}", hash.finalize());
    let (input, output, stamp_file) = (folder.join("input.wasm"), folder.join("output.wasm"), folder.join("stamp"));
    if fs::read_to_string(&stamp_file).is_ok_and(|present| present.starts_with(&stamp)) {
        let kept = util::read(&output)?;
        if fs::read_to_string(&stamp_file)? == stamped(&stamp, &kept) {
            return Ok(kept);
        }
    }
    println!("optimising the main module, which takes a minute or two");
    let start = Instant::now();
    util::write(&input, wasm)?;
    let mut command = util::command("node");
    command.arg(tool.join("bin/wasm-opt")).args(FLAGS).arg(&input).arg("-o").arg(&output);
    util::run_quietly(&mut command).context("cannot optimise the guest")?;
    let made = util::read(&output)?;
    validate(&made).context("the optimiser wrote a module that is not valid")?;
    ensure_same_addresses(&ModuleInfo::main(wasm)?, &ModuleInfo::main(&made)?)?;
    util::write(&stamp_file, stamped(&stamp, &made).as_bytes())?;
    println!("main module optimised in {:.1} s", start.elapsed().as_secs_f64());
    Ok(made)
}

fn stamped(stamp: &str, made: &[u8]) -> String {
    format!("{stamp}\n{}\n", sha256_hex(made))
}

/// Checks that addresses are unchanged: libraries are linked by the module's own data, and images keep pointers to
/// functions.
fn ensure_same_addresses(before: &ModuleInfo, after: &ModuleInfo) -> Result<()> {
    let functions = |info: &ModuleInfo| -> BTreeMap<String, Option<u32>> {
        info.functions.iter().map(|(name, index)| (name.clone(), info.slots.get(index).copied())).collect()
    };
    ensure!(before.data == after.data, "the optimiser has changed addresses of data");
    let (before, after) = (functions(before), functions(after));
    for (name, slot) in &before {
        let now = after.get(name).with_context(|| format!("the optimiser has removed the function `{name}`"))?;
        ensure!(slot == now, "the optimiser has changed the address of `{name}` from {slot:?} to {now:?}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_of_another_module_is_not_used() {
        let profile: CallProfile = "module 00ff\n1 0 2\n".parse().unwrap();
        assert_eq!(fitting(profile.clone(), "00ff"), Some(profile.clone()));
        assert_eq!(fitting(profile, "00fe"), None);
    }

    #[test]
    fn the_profile_that_is_kept_is_one() {
        let text = util::read(&util::root().join(PROFILE)).unwrap();
        let profile: CallProfile = String::from_utf8(text).unwrap().parse().unwrap();
        assert_eq!(profile.module.len(), 64);
        assert!(profile.slots.len() > 50, "{}", profile.slots.len());
    }

    #[test]
    fn a_function_that_moves_is_noticed() {
        let info = |functions: &[(&str, u32)], slots: &[(u32, u32)]| ModuleInfo {
            functions: functions.iter().map(|(name, index)| ((*name).to_owned(), *index)).collect(),
            slots: slots.iter().copied().collect(),
            ..ModuleInfo::default()
        };
        let before = info(&[("a", 1), ("b", 2)], &[(1, 10), (2, 11)]);
        ensure_same_addresses(&before, &info(&[("a", 7), ("b", 5)], &[(7, 10), (5, 11)])).unwrap();
        let merged = ensure_same_addresses(&before, &info(&[("a", 1), ("b", 1)], &[(1, 10)])).unwrap_err();
        assert!(merged.to_string().contains("`b` from Some(11) to Some(10)"), "{merged}");
        assert!(ensure_same_addresses(&before, &info(&[("a", 1)], &[(1, 10)])).is_err());
    }
}
