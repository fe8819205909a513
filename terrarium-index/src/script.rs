//! [`ScriptMetadata`]: the requirements in the head of a script (PEP 723).

use pep440_rs::VersionSpecifiers;
use serde::Deserialize;

use crate::{Error, Requirement, Target, requirement::specifiers};

/// The largest block of metadata.
const MAX_BYTES: usize = 1 << 20;

/// The requirements in the head of a script (PEP 723).
///
/// ```
/// let script = "# /// script\n# requires-python = '>=3.11'\n# dependencies = ['rich', 'attrs>=24']\n# ///\nimport rich\n";
/// let metadata = terrarium_index::ScriptMetadata::find(script)?.unwrap();
/// assert_eq!(metadata.dependencies.len(), 2);
/// assert_eq!(terrarium_index::ScriptMetadata::find("import rich")?, None);
/// # Ok::<(), terrarium_index::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ScriptMetadata {
    /// The packages that the script needs.
    pub dependencies: Vec<Requirement>,
    /// The versions of Python that the script is for.
    pub requires_python: Option<VersionSpecifiers>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Block {
    #[serde(default)]
    dependencies: Vec<String>,
    requires_python: Option<String>,
}

impl ScriptMetadata {
    /// Checks that the script is for the target's Python.
    ///
    /// # Errors
    /// [`Error::Input`].
    pub fn check(&self, target: &Target) -> Result<(), Error> {
        match &self.requires_python {
            Some(required) if !target.suits(required) => {
                let reason = format!("it requires Python {required}, this is {}", target.python());
                Err(Error::input("script", None, reason))
            }
            _ => Ok(()),
        }
    }

    /// Finds the block of metadata in a script; `None` if there is none.
    ///
    /// # Errors
    /// [`Error::Input`] for two blocks or a block that cannot be read, and [`Error::Requirement`].
    pub fn find(script: &str) -> Result<Option<Self>, Error> {
        let wrong = |line: usize, reason: String| Error::input("script", Some(line), reason);
        let mut found = None;
        for (line, kind, text) in blocks(script) {
            if kind != "script" {
                continue;
            }
            if found.is_some() {
                return Err(wrong(line, "a second block `# /// script`".to_owned()));
            }
            if text.len() > MAX_BYTES {
                return Err(wrong(line, format!("the block has {} bytes, the limit is {MAX_BYTES}", text.len())));
            }
            let block: Block = toml::from_str(&text).map_err(|error| wrong(line, error.message().to_owned()))?;
            let requires_python = block.requires_python.as_deref().map(specifiers).transpose();
            let requires_python =
                requires_python.map_err(|reason| wrong(line, format!("requires-python: {reason}")))?;
            let dependencies = block.dependencies.iter().map(|text| text.parse()).collect::<Result<_, _>>()?;
            found = Some(Self { dependencies, requires_python });
        }
        Ok(found)
    }
}

/// Returns the blocks with their first line and their kind.
fn blocks(script: &str) -> Vec<(usize, &str, String)> {
    let lines: Vec<&str> = script.lines().collect();
    let (mut found, mut at) = (Vec::new(), 0);
    while at < lines.len() {
        let kind = lines[at].strip_prefix("# /// ").filter(|kind| is_kind(kind));
        let Some(kind) = kind else {
            at += 1;
            continue;
        };
        let length = lines[at + 1..].iter().take_while(|line| **line == "#" || line.starts_with("# ")).count();
        let run = &lines[at + 1..at + 1 + length];
        // As the standard's expression, a block ends at the last closing line of a run of comments.
        let Some(end) = run.iter().rposition(|line| *line == "# ///") else {
            at += 1;
            continue;
        };
        let text = run[..end].iter().map(|line| line.get(2..).unwrap_or_default().to_owned() + "\n").collect();
        found.push((at + 1, kind, text));
        at += end + 2;
    }
    found
}

fn is_kind(kind: &str) -> bool {
    !kind.is_empty() && kind.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::guest;

    #[test]
    fn the_block_of_scripts_is_found_among_others() {
        let script = "#!/usr/bin/env python\n# /// other\n# x = 1\n# ///\n\n# /// script\n# dependencies = [\n#   'a',\n#\n\
                      #   'b[x]>1; python_version > \"3\"',\n# ]\n# [tool.uv]\n# index = []\n# ///\nprint()\n";
        let found = ScriptMetadata::find(script).unwrap().unwrap();
        let names: Vec<String> = found.dependencies.iter().map(ToString::to_string).collect();
        assert_eq!(names, ["a", "b[x]>1"]);
        found.check(&guest()).unwrap();
        let old = ScriptMetadata::find("# /// script\n# requires-python = '<3.14'\n# ///\n").unwrap().unwrap();
        assert_eq!(old.check(&guest()).unwrap_err().to_string(), "script: it requires Python <3.14, this is 3.14.2");
    }

    #[test]
    fn a_text_that_is_no_block_is_none() {
        for script in
            ["", "# /// script\n", "# /// script\nx\n# ///\n", " # /// script\n # ///\n", "#/// script\n# ///\n"]
        {
            assert_eq!(ScriptMetadata::find(script).unwrap(), None, "{script}");
        }
    }

    #[test]
    fn a_block_that_cannot_be_read_is_an_error_with_its_line() {
        for (body, expected) in [
            ("# dependencies = 'a'", "script:2: "),
            ("# dependencies = [", "script:2: "),
            ("# dependencies = ['a ><']", "requirement \"a ><\""),
            ("# requires-python = 'x'", "requires-python"),
            ("# ///\n# /// script", "script:"),
        ] {
            let script = format!("\n# /// script\n{body}\n# ///\n");
            let error = ScriptMetadata::find(&script).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
        let two = "# /// script\n# ///\n\n# /// script\n# ///\n";
        assert!(ScriptMetadata::find(two).unwrap_err().to_string().contains("a second block"));
    }
}
