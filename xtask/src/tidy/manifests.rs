//! Every crate inherits the workspace's lints, edition and licence, and only the core depends on the engine.

use super::Finding;
use super::source::SourceFile;

const NEEDED: &[(&str, &str)] = &[
    ("[lints]\nworkspace = true", "take the workspace's lints"),
    ("\nedition.workspace = true", "take the workspace's edition"),
    ("\nrust-version.workspace = true", "take the workspace's rust-version"),
    ("\nlicense.workspace = true", "take the workspace's licence"),
    ("\ndescription = \"", "describe the crate"),
];

pub(super) fn check(files: &[SourceFile]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.name() == "Cargo.toml") {
        // A separate workspace (the root, a fuzz target) has its own settings.
        if file.text.starts_with("[workspace]") || file.text.contains("\n[workspace]") {
            continue;
        }
        for (text, message) in NEEDED {
            if !file.text.contains(text) {
                findings.push(Finding::new(file, 1, format!("must {message}: `{}`", text.trim())));
            }
        }
        // Tests of a crate may run modules.
        let tested = file.text.find("\n[dev-dependencies]").unwrap_or(file.text.len());
        for (index, line) in file.text[..tested].lines().enumerate() {
            if line.starts_with("wasmtime") && !file.path.starts_with("terrarium-core/") {
                let message = "only terrarium-core may depend on the engine";
                findings.push(Finding::new(file, index + 1, message));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "[package]\nname = \"x\"\ndescription = \"X\"\nedition.workspace = true\n\
        rust-version.workspace = true\nlicense.workspace = true\n\n[lints]\nworkspace = true\n";

    fn found(path: &str, text: &str) -> usize {
        check(&[SourceFile::new(path, text)]).len()
    }

    #[test]
    fn a_crate_with_lints_of_its_own_is_found() {
        assert_eq!(found("x/Cargo.toml", &GOOD.replace("[lints]\nworkspace = true", "")), 1);
        assert_eq!(found("x/Cargo.toml", &GOOD.replace("edition.workspace = true", "edition = \"2021\"")), 1);
        assert_eq!(found("x/Cargo.toml", "[package]\n"), NEEDED.len());
    }

    #[test]
    fn the_engine_belongs_to_the_core() {
        let text = format!("{GOOD}\n[dependencies]\nwasmtime.workspace = true\n");
        assert_eq!(found("terrarium-cli/Cargo.toml", &text), 1);
        assert_eq!(found("terrarium-core/Cargo.toml", &text), 0);
        assert_eq!(found("x/Cargo.toml", &text.replace("[dependencies]", "[dev-dependencies]")), 0);
    }

    #[test]
    fn members_and_workspaces_pass() {
        assert_eq!(found("x/Cargo.toml", GOOD), 0);
        assert_eq!(found("Cargo.toml", "[workspace]\nmembers = []\n"), 0);
        assert_eq!(found("fuzz/Cargo.toml", "[package]\nname = \"f\"\n\n[workspace]\n"), 0);
    }
}
