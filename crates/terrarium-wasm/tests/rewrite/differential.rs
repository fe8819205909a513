//! Random programs: this crate's translation against a reference, against Binaryen's translation, and against an engine
//! that runs legacy exceptions directly.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use proptest::prelude::*;
use terrarium_wasm::rewrite::{RewriteOptions, rewrite, validate};
use wasmtime::Engine;

use crate::programs::{Entropy, FUEL, Function, Reference, encode, generate};
use crate::support::{Outcome, Running, engine, repository};

const ARGUMENTS: [i32; 8] = [0, 1, 2, 3, 7, -1, 12_345, i32::MIN];

/// Functions in a batch for the external programs, each of which costs a process start.
const BATCH: usize = 600;

pub(crate) fn program(entropy: &[u8], functions: usize) -> Vec<Function> {
    let share = entropy.len() / functions.max(1);
    (0..functions)
        .map(|number| {
            let mut entropy = Entropy::new(&entropy[number * share..(number + 1) * share]);
            generate(&mut entropy, number)
        })
        .collect()
}

/// Returns bytes from a seed (SplitMix64), so that a batch is the same everywhere.
fn entropy(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = state;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bytes.extend_from_slice(&(word ^ (word >> 31)).to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

fn batch(seed: u64) -> Vec<Function> {
    program(&entropy(seed, BATCH * 250), BATCH)
}

/// Formats a call as one line: function, argument, hash and outcome.
fn line(number: usize, argument: i32, hash: i64, outcome: &Outcome) -> String {
    let (kind, values) = match outcome {
        Outcome::Returned(values) => ("returned", values),
        Outcome::Thrown(tag, values) => (tag.as_str(), values),
    };
    let mut line = format!("f{number} {argument} {hash} {kind}");
    for value in values {
        write!(line, " {value}").expect("a string takes everything");
    }
    line
}

pub(crate) fn run_reference(functions: &[Function]) -> Vec<String> {
    let mut reference = Reference::new(functions);
    calls(functions.len())
        .map(|(number, argument)| {
            let (hash, outcome) = reference.run(number, argument);
            line(number, argument, hash, &outcome)
        })
        .collect()
}

pub(crate) fn run_in_engine(engine: &Engine, wasm: &[u8], functions: usize) -> Vec<String> {
    let mut running = Running::new(engine, wasm);
    calls(functions)
        .map(|(number, argument)| {
            running.set_global("hash", 0);
            running.set_global("fuel", FUEL);
            let outcome = running.call(&format!("f{number}"), &[argument]);
            line(number, argument, running.global("hash"), &outcome)
        })
        .collect()
}

fn calls(functions: usize) -> impl Iterator<Item = (usize, i32)> {
    (0..functions).flat_map(|number| ARGUMENTS.map(|argument| (number, argument)))
}

fn translate(legacy: &[u8]) -> Vec<u8> {
    rewrite(legacy, &RewriteOptions::default()).expect("a generated program is translated")
}

#[track_caller]
fn assert_same(what: &str, expected: &[String], found: &[String]) {
    assert_eq!(expected.len(), found.len(), "{what}");
    for (expected, found) in expected.iter().zip(found) {
        assert_eq!(expected, found, "{what}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn translated_programs_do_what_the_legacy_proposal_says(
        bytes in prop::collection::vec(any::<u8>(), 0..1_500),
    ) {
        let functions = program(&bytes, 4);
        let translated = translate(&encode(&functions));
        let found = run_in_engine(&engine(), &translated, functions.len());
        prop_assert_eq!(run_reference(&functions), found);
    }
}

#[test]
fn a_large_batch_does_what_the_legacy_proposal_says() {
    for seed in 0..3 {
        let functions = batch(seed);
        let expected = run_reference(&functions);
        let translated = translate(&encode(&functions));
        validate(&translated).expect("the translation is valid");
        let found = run_in_engine(&engine(), &translated, functions.len());
        assert_same("translation and reference", &expected, &found);
        // The batch must reach both exits of a function, or it would prove little.
        let thrown = expected.iter().filter(|line| line.contains(" tag")).count();
        assert!(thrown > expected.len() / 20, "only {thrown} calls throw");
        assert!(thrown < expected.len() * 19 / 20, "{thrown} calls throw");
    }
}

#[test]
fn translated_programs_do_what_binaryens_translations_do() {
    let functions = batch(100);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let input = folder.path().join("legacy.wasm");
    let output = folder.path().join("standard.wasm");
    let legacy = encode(&functions);
    std::fs::write(&input, &legacy).expect("the folder can be written");
    node(
        &installed("terrarium-runtime/downloads/binaryen/bin/wasm-opt"),
        &[
            input.as_os_str(),
            "-o".as_ref(),
            output.as_os_str(),
            "--all-features".as_ref(),
            "--disable-compact-imports".as_ref(),
            // Binaryen writes invalid modules where a delegate leads into dead code.
            "--dce".as_ref(),
            "--emit-exnref".as_ref(),
        ],
    );
    let theirs = std::fs::read(&output).expect("wasm-opt wrote it");
    validate(&theirs).expect("their translation is valid");
    let engine = engine();
    let theirs = run_in_engine(&engine, &theirs, functions.len());
    let ours = run_in_engine(&engine, &translate(&legacy), functions.len());
    assert_same("Binaryen's translation and ours", &theirs, &ours);
}

#[test]
fn translated_programs_do_what_the_originals_do_in_an_engine_with_legacy_exceptions() {
    let functions = batch(200);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let input = folder.path().join("legacy.wasm");
    let legacy = encode(&functions);
    std::fs::write(&input, &legacy).expect("the folder can be written");
    let script = installed("crates/terrarium-wasm/tests/rewrite/run_legacy.mjs");
    let count = functions.len().to_string();
    let fuel = FUEL.to_string();
    let arguments = ARGUMENTS.map(|argument| argument.to_string());
    let mut command = vec![input.as_os_str(), count.as_ref(), fuel.as_ref()];
    command.extend(arguments.iter().map(|argument| argument.as_ref() as &std::ffi::OsStr));
    let original: Vec<String> = node(&script, &command).lines().map(str::to_owned).collect();
    let ours = run_in_engine(&engine(), &translate(&legacy), functions.len());
    assert_same("the original and our translation", &original, &ours);
}

/// Returns the path of a file of the repository that a test needs.
fn installed(path: &str) -> PathBuf {
    let path = repository().join(path);
    assert!(path.exists(), "{} is missing: run the set-up, which installs it", path.display());
    path
}

/// Runs a script with Node and returns its output.
fn node(script: &Path, arguments: &[&std::ffi::OsStr]) -> String {
    let output = Command::new("node").arg(script).args(arguments).output().expect("node is installed");
    assert!(output.status.success(), "{} failed: {}", script.display(), String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("the output is text")
}
