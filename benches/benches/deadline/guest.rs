//! Kinds of guest code.

use std::{fs, path::Path, time::Duration};

use terrarium_core::{ExecuteOptions, ExecutionResult, Sandbox, SandboxOptions};

use super::{
    Add,
    measure::{stop, word},
};

/// The wheels that `cargo xtask setup --dev` lays out.
pub(crate) const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/corpus");
/// The files, each with its packages and its timeout in its head.
const FILES: [&str; 10] =
    ["numbers", "text", "containers", "system", "hostile", "arrays", "tables", "science", "pictures", "documents"];
/// The mark that the long work has begun.
const BEGUN: &str = "begun\n";

/// Measures every kind, by its group and name.
pub(crate) fn measure(timeout: Duration, add: Add<'_>) {
    for group in FILES {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("deadline").join(group).with_extension("py");
        let text = fs::read_to_string(path).expect("a file of programs");
        let head = |name: &str| text.lines().find_map(|line| line.strip_prefix("# ")?.strip_prefix(name));
        let packages = head("packages: ").unwrap_or_default();
        // Some modules take longer than the usual time to import.
        let seconds = head("timeout: ").map(|seconds| seconds.parse().expect("seconds"));
        let timeout = seconds.map_or(timeout, Duration::from_secs_f64);
        let packages: Vec<&str> = packages.split(", ").filter(|name| !name.is_empty()).collect();
        let names = text.lines().filter_map(|line| line.strip_prefix("def ")?.strip_suffix("():"));
        let options =
            SandboxOptions::new().packages(&packages[..]).package_source(CORPUS).timeout(timeout).quick_start(false);
        let mut sandbox = None;
        for name in names.filter(|name| !name.starts_with('_')) {
            let code = format!("{text}\nfor _ in {name}():\n    print({BEGUN:?}, end='', flush=True)\n");
            add(group, name, &mut || {
                let sandbox = sandbox.get_or_insert_with(|| {
                    let sandbox = Sandbox::new(options.clone()).expect("a sandbox");
                    // The image is made, and its pages are read.
                    sandbox
                        .execute_with(&text, ExecuteOptions::new().timeout(Duration::from_secs(300)))
                        .expect("a result");
                    sandbox
                });
                stop(timeout, || way(&sandbox.execute(&code).expect("a result")))
            });
        }
    }
}

/// Returns the way in which a run ended.
pub(crate) fn way(result: &ExecutionResult) -> String {
    let begun = if result.stdout.starts_with(BEGUN) { "" } else { ", not begun" };
    // A forced stop leaves no traceback.
    let forced = match &result.error {
        Some(error) if error.traceback.contains("File ") => "",
        _ => ", forced",
    };
    match word(result.status) {
        "timeout" => format!("timeout{forced}{begun}"),
        other => format!("{other}{begun}: {}", result.error.as_ref().map_or("", |error| error.message.as_str())),
    }
}
