//! `cargo xtask tidy`: the house rules as a test. One rule is one function with its own samples.

mod generated;
mod headers;
mod ignored;
mod imports;
mod length;
mod manifests;
mod names;
mod prose;
mod python_strings;
mod roots;
mod scan;
mod source;
mod test_names;
mod unsafety;

use std::fmt;

use anyhow::{Result, bail};

use source::SourceFile;

/// A rule: its name, and the function that checks all files.
type Rule = (&'static str, fn(&[SourceFile]) -> Vec<Finding>);

const RULES: &[Rule] = &[
    ("file length", length::check),
    ("file header", headers::check),
    ("root files", roots::check),
    ("import direction", imports::check),
    ("unsafe code", unsafety::check),
    ("Python inside Rust", python_strings::check),
    ("ignored tests", ignored::check),
    ("test names", test_names::check),
    ("host names and paths", names::check),
    ("manifests", manifests::check),
    ("prose", prose::check),
    ("generated files", generated::check),
];

/// A place that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Finding {
    path: String,
    line: usize,
    message: String,
}

impl Finding {
    fn new(file: &SourceFile, line: usize, message: impl Into<String>) -> Self {
        Self { path: file.path.clone(), line, message: message.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.message)
    }
}

/// Applies every rule to every file and prints the findings.
pub(crate) fn run() -> Result<()> {
    let files = source::load()?;
    let mut found = 0;
    for (name, check) in RULES {
        for finding in check(&files) {
            println!("{finding} ({name})");
            found += 1;
        }
    }
    if found > 0 {
        bail!("{found} findings in {} files", files.len());
    }
    println!("tidy: {} passed; 0 failed, {} files", RULES.len(), files.len());
    Ok(())
}
