//! [`ScriptMetadata`]: the requirements in the head of a script (PEP 723).

use std::collections::BTreeMap;

use pep440_rs::VersionSpecifiers;
use pep508_rs::PackageName;
use serde::Deserialize;

use crate::{Error, IndexOptions, Requirement, Target, config::address, error::redacted, requirement::specifiers};

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
    /// The places of packages in the table `tool.uv`: indexes and `find-links`. A script's own choice is not followed; see
    /// [`check_places`](Self::check_places).
    pub places: Vec<String>,
    /// The dependencies that `tool.uv.sources` takes from a repository, a folder or an address.
    pub elsewhere: Vec<PackageName>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Block {
    #[serde(default)]
    dependencies: Vec<String>,
    requires_python: Option<String>,
    #[serde(default)]
    tool: Tool,
}

/// The tables of tools. Tables in another form than uv's are no concern of this crate.
#[derive(Default, Deserialize)]
struct Tool {
    #[serde(default)]
    uv: toml::Table,
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

    /// Checks that the places of packages in the script's head are among the addresses of the options, and that all
    /// dependencies come from an index.
    ///
    /// The text of a script may come from anyone, so it does not choose the servers that are asked. Without its own places,
    /// other packages of the same names might be found.
    ///
    /// # Errors
    /// [`Error::Input`].
    pub fn check_places(&self, options: &IndexOptions) -> Result<(), Error> {
        let wrong = |reason: String| Err(Error::input("script", None, reason));
        let known: Vec<String> = options.addresses()?.iter().map(redacted).collect();
        for place in &self.places {
            let url = address(place).map(|url| redacted(&url));
            if !url.as_ref().is_ok_and(|url| known.contains(url)) {
                let shown = url.unwrap_or_else(|_| place.clone());
                return wrong(format!(
                    "its head takes packages from {shown:?} (`tool.uv`), which a script may not choose: add this index to the \
                     call or to the settings for pip or uv, or remove it from the head"
                ));
            }
        }
        match self.elsewhere.first() {
            Some(name) => wrong(format!(
                "its head takes {name} from somewhere else than an index (`tool.uv.sources`): remove that entry, or name \
                 the packages in the call"
            )),
            None => Ok(()),
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
            let dependencies: Vec<Requirement> =
                block.dependencies.iter().map(|text| text.parse()).collect::<Result<_, _>>()?;
            let elsewhere = elsewhere(&block.tool.uv, &dependencies);
            found = Some(Self { dependencies, requires_python, places: places(&block.tool.uv), elsewhere });
        }
        Ok(found)
    }
}

/// Returns the indexes and the `find-links` of the table `tool.uv`.
fn places(uv: &toml::Table) -> Vec<String> {
    let mut found = Vec::new();
    for name in ["index-url", "extra-index-url", "find-links", "index"] {
        let entries = match uv.get(name) {
            Some(toml::Value::Array(entries)) => entries.as_slice(),
            Some(entry) => std::slice::from_ref(entry),
            None => &[],
        };
        let texts = entries.iter().filter_map(|entry| entry.get("url").unwrap_or(entry).as_str());
        found.extend(texts.map(str::to_owned));
    }
    found
}

/// Returns the dependencies whose source in `tool.uv.sources` is no index.
fn elsewhere(uv: &toml::Table, dependencies: &[Requirement]) -> Vec<PackageName> {
    let Some(toml::Value::Table(sources)) = uv.get("sources") else { return Vec::new() };
    let sources: BTreeMap<PackageName, &toml::Value> =
        sources.iter().filter_map(|(name, source)| Some((name.parse().ok()?, source))).collect();
    let is_index = |source: &toml::Value| match source {
        // A source for each platform.
        toml::Value::Array(all) => all.iter().all(|source| source.get("index").is_some()),
        source => source.get("index").is_some(),
    };
    let names = dependencies.iter().map(Requirement::name);
    names.filter(|name| sources.get(name).is_some_and(|source| !is_index(source))).cloned().collect()
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
    fn places_that_a_script_names_must_be_those_of_the_caller() {
        let check = |table: &str, options: IndexOptions| {
            let lines: String = table.lines().map(|line| format!("# {line}\n")).collect();
            let script = format!("# /// script\n# dependencies = ['a', 'B_c']\n{lines}# ///\n");
            ScriptMetadata::find(&script).unwrap().unwrap().check_places(&options).map_err(|error| error.to_string())
        };
        let own = || IndexOptions::new("x").extra_index("https://u:p@a.example.com/simple");
        for table in [
            "",
            "[tool.other]\nindex = 3",
            "[tool.uv]\nindex-url = 'https://a.example.com/simple/'",
            "[[tool.uv.index]]\nname = 'x'\nurl = 'https://other:name@a.example.com/simple'",
            "[tool.uv.sources]\nother = { git = 'https://x' }\na = { index = 'x' }",
        ] {
            assert_eq!(check(table, own()), Ok(()), "{table}");
        }
        for (table, place) in [
            ("[tool.uv]\nextra-index-url = ['https://b.example.com/']", "https://b.example.com/"),
            ("[tool.uv]\nfind-links = ['./wheels']", "./wheels"),
            ("[[tool.uv.index]]\nurl = 'http://u:secret@10.0.0.1/simple'", "http://10.0.0.1/simple/"),
        ] {
            let error = check(table, own()).unwrap_err();
            assert!(error.contains(place) && error.contains("may not choose") && !error.contains("secret"), "{error}");
        }
        for source in ["{ git = 'https://x' }", "[{ index = 'x' }, { path = '../a' }]", "3"] {
            let error = check(&format!("[tool.uv.sources]\nb-C = {source}"), own()).unwrap_err();
            assert!(error.contains("takes b-c from somewhere else"), "{error}");
        }
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
