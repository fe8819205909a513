//! The page about the standard library: every module and name of CPython that does not exist in the guest.

use std::fs;
use std::path::Path;
use std::time::Duration;

use terrarium_core::{ExecuteOptions, Sandbox, SandboxOptions};

/// The program that compares the library with the stubs of CPython's, and writes the page.
const PROGRAM: &str = include_str!("../../programs/absent.py");

#[test]
fn the_page_lists_all_that_does_not_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let stubs = fs::read(root.join("stubs/stubs.whl")).expect("no stubs: run `cargo xtask setup --dev`");
    let options = SandboxOptions::new().timeout(Duration::from_secs(120));
    let sandbox = Sandbox::new(options).expect("a sandbox");
    let run = ExecuteOptions::new().file("stubs.whl", stubs).arg("stubs.whl");
    let result = sandbox.execute_with(PROGRAM, run).expect("a result");
    assert!(result.error.is_none(), "{:?}", result.error);
    let path = root.join("../docs/standard-library.md");
    if std::env::var_os("TERRARIUM_BLESS").is_some() {
        fs::write(&path, &result.stdout).expect("the page can be written");
    }
    let page = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        page == result.stdout,
        "the page is not that of this interpreter; TERRARIUM_BLESS=1 writes it anew:\n{}",
        result.stdout
    );
}
