//! The part of COMPATIBILITY.md about packages of the Python index.

use std::fmt::Write as _;

use super::{
    checked,
    outcome::{Found, Kind, Origin, Outcome},
    program::Program,
};

/// Writes the text: a table of all packages that were tried.
pub(crate) fn page() -> anyhow::Result<String> {
    let (programs, results) = checked()?;
    Ok(render(&programs, &|name| &results[name]))
}

fn render<'r>(programs: &[Program], found: &dyn Fn(&str) -> &'r Found) -> String {
    let works = programs.iter().filter(|program| found(&program.name).outcome == Outcome::Works).count();
    let mut text = format!(
        "\n## Packages of the Python index\n\n\
         Packages of the index that are used most, installed by name with `terrarium packages add`, imported, and used by a\n\
         program of `tests/packages/programs` that checks its results: {works} of {} work. `cargo xtask packages` tries them again.\n\n\
         Versions are the newest that fit on the day of the run. A *pure* wheel has no compiled code; a *compiled* one is for the\n\
         platform `pyemscripten`. The packages of the distribution are from the copy that set-up prepares where the distribution's\n\
         own server is not reached.\n\n\
         | package | version | wheel | works | tried, or the reason |\n\
         | --- | --- | --- | --- | --- |\n",
        programs.len()
    );
    for program in programs {
        let Found { outcome, version, kind, origin, reason, older } = found(&program.name);
        let wheel = kind.map_or("", |kind| match kind {
            Kind::Pure => "pure",
            Kind::Compiled => "compiled",
        });
        let origin = if *origin == Some(Origin::Distribution) { ", of the distribution" } else { "" };
        let works = match (outcome, &program.note) {
            (Outcome::Works, None) => "yes".to_owned(),
            (Outcome::Works, Some(note)) => format!("in part: {note}"),
            (Outcome::Fails, _) => "no".to_owned(),
            (Outcome::NotInstalled, _) => "not installed".to_owned(),
        };
        let last = reason.as_ref().unwrap_or(&program.tried);
        let older = older.as_ref().map_or(String::new(), |older| format!(". Not the newest version: {older}"));
        let last = format!("{last}{older}");
        let version = version.as_deref().unwrap_or_default();
        // A table's cell would take the rest for markup.
        let last = last.replace('<', "&lt;").replace('*', "\\*");
        let _ = writeln!(text, "| {} | {version} | {wheel}{origin} | {works} | {last} |", program.name);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_a_row_for_each_package_that_works_or_says_why_not() {
        let program = |name: &str, note: Option<&str>| Program {
            name: name.into(),
            path: "x.py".into(),
            requirements: vec![name.into()],
            tried: "Tried".into(),
            note: note.map(str::to_owned),
        };
        let works = Found {
            outcome: Outcome::Works,
            version: Some("1".into()),
            kind: Some(Kind::Compiled),
            origin: Some(Origin::Distribution),
            reason: None,
            older: None,
        };
        let lacks = Found {
            outcome: Outcome::NotInstalled,
            version: None,
            kind: None,
            origin: None,
            reason: Some("a < b".into()),
            older: None,
        };
        let text = render(&[program("a", Some("slow")), program("b", None)], &|name| {
            if name == "a" { &works } else { &lacks }
        });
        assert!(text.contains("1 of 2 work"), "{text}");
        assert!(text.contains("| a | 1 | compiled, of the distribution | in part: slow | Tried |\n"), "{text}");
        assert!(text.contains("| b |  |  | not installed | a &lt; b |\n"), "{text}");
    }

    #[test]
    fn the_programs_and_the_results_are_about_the_same_packages_of_which_most_work() {
        let (programs, results) = checked().unwrap();
        assert!(programs.len() >= 80, "{}", programs.len());
        let works = results.values().filter(|found| found.outcome == Outcome::Works).count();
        assert!(works >= 60, "{works}");
    }
}
