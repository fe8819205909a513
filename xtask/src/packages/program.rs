//! The programs that use packages: each has a head (PEP 723) that names what it needs, so that other tools run it, too.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};

use crate::util;

/// The folder of the programs: `use_NAME.py` for each package.
pub(super) const FOLDER: &str = "tests/packages/programs";

/// A program.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Program {
    /// The package.
    pub(super) name: String,
    pub(super) path: PathBuf,
    pub(super) requirements: Vec<String>,
    /// The first line of the docstring.
    pub(super) tried: String,
    /// The limits of the package in a sandbox.
    pub(super) note: Option<String>,
}

/// Returns all programs, sorted by name.
pub(super) fn all() -> Result<Vec<Program>> {
    let files = util::walk(&super::at(FOLDER), &|_| false)?;
    let programs = files.iter().filter(|file| file.extension().is_some_and(|end| end == "py"));
    let mut programs = programs
        .map(|file| {
            let text = String::from_utf8(util::read(file)?)?;
            let name = file.file_stem().unwrap_or_default().to_string_lossy();
            // The prefix keeps Python from importing the program in place of the package.
            let name = name.strip_prefix("use_").context("the name does not start with `use_`")?.replace('_', "-");
            read(name, file.clone(), &text).with_context(|| format!("`{}`", file.display()))
        })
        .collect::<Result<Vec<_>>>()?;
    programs.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(programs)
}

/// Reads a program's head.
fn read(name: String, path: PathBuf, text: &str) -> Result<Program> {
    let head = text.strip_prefix("# /// script\n").and_then(|rest| rest.split_once("\n# ///\n"));
    let (head, rest) = head.context("no head `# /// script`")?;
    let value =
        |key: &str| head.lines().find_map(|line| line.strip_prefix("# ")?.strip_prefix(key)?.strip_prefix(" = "));
    // The lists and texts of the heads are JSON as well as TOML.
    let requirements: Vec<String> = serde_json::from_str(value("dependencies").context("no `dependencies`")?)?;
    ensure!(!requirements.is_empty(), "no requirement");
    let note: Option<String> = value("note").map(serde_json::from_str).transpose()?;
    let tried = rest.strip_prefix("\"\"\"").and_then(|rest| rest.split_once("\"\"\"\n"));
    let (tried, code) = tried.context("no docstring")?;
    let tried = tried.trim_end_matches('.').to_owned();
    ensure!(code.contains("assert ") || code.contains("raise "), "the program shows nothing");
    ensure!(
        [Some(&tried), note.as_ref()].into_iter().flatten().all(|text| !text.contains(['|', '\n'])),
        "not a table's cell"
    );
    Ok(Program { name, path, requirements, tried, note })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_programs_head_says_what_it_needs_and_tries() {
        let text = "# /// script\n# dependencies = [\"a[b]<3\"]\n#\n# [tool.terrarium]\n# note = \"why\"\n# ///\n\"\"\"Tried.\"\"\"\n\nassert 1\n";
        let program = read("a".into(), "a.py".into(), text).unwrap();
        assert_eq!((program.requirements, program.note), (vec!["a[b]<3".to_owned()], Some("why".to_owned())));
        assert_eq!(program.tried, "Tried");
        for (wrong, right) in
            [("script", "scrypt"), ("\"\"\"T", "\"T"), ("assert 1", "1"), ("\"a[b]<3\"", ""), ("why", "a|b")]
        {
            assert!(read("a".into(), "a.py".into(), &text.replace(wrong, right)).is_err(), "{right}");
        }
    }
}
