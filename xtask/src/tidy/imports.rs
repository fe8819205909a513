//! The permitted imports: folders are layers, and a layer imports only those below it. In `terrarium-core` one folder
//! uses the engine, one the operating system, and the files at the root define the types that users hold.

use super::Finding;
use super::source::SourceFile;

/// A crate whose folders are layers.
struct Layered {
    /// Its sources.
    root: &'static str,
    /// Each folder, and the folders and root files that it may import besides itself. Files at the root may import all.
    layers: &'static [(&'static str, &'static [&'static str])],
    /// Files at the root that folders may import only by name: the types that users hold, and services for the crate.
    top: &'static [&'static str],
}

/// Represents the other files at the root, which define plain types, and the root's re-exports.
const ROOT_TYPES: &str = "the root's types";

const CRATES: &[Layered] = &[
    Layered {
        root: "crates/terrarium-unix/src/",
        layers: &[
            ("abi", &[]),
            ("memory", &["abi"]),
            ("vfs", &["abi"]),
            ("fd", &["abi", "vfs"]),
            ("syscall", &["abi", "memory", "vfs", "fd"]),
        ],
        top: &[],
    },
    Layered { root: "crates/terrarium-wasm/src/", layers: &[("rewrite", &[]), ("link", &["rewrite"])], top: &[] },
    Layered {
        root: "terrarium-core/src/",
        layers: &[
            ("sys", &[]),
            ("package", &["sys", "cache", ROOT_TYPES]),
            ("engine", &["sys", "cache", "package", ROOT_TYPES]),
            ("guest", &["engine", ROOT_TYPES]),
            ("provision", &["sys", "cache", "package", "engine", "guest", ROOT_TYPES]),
            ("image", &["sys", "cache", "package", "engine", "guest", "provision", ROOT_TYPES]),
            ("run", &["sys", "package", "engine", "guest", "provision", "image", ROOT_TYPES]),
        ],
        top: &["sandbox", "session", "cache", "training", "about"],
    },
];

/// The only folder that uses the engine.
const ENGINE: &str = "engine";
/// The only folder that uses the operating system.
const SYS: &str = "sys";
/// Files at the root of terrarium-core without a public type.
const PRIVATE: &[&str] = &["cache"];

pub(super) fn check(files: &[SourceFile]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.is_rust() && !file.is_test()) {
        let Some((krate, path)) = CRATES.iter().find_map(|k| Some((k, file.path.strip_prefix(k.root)?))) else {
            continue;
        };
        let code = &file.scanned().code;
        let layer = path.split_once('/').map_or("", |(layer, _)| layer);
        systems(file, code, layer, &mut findings);
        // The inner modules of a file at the root belong to it, unless they are a layer.
        let belongs_to_root =
            files.iter().any(|root| root.path.strip_prefix(krate.root) == Some(&format!("{layer}.rs")));
        let rule = krate.layers.iter().find(|(name, _)| *name == layer);
        match rule {
            Some((_, allowed)) => {
                let depth = path.split('/').count() - 1 - usize::from(path.ends_with("mod.rs"));
                for (line, name) in imports(krate, code, depth) {
                    if name != layer && !may(krate, allowed, &name) {
                        findings.push(Finding::new(file, line, format!("`{layer}` may not import `{name}`")));
                    }
                }
            }
            None if layer.is_empty() || belongs_to_root => {}
            None => {
                let message = format!("`{layer}` has no import rule; give it one in xtask/src/tidy/imports.rs");
                findings.push(Finding::new(file, 1, message));
            }
        }
    }
    findings.extend(files.iter().filter(|file| file.path == "terrarium-core/src/lib.rs").flat_map(private_files));
    findings
}

/// Checks that only one folder of terrarium-core uses the engine, and only one the operating system.
fn systems(file: &SourceFile, code: &str, layer: &str, findings: &mut Vec<Finding>) {
    if !file.path.starts_with("terrarium-core/src/") {
        return;
    }
    // Tests at the end of a file may use the system directly.
    let code = code.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    for (index, line) in code.lines().enumerate() {
        if layer != ENGINE && (line.contains("wasmtime::") || line.contains("wasmtime_wasi::")) {
            findings.push(Finding::new(file, index + 1, format!("only `{ENGINE}` may import wasmtime")));
        }
        if layer != SYS && ["libc::", "rustix::", "std::os::", "os::unix"].iter().any(|name| line.contains(name)) {
            findings.push(Finding::new(file, index + 1, format!("only `{SYS}` may ask the operating system")));
        }
    }
}

/// Checks that the files at the root of terrarium-core define public types, so that a reader finds there what users
/// hold.
fn private_files(root: &SourceFile) -> Vec<Finding> {
    let code = &root.scanned().code;
    let is_layer = |name: &str| CRATES.iter().flat_map(|k| k.layers).any(|(layer, _)| *layer == name);
    let mut findings = Vec::new();
    for (index, line) in code.lines().enumerate() {
        let Some(name) = line.strip_prefix("mod ").and_then(|rest| rest.strip_suffix(';')) else { continue };
        let is_public = code.contains(&format!("pub use {name}::"));
        if !is_public && !PRIVATE.contains(&name) && (!is_layer(name) || name == "image") {
            let message = format!("`{name}` holds no public type: put it into a folder");
            findings.push(Finding::new(root, index + 1, message));
        }
    }
    findings
}

fn may(krate: &Layered, allowed: &[&str], name: &str) -> bool {
    let is_layer = krate.layers.iter().any(|(layer, _)| *layer == name);
    allowed.contains(&name) || (!is_layer && !krate.top.contains(&name) && allowed.contains(&ROOT_TYPES))
}

/// Returns the names that follow `crate::`, or `super::` repeated up to the crate's root, with their lines.
fn imports(krate: &Layered, code: &str, depth: usize) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let up = "super::".repeat(depth + 1);
    for start in ["crate::", &up] {
        for (at, _) in code.match_indices(start) {
            // A part of a longer word or path, for example `$crate::` in a macro or one more `super::`.
            let before = code[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || "_$:".contains(c)) {
                continue;
            }
            let line = code[..at].matches('\n').count() + 1;
            let after = &code[at + start.len()..];
            // Inside a nested module `super` reaches less far; only the name of a layer is certain.
            let certain = |name: &str| {
                start == "crate::" || krate.layers.iter().any(|(layer, _)| *layer == name) || krate.top.contains(&name)
            };
            found.extend(heads(after).into_iter().filter(|n| certain(n)).map(|name| (line, name)));
        }
    }
    found
}

/// Returns the first name of each path of `name::…` or `{name::…, name, …}`.
fn heads(after: &str) -> Vec<String> {
    let name = |text: &str| -> String { text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect() };
    let Some(group) = after.strip_prefix('{') else {
        return Some(name(after)).filter(|name| !name.is_empty()).into_iter().collect();
    };
    let mut names = Vec::new();
    let mut depth = 0;
    let mut begins = true;
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => begins = true,
            c if begins && !c.is_whitespace() => {
                names.push(name(&group[at..]));
                begins = false;
            }
            _ => (),
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        let file = SourceFile::new(path.to_owned(), text);
        check(&[file]).into_iter().map(|finding| format!("{}: {}", finding.line, finding.message)).collect()
    }

    fn core(path: &str, text: &str) -> Vec<String> {
        found(&format!("terrarium-core/src/{path}"), text)
    }

    fn unix(path: &str, text: &str) -> Vec<String> {
        found(&format!("crates/terrarium-unix/src/{path}"), text)
    }

    #[test]
    fn imports_against_the_direction_are_found() {
        assert_eq!(unix("vfs/inode.rs", "use crate::syscall::Store;"), ["1: `vfs` may not import `syscall`"]);
        assert_eq!(unix("abi/errno.rs", "\nuse crate::{\n vfs::{A, fd::B}, memory,\n};").len(), 2);
        assert_eq!(unix("syscall/open.rs", "fn f() { crate::engine::go() }").len(), 1);
        assert_eq!(unix("fd/file.rs", "use super::super::memory::View;").len(), 1);
        assert_eq!(unix("fd/mod.rs", "use super::memory::View;").len(), 1);
        assert_eq!(found("crates/terrarium-wasm/src/rewrite/a.rs", "use crate::link::Tree;").len(), 1);
        assert_eq!(core("image/find.rs", "use crate::run::SandboxSetup;"), ["1: `image` may not import `run`"]);
        assert_eq!(core("provision/mount.rs", "use crate::image::Recipe;").len(), 1);
        for layer in ["provision", "image", "run", "guest"] {
            assert_eq!(core("engine/live/guest.rs", &format!("use crate::{layer}::X;")).len(), 1, "{layer}");
        }
        assert_eq!(core("sys/a.rs", "use crate::Error;").len(), 1);
    }

    #[test]
    fn nothing_below_knows_what_users_hold() {
        assert_eq!(core("engine/store.rs", "use crate::sandbox::Sandbox;").len(), 1);
        assert_eq!(core("run/execute.rs", "use crate::session::Session;").len(), 1);
    }

    #[test]
    fn only_one_folder_knows_the_engine() {
        assert_eq!(core("package/view.rs", "use wasmtime::Memory;").len(), 1);
        assert!(core("engine/store.rs", "use wasmtime::Store;").is_empty());
        assert!(found("crates/terrarium-wasm/src/rewrite/tests.rs", "use wasmtime::Engine;").is_empty());
    }

    #[test]
    fn only_one_folder_knows_the_operating_system() {
        for line in ["use rustix::fs::flock;", "use std::os::unix::fs::FileExt;", "let x = libc::getpid();"] {
            assert_eq!(core("image/find.rs", line).len(), 1, "{line}");
            assert_eq!(core("cache.rs", line).len(), 1, "{line}");
            assert!(core("sys/dirty_pages/linux.rs", line).is_empty(), "{line}");
            assert!(core("image/find.rs", &format!("#[cfg(test)]\nmod tests {{\n{line}\n}}")).is_empty(), "{line}");
        }
    }

    #[test]
    fn a_folder_without_a_rule_is_found() {
        assert_eq!(core("misc/x.rs", "//! X.").len(), 1);
    }

    #[test]
    fn a_private_file_at_the_root_is_found() {
        let text = "mod value;\nmod plan;\nmod run;\nmod cache;\npub mod guide;\npub use value::Value;\n";
        assert_eq!(core("lib.rs", text), ["2: `plan` holds no public type: put it into a folder"]);
    }

    #[test]
    fn the_inner_modules_of_a_root_file_are_root_files() {
        let root = SourceFile::new("terrarium-core/src/value.rs".to_owned(), "mod json;");
        let inner = SourceFile::new("terrarium-core/src/value/json.rs".to_owned(), "use crate::engine::Store;");
        assert!(check(&[root, inner]).is_empty());
    }

    #[test]
    fn imports_along_the_direction_pass() {
        assert!(unix("vfs/inode.rs", "use crate::abi::Errno;\nuse crate::vfs::Tree;").is_empty());
        assert!(unix("syscall/rw.rs", "use crate::{abi::Errno, fd};").is_empty());
        assert!(core("engine/store.rs", "use crate::{cache, Error, options::X};").is_empty());
        assert!(core("run/setup.rs", "use crate::{Error, image, provision::X};").is_empty());
        assert!(unix("vfs/a.rs", "// crate::engine\nlet s = \"crate::engine\"; $crate::engine;").is_empty());
        assert!(unix("fd/mod.rs", "mod tests { use super::*; }").is_empty());
        assert!(core("sandbox.rs", "use crate::engine::Store;").is_empty());
    }
}
