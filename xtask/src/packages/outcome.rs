//! The outcome of a package, and the file of all outcomes.

use std::fmt;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};

use super::{ByName, RESULTS, UNREACHABLE};
use crate::util;

/// `results.json`.
pub(super) type Results = ByName;

/// The start of a list of files that do not fit.
const FILES: &str = ", of its other files, ";
/// The longest reason.
const MOST: usize = 300;

/// The result of a package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Found {
    pub(super) outcome: Outcome,
    /// The version that was installed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) kind: Option<Kind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) origin: Option<Origin>,
    /// Why it does not work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<String>,
    /// Why the version is not the newest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) older: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Outcome {
    /// The program ran to its end.
    Works,
    /// It did not.
    Fails,
    /// The package could not be installed.
    NotInstalled,
}

/// The kind of a package's wheel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    Pure,
    Compiled,
}

/// The place that a package came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Origin {
    Index,
    Distribution,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.outcome {
            Outcome::Works => "works",
            Outcome::Fails => "FAILS",
            Outcome::NotInstalled => "NOT INSTALLED",
        };
        write!(f, "{word} {}", self.version.as_deref().unwrap_or_default())?;
        self.reason.as_ref().map_or(Ok(()), |reason| write!(f, ": {reason}"))
    }
}

/// Reads the file.
pub(super) fn read() -> Result<Results> {
    let bytes = util::read(&super::at(RESULTS))?;
    serde_json::from_slice(&bytes).with_context(|| format!("`{RESULTS}` is damaged: run `cargo xtask packages`"))
}

/// Writes the file.
pub(super) fn write(results: &Results) -> Result<()> {
    util::write(&super::at(RESULTS), (serde_json::to_string_pretty(results)? + "\n").as_bytes())
}

/// Returns the kind of the wheel in the store.
pub(super) fn kind(store: &Path, name: &str, version: &str) -> Result<Kind> {
    for file in util::walk(store, &|_| false)? {
        let file = file.file_name().unwrap_or_default().to_string_lossy();
        let is_it =
            |(of, rest): (&str, &str)| normalized(of) == normalized(name) && rest.starts_with(&format!("{version}-"));
        if file.split_once('-').is_some_and(is_it) {
            return Ok(if file.ends_with("-none-any.whl") { Kind::Pure } else { Kind::Compiled });
        }
    }
    bail!("the wheel of {name} {version} is not in the store")
}

/// Returns why the version of a package is not the newest, from what its installation told.
pub(super) fn older(name: &str, told: &str) -> Option<String> {
    let warnings = told.lines().filter_map(|line| line.strip_prefix("terrarium: warning: ")?.split_once(": "));
    let is_about = |about: &str| {
        about
            .split_once(' ')
            .is_some_and(|(of, rest)| normalized(of) == name && rest.ends_with("is not the newest version"))
    };
    let mut reasons = warnings.filter(|(about, _)| is_about(about)).map(|(_, reason)| shortened(reason));
    reasons
        .next()
        .map(|reason| reason.replace("which cannot be reached, may have one", "which was not reached, may have one"))
}

/// Returns the name of a package in one spelling.
pub(super) fn normalized(name: &str) -> String {
    name.to_lowercase().replace(['_', '.'], "-")
}

/// Checks that a result is whole.
pub(super) fn check(found: &Found) -> Result<()> {
    let works = found.outcome == Outcome::Works;
    ensure!(works == found.reason.is_none(), "a package that does not work has a reason, and no other");
    let is_installed = found.outcome != Outcome::NotInstalled;
    ensure!(
        is_installed == found.version.is_some() && is_installed == found.kind.is_some(),
        "the version is not stated"
    );
    ensure!(is_installed == found.origin.is_some(), "the origin is not stated");
    Ok(())
}

/// Returns the reason in the errors of an installation.
pub(super) fn of_installation(errors: &str) -> String {
    let errors: Vec<&str> = errors.lines().filter(|line| !line.contains("warning: ")).collect();
    let errors = errors.join("\n");
    let (errors, is_unreachable) = match errors.split_once(UNREACHABLE) {
        Some((_, errors)) => (errors, true),
        None => (&*errors, false),
    };
    // The last steps of an explanation are about files.
    let mut steps: Vec<&str> = errors.lines().filter_map(|line| line.strip_prefix("- ")).collect();
    steps.retain(|step| !step.starts_with("you require"));
    let lacking: Vec<&str> =
        steps.iter().copied().filter(|step| step.contains(FILES) || step.contains("no version that fits")).collect();
    let shown = match (lacking.as_slice(), steps.as_slice()) {
        ([], []) => errors.lines().last().unwrap_or_default().trim_start_matches("terrarium: ").to_owned(),
        ([], steps) => steps.join("; "),
        (lacking, _) => lacking.iter().map(|step| without_files(step)).collect::<Vec<_>>().join("; "),
    };
    let shown = shortened(&shown);
    match is_unreachable {
        true => format!("{shown}; the distribution was not reached"),
        false => shown,
    }
}

/// Shortens a list of files to the first one and the number of the others.
fn without_files(step: &str) -> String {
    let Some((start, files)) = step.split_once(FILES) else { return step.to_owned() };
    let (files, _) = files.split_once(" (wheels that fit").unwrap_or((files, ""));
    let all: Vec<&str> = files.split("; ").collect();
    let first = all.first().copied().unwrap_or_default();
    let first = first.split_once(" (").map_or(first, |(name, _)| name);
    format!("{start}: {first}")
}

/// Returns a reason as one short line, without addresses of indexes.
pub(super) fn shortened(reason: &str) -> String {
    let line = reason.split_whitespace().map(|word| {
        let is_index = word.starts_with("https://") && word.contains("/simple");
        if is_index { "the index" } else { word }
    });
    let line = line.collect::<Vec<_>>().join(" ").replace('|', "/");
    match line.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_the_files_that_there_are_without_addresses() {
        let errors = "terrarium: https://cdn/x.whl: io: gone; the index alone does not have everything: no versions of all packages go together:\n\
            - you require a\n- a 1 requires b\n- b: https://example.com/simple/ has no version that fits this Python, of its other files, \
            b-1.tar.gz is a source archive, and nothing is built here; b-2.whl is for another platform (x); 3 more files (wheels that fit: y)";
        let expected = "b: the index has no version that fits this Python: b-1.tar.gz is a source archive, and nothing is built here; \
            the distribution was not reached";
        assert_eq!(of_installation(errors), expected);
        assert_eq!(of_installation("terrarium: warning: old\nterrarium: x: no space"), "x: no space");
        assert_eq!(shortened(&"word | ".repeat(100)).chars().count(), MOST + 1);
    }

    #[test]
    fn an_old_version_is_seen_with_its_reason() {
        let told = "terrarium: added a 1\nterrarium: warning: a-b 1 is not the newest version: a-b 2 requires c\n";
        assert_eq!(older("a-b", told).as_deref(), Some("a-b 2 requires c"));
        assert_eq!(older("a", told), None);
    }

    #[test]
    fn a_result_without_its_reason_or_version_is_refused() {
        let whole = Found {
            outcome: Outcome::Works,
            version: Some("1".into()),
            kind: Some(Kind::Pure),
            origin: Some(Origin::Index),
            reason: None,
            older: None,
        };
        assert!(check(&whole).is_ok());
        assert!(check(&Found { outcome: Outcome::Fails, ..whole.clone() }).is_err());
        assert!(check(&Found { version: None, ..whole.clone() }).is_err());
        assert!(check(&Found { outcome: Outcome::NotInstalled, reason: Some("x".into()), ..whole }).is_err());
    }
}
