//! The results of a suite in the sandbox beside those in native Python.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::place::Outcomes;

/// The reasons why a package's own tests are skipped only in the sandbox: words in pytest's reason, and their meaning.
/// The first match counts.
const REASONS: &[(&[&str], &str)] = &[
    (&["needs "], "the tests' own C extensions are not in the guest's wheel"),
    (&["thread"], "no threads of the operating system"),
    (&["subprocess", "process", "fork"], "no other processes"),
    (&["available memory"], "the machine's free memory is not visible"),
    (&["64bit", "64-bit", "32-bit", "32bit"], "pointers and sizes have 32 bits"),
    (&["stack size"], "the stack is smaller"),
    (&["immortal refcounts"], "Python 3.14 differs from the native one"),
    (&["asyncio"], "the package takes the platform for one without asyncio"),
    (&["uild", "ompil"], "no compiler"),
    (&["could not import", "not installed", "Could not import"], "an optional package is not installed"),
];
const OTHER: &str = "other conditions of the tests that the platform does not meet";

/// The number of tests per outcome.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Counts {
    /// Passed, or failed as the test requires.
    pub(super) passed: usize,
    pub(super) skipped: usize,
    pub(super) failed: usize,
}

impl Counts {
    fn of(outcomes: &Outcomes) -> Self {
        let mut counts = Self::default();
        for (outcome, _) in outcomes.values() {
            match outcome.as_str() {
                "skipped" => counts.skipped += 1,
                "failed" => counts.failed += 1,
                _ => counts.passed += 1,
            }
        }
        counts
    }

    fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.skipped += other.skipped;
        self.failed += other.failed;
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} skipped, {} failed", self.passed, self.skipped, self.failed)
    }
}

/// The results of one package's suite.
#[derive(Serialize, Deserialize)]
pub(super) struct Found {
    pub(super) package: String,
    pub(super) version: String,
    pub(super) modules: usize,
    pub(super) native: Counts,
    pub(super) sandbox: Counts,
    /// Tests that pass in native Python and are skipped in the sandbox, by reason.
    pub(super) skipped: BTreeMap<String, usize>,
    /// Tests that pass in native Python and do not exist in the sandbox, by reason.
    pub(super) absent: BTreeMap<String, usize>,
    /// Tests that pass in native Python and fail in the sandbox, by reason.
    pub(super) explained: BTreeMap<String, usize>,
    /// Such tests without a known reason.
    #[serde(skip)]
    pub(super) faults: Vec<String>,
}

impl Found {
    pub(super) fn new(package: &str, version: String) -> Self {
        Self {
            package: package.to_owned(),
            version,
            modules: 0,
            native: Counts::default(),
            sandbox: Counts::default(),
            skipped: BTreeMap::new(),
            absent: BTreeMap::new(),
            explained: BTreeMap::new(),
            faults: Vec::new(),
        }
    }

    /// Adds the outcomes of a module. Returns a line about them.
    pub(super) fn add(
        &mut self,
        module: &str,
        native: &Outcomes,
        sandbox: &Outcomes,
        explained: &BTreeMap<String, String>,
    ) -> String {
        let (there, here) = (Counts::of(native), Counts::of(sandbox));
        self.modules += 1;
        self.native.add(there);
        self.sandbox.add(here);
        for test in native.iter().filter(|(_, (outcome, _))| passed(outcome)).map(|(test, _)| test) {
            if sandbox.contains_key(test) {
                continue;
            }
            match reason_of_absence(test, sandbox) {
                Some(reason) => *self.absent.entry(reason.to_owned()).or_default() += 1,
                None => self.faults.push(format!("{}/{module}::{test}: it is not there", self.package)),
            }
        }
        for (test, (outcome, reason)) in sandbox {
            let name = format!("{}/{module}::{test}", self.package);
            if passed(outcome) && explained.contains_key(&name) {
                self.faults.push(format!("{name}: it passes, although `suites.json` explains a failure"));
            }
            match outcome.as_str() {
                "skipped" if native.get(test).is_some_and(|(outcome, _)| passed(outcome)) => {
                    let class = class(reason);
                    if class == OTHER {
                        println!("{module}::{test}: {}", reason.lines().last().unwrap_or_default());
                    }
                    *self.skipped.entry(class.to_owned()).or_default() += 1;
                }
                // A test that does not exist natively under this name counts as passing there.
                "failed" if native.get(test).is_none_or(|(outcome, _)| passed(outcome)) => match explained.get(&name) {
                    Some(reason) => *self.explained.entry(reason.clone()).or_default() += 1,
                    None => self.faults.push(format!("{name}: {}", reason.lines().last().unwrap_or_default())),
                },
                _ => {}
            }
        }
        format!("{here} (native: {there})")
    }
}

fn passed(outcome: &str) -> bool {
    outcome != "failed" && outcome != "skipped"
}

/// Returns the reason why a test does not exist in the sandbox: its module or class is skipped as a whole, or its
/// parameters, which are part of its name, differ there.
fn reason_of_absence(test: &str, sandbox: &Outcomes) -> Option<&'static str> {
    let within = |whole: &str| whole.is_empty() || test.strip_prefix(whole).is_some_and(|rest| rest.starts_with("::"));
    let whole = sandbox.iter().find(|(name, (outcome, _))| outcome == "skipped" && within(name));
    if let Some((_, (_, reason))) = whole {
        return Some(class(reason));
    }
    let function = test.split_once('[')?.0;
    let same = |name: &String| name.split_once('[').is_some_and(|(other, _)| other == function);
    sandbox.keys().any(same).then_some("the test has other parameters in the sandbox, such as other types")
}

fn class(reason: &str) -> &'static str {
    let fits = |words: &[&str]| words.iter().any(|word| reason.contains(word));
    REASONS.iter().find(|(words, _)| fits(words)).map_or(OTHER, |(_, class)| class)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcomes(list: &[(&str, &str, &str)]) -> Outcomes {
        list.iter().map(|(test, outcome, why)| ((*test).into(), ((*outcome).into(), (*why).into()))).collect()
    }

    #[test]
    fn a_test_that_passes_natively_and_fails_here_is_a_fault_unless_explained() {
        let native = outcomes(&[("a", "passed", ""), ("b", "failed", "x"), ("c", "xfailed", ""), ("d", "skipped", "")]);
        let here =
            outcomes(&[("a", "failed", "first\nlast"), ("b", "failed", ""), ("c", "failed", ""), ("d", "failed", "")]);
        let explained = BTreeMap::from([("p/m::c".to_owned(), "known".to_owned())]);
        let mut found = Found::new("p", "1".to_owned());
        let line = found.add("m", &native, &here, &explained);
        let passing = BTreeMap::from([("p/m::a".to_owned(), "known".to_owned())]);
        let mut stale = Found::new("p", "1".to_owned());
        stale.add("m", &native, &native, &passing);
        assert_eq!(stale.faults, ["p/m::a: it passes, although `suites.json` explains a failure"]);
        assert_eq!(found.faults, ["p/m::a: last"]);
        assert_eq!(found.explained, BTreeMap::from([("known".to_owned(), 1)]));
        assert_eq!(line, "0 passed, 0 skipped, 4 failed (native: 2 passed, 1 skipped, 1 failed)");
    }

    #[test]
    fn a_test_that_is_not_there_is_counted_with_its_reason_or_a_fault() {
        let names = ["C::a", "C::b", "f[1]", "f[2]", "lost", "g[1]"];
        let native = outcomes(&names.map(|name| (name, "passed", "")));
        let here = outcomes(&[("C", "skipped", "no threads"), ("f[3]", "passed", ""), ("Cx", "skipped", "")]);
        let mut found = Found::new("p", "1".to_owned());
        found.add("m", &native, &here, &BTreeMap::new());
        assert_eq!(found.absent.values().collect::<Vec<_>>(), [&2, &2]);
        assert_eq!(found.faults, ["p/m::g[1]: it is not there", "p/m::lost: it is not there"]);
    }

    #[test]
    fn tests_that_are_skipped_here_only_are_counted_by_reason() {
        let native = outcomes(&[("a", "passed", ""), ("b", "passed", ""), ("c", "skipped", "thread")]);
        let here = outcomes(&[("a", "skipped", "needs x._tests"), ("b", "skipped", "strange"), ("c", "skipped", "")]);
        let mut found = Found::new("p", "1".to_owned());
        found.add("m", &native, &here, &BTreeMap::new());
        assert_eq!(found.skipped, BTreeMap::from([(REASONS[0].1.to_owned(), 1), (OTHER.to_owned(), 1)]));
        assert_eq!(found.sandbox, Counts { passed: 0, skipped: 3, failed: 0 });
    }
}
