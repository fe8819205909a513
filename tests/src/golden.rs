//! Golden cases: JSON that every interface of the library runs, with the expected results.
//!
//! A file in `tests/golden` is an array of cases. A case has options of the sandbox, runs (the code and the options of
//! a run side by side), and for each run the checked part of the result's JSON form. `repr` names outputs of the last
//! run (or its `final_expression`) that another run gets as the input `x`; its `repr` must be that text. This shows
//! that the conversion of a value to a language loses nothing.

use std::{collections::BTreeMap, fs, path::Path};

use serde::Deserialize;
use serde_json::{Map, Value as Json};
use terrarium_core::{ExecuteOptions, SandboxOptions};

/// One case.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GoldenCase {
    /// The property that the case shows.
    pub name: String,
    /// The sandbox's options.
    #[serde(default)]
    pub options: Map<String, Json>,
    /// The runs, in order.
    pub runs: Vec<GoldenRun>,
    /// Whether they share a session.
    #[serde(default)]
    pub session: bool,
    /// The expected part of each result.
    pub expect: Vec<Map<String, Json>>,
    /// The reprs of values that are passed back.
    #[serde(default)]
    pub repr: BTreeMap<String, String>,
}

/// One run of a case.
#[derive(Clone, Debug, Deserialize)]
pub struct GoldenRun {
    /// The code.
    pub code: String,
    /// Members of [`ExecuteOptions`].
    #[serde(flatten)]
    pub options: Map<String, Json>,
}

impl GoldenCase {
    /// Returns the sandbox's options.
    pub fn sandbox(&self) -> SandboxOptions {
        serde_json::from_value(Json::Object(self.options.clone())).expect("options of a sandbox")
    }
}

impl GoldenRun {
    /// Returns the run's options.
    pub fn execute(&self) -> ExecuteOptions {
        serde_json::from_value(Json::Object(self.options.clone())).expect("options of a run")
    }
}

/// Returns all cases.
pub fn golden_cases() -> Vec<GoldenCase> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden");
    let mut paths: Vec<_> =
        fs::read_dir(folder).expect("golden cases").map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    let read = |path: &Path| -> Vec<GoldenCase> {
        let text = fs::read(path).expect("a readable file");
        serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    let cases: Vec<GoldenCase> = paths.iter().flat_map(|path| read(path)).collect();
    assert!(cases.len() > 20 && cases.iter().all(|case| case.runs.len() == case.expect.len()));
    cases
}

/// Returns the differences of a result. Of `error` only the named members count; null also matches a missing member.
pub fn golden_differences(result: &Json, expected: &Map<String, Json>) -> Vec<String> {
    let mut differences = Vec::new();
    for (name, wanted) in expected {
        let found = &result[name];
        if let ("error", Json::Object(parts)) = (name.as_str(), wanted) {
            differences.extend(golden_differences(found, parts).iter().map(|text| format!("error.{text}")));
        } else if found != wanted || (name == "final_expression" && result.get(name).is_none()) {
            differences.push(format!("{name} is {found}, not {wanted}"));
        }
    }
    differences
}
