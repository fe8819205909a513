//! One build of the engine serves the program and the tests. Cargo builds a dependency again when a test dependency
//! enables a feature of it or of anything below it, and the engine takes minutes.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, ensure};

use crate::util;

/// Fails if the tests would build anything below the engine differently from the program.
pub(super) fn check() -> Result<()> {
    let below = features(&["--package", "wasmtime", "--edges", "normal,build"])?;
    let workspace = ["--workspace", "--exclude", "xtask", "--edges"];
    let program = features(&[&workspace[..], &["normal,build"]].concat())?;
    let tests = features(&[&workspace[..], &["normal,build,dev"]].concat())?;
    let differing = differing(below.keys(), &program, &tests);
    ensure!(
        differing.is_empty(),
        "the tests build the engine a second time, because these packages have other features there; name them \
         with the same features in [workspace.dependencies]:\n  {}",
        differing.join("\n  ")
    );
    for package in ["terrarium-py", "terrarium-node"] {
        let alone = features(&["--package", package, "--edges", "normal,build"])?;
        let new = new(below.keys(), &program, &alone);
        ensure!(
            new.is_empty(),
            "`{package}` alone builds the engine a second time, because these packages have other features then:\n  {}",
            new.join("\n  ")
        );
    }
    println!("{} packages below the engine have the same features wherever they are built", below.len());
    Ok(())
}

/// A package with its version, and the sets of features that it is built with.
type Features = BTreeMap<String, BTreeSet<String>>;

fn features(arguments: &[&str]) -> Result<Features> {
    let mut command = util::cargo();
    command.args(["tree", "--quiet", "--prefix", "none", "--no-dedupe", "--format", "{p}|{f}"]).args(arguments);
    let output = command.output()?;
    ensure!(output.status.success(), "cargo tree failed: {}", String::from_utf8_lossy(&output.stderr));
    Ok(parse(&String::from_utf8_lossy(&output.stdout)))
}

fn parse(tree: &str) -> Features {
    let mut features = Features::new();
    for (package, set) in tree.lines().filter_map(|line| line.split_once('|')) {
        // The name and the version; the rest (a path, the kind) does not distinguish builds.
        let name = package.split(' ').take(2).collect::<Vec<_>>().join(" ");
        features.entry(name).or_default().insert(set.to_owned());
    }
    features
}

fn show(features: &Features, name: &str) -> String {
    let sets = features.get(name).into_iter().flatten();
    sets.map(|set| format!("[{set}]")).collect::<Vec<_>>().join(" and ")
}

/// Returns what is built for a part `alone` and not `together` with the rest, including tools of the build.
fn new<'a>(below: impl Iterator<Item = &'a String>, together: &Features, alone: &Features) -> Vec<String> {
    let sets = |features: &Features, name: &String| features.get(name).cloned().unwrap_or_default();
    below
        .filter(|name| !sets(alone, name).is_subset(&sets(together, name)))
        .map(|name| format!("{name}: {} alone, {} with the rest", show(alone, name), show(together, name)))
        .collect()
}

fn differing<'a>(below: impl Iterator<Item = &'a String>, program: &Features, tests: &Features) -> Vec<String> {
    below
        .filter(|name| program.contains_key(*name) && program.get(*name) != tests.get(*name))
        .map(|name| format!("{name}: {} in the program, {} in the tests", show(program, name), show(tests, name)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROGRAM: &str =
        "engine v1.0.0|std\nbits v2.0.0|std\nlist v1.0.0 (proc-macro)|\nbits v2.0.0|std\nonly v1.0.0|a\n";

    fn compare(tests: &str) -> Vec<String> {
        let program = parse(PROGRAM);
        differing(["engine v1.0.0", "bits v2.0.0", "list v1.0.0"].map(String::from).iter(), &program, &parse(tests))
    }

    #[test]
    fn equal_features_pass_whatever_else_the_tests_need() {
        assert!(compare(&format!("{PROGRAM}proptest v1.0.0|std\n")).is_empty());
        assert!(compare(&PROGRAM.replace("only v1.0.0|a", "only v1.0.0|a,b")).is_empty());
    }

    #[test]
    fn another_feature_and_a_second_set_are_found() {
        let found = compare(&PROGRAM.replace("bits v2.0.0|std", "bits v2.0.0|serde,std"));
        assert_eq!(found, ["bits v2.0.0: [std] in the program, [serde,std] in the tests"]);
        assert_eq!(compare(&format!("{PROGRAM}list v1.0.0 (proc-macro)|std\n")).len(), 1);
    }

    #[test]
    fn what_a_part_alone_builds_anew_is_found() {
        let below = ["engine v1.0.0", "bits v2.0.0"].map(String::from);
        let new = |alone: &str| new(below.iter(), &parse(&format!("{PROGRAM}bits v2.0.0|std,wide\n")), &parse(alone));
        assert!(new("engine v1.0.0|std\nbits v2.0.0|std\n").is_empty());
        assert_eq!(new("bits v2.0.0|\n"), ["bits v2.0.0: [] alone, [std] and [std,wide] with the rest"]);
    }
}
