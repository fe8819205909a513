//! Generated files are those that `cargo xtask codegen` would write now.

use super::Finding;
use super::source::SourceFile;
use crate::codegen;

pub(super) fn check(_: &[SourceFile]) -> Vec<Finding> {
    match codegen::stale() {
        Ok(names) => names.into_iter().map(finding).collect(),
        Err(error) => vec![Finding { path: "COMPATIBILITY.md".to_owned(), line: 1, message: format!("{error:#}") }],
    }
}

fn finding(name: &str) -> Finding {
    Finding { path: name.to_owned(), line: 1, message: "is out of date: run `cargo xtask codegen`".to_owned() }
}
