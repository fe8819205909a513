//! Every example runs and reaches its last assertion.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Cargo builds the examples before it runs the tests of a package, beside the folder of the tests themselves.
fn built(name: &str) -> PathBuf {
    let test = env::current_exe().expect("the test's own path");
    let folder = test.ancestors().nth(2).expect("the folder of what is built").join("examples");
    folder.join(format!("{name}{}", env::consts::EXE_SUFFIX))
}

#[test]
fn every_example_runs() {
    let sources = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")).expect("the examples");
    let mut names: Vec<String> = sources
        .map(|entry| entry.expect("an entry").path().file_stem().expect("a name").to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert!(names.len() >= 5, "{names:?}");
    for name in names {
        let program = built(&name);
        assert!(program.exists(), "{} is not built: run the tests of the whole package", program.display());
        let output = Command::new(program).output().expect("the example starts");
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    }
}
