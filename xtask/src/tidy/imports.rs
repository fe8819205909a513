//! Who may import whom inside `terrarium-core`: the folders are layers, and a layer knows only those
//! below it.

use super::Finding;
use super::source::SourceFile;

const ROOT: &str = "terrarium-core/src/";

/// Each folder, and what it may import besides itself. The files at the root may import all.
const LAYERS: &[(&str, &[&str])] = &[
    ("abi", &[]),
    ("memory", &["abi"]),
    ("vfs", &["abi"]),
    ("fd", &["abi", "vfs"]),
    ("syscall", &["abi", "memory", "vfs", "fd", "limits"]),
    ("rewrite", &[]),
    ("link", &["rewrite"]),
    ("package", &["abi", "vfs"]),
    ("engine", &["abi", "memory", "vfs", "fd", "syscall", "rewrite", "link", "package", ROOT_TYPES]),
    ("guest", &["abi", "fd", "syscall", "engine", ROOT_TYPES]),
];

/// Stands for the files at the root that hold plain types, and for what the root re-exports.
const ROOT_TYPES: &str = "the root's types";

/// What users hold: no folder imports these.
const TOP: &[&str] = &["sandbox", "session", "image"];

/// The one folder that knows the engine.
const ENGINE: &str = "engine";

pub(super) fn check(files: &[SourceFile]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.is_rust() && !file.is_test()) {
        let Some((layer, inner)) = file.path.strip_prefix(ROOT).and_then(|path| path.split_once('/')) else {
            continue;
        };
        // The inner modules of a file at the root belong to it.
        if files.iter().any(|root| root.path.strip_prefix(ROOT) == Some(&format!("{layer}.rs"))) {
            continue;
        }
        let Some((_, allowed)) = LAYERS.iter().find(|(name, _)| *name == layer) else {
            let message = format!("`{layer}` has no import rule; give it one in xtask/src/tidy/imports.rs");
            findings.push(Finding::new(file, 1, message));
            continue;
        };
        let code = &file.scanned().code;
        let depth = inner.split('/').count() - usize::from(inner.ends_with("mod.rs"));
        for (line, name) in imports(code, depth) {
            if name != layer && !may(allowed, &name) {
                let message = format!("`{layer}` may not import `{name}`");
                findings.push(Finding::new(file, line, message));
            }
        }
        if layer != ENGINE {
            for (index, line) in code.lines().enumerate() {
                if line.contains("wasmtime::") || line.contains("wasmtime_wasi::") {
                    let message = format!("only `{ENGINE}` may import wasmtime");
                    findings.push(Finding::new(file, index + 1, message));
                }
            }
        }
    }
    findings
}

fn may(allowed: &[&str], name: &str) -> bool {
    let layer = LAYERS.iter().any(|(layer, _)| *layer == name);
    allowed.contains(&name) || (!layer && !TOP.contains(&name) && allowed.contains(&ROOT_TYPES))
}

/// The names that follow `crate::`, or `super::` repeated up to the crate's root, with their lines.
fn imports(code: &str, depth: usize) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let up = "super::".repeat(depth + 1);
    for start in ["crate::", &up] {
        for (at, _) in code.match_indices(start) {
            // Part of a longer word or path, for example `$crate::` in a macro or one more `super::`.
            let before = code[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || "_$:".contains(c)) {
                continue;
            }
            let line = code[..at].matches('\n').count() + 1;
            let after = &code[at + start.len()..];
            // Inside a nested module `super` reaches less far; only what names a layer is certain.
            let certain = |name: &str| {
                start == "crate::" || LAYERS.iter().any(|(layer, _)| *layer == name) || TOP.contains(&name)
            };
            found.extend(heads(after).into_iter().filter(|n| certain(n)).map(|name| (line, name)));
        }
    }
    found
}

/// The first name of each path of `name::…` or `{name::…, name, …}`.
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
        let file = SourceFile::new(format!("{ROOT}{path}"), text);
        check(&[file]).into_iter().map(|finding| format!("{}: {}", finding.line, finding.message)).collect()
    }

    #[test]
    fn imports_against_the_direction_are_found() {
        assert_eq!(found("vfs/inode.rs", "use crate::engine::Store;"), ["1: `vfs` may not import `engine`"]);
        assert_eq!(found("abi/errno.rs", "\nuse crate::{\n vfs::{A, fd::B}, memory,\n};").len(), 2);
        assert_eq!(found("syscall/open.rs", "fn f() { crate::engine::go() }").len(), 1);
        assert_eq!(found("fd/file.rs", "use super::super::memory::View;").len(), 1);
        assert_eq!(found("fd/mod.rs", "use super::memory::View;").len(), 1);
        assert_eq!(found("link/plan.rs", "use crate::vfs::Tree;").len(), 1);
        assert_eq!(found("vfs/a.rs", "use crate::Error;").len(), 1);
    }

    #[test]
    fn nothing_below_knows_what_users_hold() {
        assert_eq!(found("engine/store.rs", "use crate::sandbox::Sandbox;").len(), 1);
        assert_eq!(found("guest/events.rs", "use crate::image::Image;").len(), 1);
    }

    #[test]
    fn only_one_folder_knows_the_engine() {
        assert_eq!(found("memory/view.rs", "use wasmtime::Memory;").len(), 1);
        assert!(found("engine/store.rs", "use wasmtime::Store;").is_empty());
        assert!(found("rewrite/tests.rs", "use wasmtime::Engine;").is_empty());
    }

    #[test]
    fn a_folder_without_a_rule_is_found() {
        assert_eq!(found("misc/x.rs", "//! X.").len(), 1);
    }

    #[test]
    fn the_inner_modules_of_a_root_file_are_root_files() {
        let root = SourceFile::new(format!("{ROOT}value.rs"), "mod json;");
        let inner = SourceFile::new(format!("{ROOT}value/json.rs"), "use crate::engine::Store;");
        assert!(check(&[root, inner]).is_empty());
    }

    #[test]
    fn imports_along_the_direction_pass() {
        assert!(found("vfs/inode.rs", "use crate::abi::Errno;\nuse crate::vfs::Tree;").is_empty());
        assert!(found("syscall/rw.rs", "use crate::{abi::Errno, fd, limits::Limits};").is_empty());
        assert!(found("engine/store.rs", "use crate::{vfs, Error, options::X};").is_empty());
        assert!(found("vfs/a.rs", "// crate::engine\nlet s = \"crate::engine\"; $crate::engine;").is_empty());
        assert!(found("fd/mod.rs", "mod tests { use super::*; }").is_empty());
        assert!(found("sandbox.rs", "use crate::engine::Store;").is_empty());
    }
}
