//! The files that the rules check.

use std::cell::OnceCell;

use anyhow::Result;

use super::scan::{Scanned, scan};
use crate::util;

/// The largest file that is checked, in bytes; larger ones are data.
const MAX_BYTES: usize = 2 << 20;

/// Folders without files of the project.
const SKIPPED: &[&str] = &["target", "node_modules", "artifacts", "downloads", "__pycache__"];
/// Skipped folders by their paths: files that set-up lays out for the tests.
const LAID_OUT: &[&str] = &["tests/corpus", "tests/site", "tests/stubs"];

/// A text file of the project.
pub(super) struct SourceFile {
    /// The path from the workspace's root, with `/` between the parts.
    pub(super) path: String,
    /// The whole content.
    pub(super) text: String,
    scanned: OnceCell<Scanned>,
}

impl SourceFile {
    /// Makes a file of this path and content.
    pub(super) fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into(), scanned: OnceCell::new() }
    }

    /// Whether it is Rust.
    pub(super) fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Whether it is Python.
    pub(super) fn is_python(&self) -> bool {
        self.path.ends_with(".py")
    }

    /// Whether it is only a test or a benchmark.
    pub(super) fn is_test(&self) -> bool {
        let name = self.name();
        self.path.split('/').any(|part| matches!(part, "tests" | "benches"))
            || name == "tests.rs"
            || name.starts_with("test_")
            || name == "conftest.py"
    }

    /// Whether a program wrote it, as its first line states.
    pub(super) fn is_generated(&self) -> bool {
        self.text.lines().next().is_some_and(|line| line.contains("@generated"))
    }

    /// Returns the last part of the path.
    pub(super) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// Returns the separated code, comments and literals of a Rust file.
    pub(super) fn scanned(&self) -> &Scanned {
        self.scanned.get_or_init(|| scan(&self.text))
    }
}

/// Returns every text file of the workspace.
pub(super) fn load() -> Result<Vec<SourceFile>> {
    let root = util::root();
    let enter = |folder: &std::path::Path| {
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        let hidden = name.starts_with('.') && name != ".ci" && name != ".cargo";
        !hidden && !SKIPPED.contains(&&*name) && !LAID_OUT.iter().any(|path| folder == root.join(path))
    };
    let mut files = Vec::new();
    for path in util::walk(&root, &enter)? {
        // In a linked work tree, `.git` is a file.
        if path.ends_with(".git") {
            continue;
        }
        let bytes = util::read(&path)?;
        if bytes.len() > MAX_BYTES {
            continue;
        }
        if let Ok(text) = String::from_utf8(bytes) {
            let path = path.strip_prefix(&root)?.to_string_lossy().replace('\\', "/");
            files.push(SourceFile::new(path, text));
        }
    }
    Ok(files)
}
