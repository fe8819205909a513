//! The corpus: real wheels with their lock, laid out by set-up.

use std::{
    fs,
    path::{Path, PathBuf},
};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

/// Returns the folder of the corpus, for the option `packages_from`.
///
/// # Panics
/// When it does not exist.
pub fn corpus() -> String {
    let folder = folder();
    assert!(
        folder.join("pyodide-lock.json").exists(),
        "no corpus in {}: run `cargo xtask setup --dev`",
        folder.display()
    );
    folder.to_str().expect("a path in UTF-8").to_owned()
}

/// Returns its wheels, by name.
///
/// # Panics
/// When there are none.
pub fn wheels() -> Vec<PathBuf> {
    let entries = fs::read_dir(corpus()).expect("the folder of the corpus");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut wheels: Vec<PathBuf> = paths.filter(|path| path.extension().is_some_and(|end| end == "whl")).collect();
    assert!(!wheels.is_empty(), "no wheels in the corpus");
    wheels.sort();
    wheels
}
