//! Generated files are up to date: they equal the present output of `cargo xtask codegen`.

use super::Finding;
use super::source::SourceFile;
use crate::codegen;

pub(super) fn check(_: &[SourceFile]) -> Vec<Finding> {
    match codegen::stale() {
        Ok(names) => names.into_iter().map(|name| finding(name, "is out of date: run `cargo xtask codegen`")).collect(),
        Err(error) => vec![finding("tests/suites", &format!("{error:#}"))],
    }
}

fn finding(name: &str, message: &str) -> Finding {
    Finding { path: name.to_owned(), line: 1, message: message.to_owned() }
}
