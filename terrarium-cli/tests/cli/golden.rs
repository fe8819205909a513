//! The golden cases, through `terrarium run --json`: those whose runs have no separate options, which the command line
//! cannot express.

use terrarium_tests::{golden_cases, golden_differences};

use crate::support::{folder, path, ran};

#[test]
fn golden_cases_hold() {
    let (mut failures, mut count) = (Vec::new(), 0);
    for case in golden_cases().into_iter().filter(|case| !case.session) {
        let dir = folder(&[("options.json", &serde_json::to_string(&case.options).unwrap())]);
        let config = path(&dir, "options.json");
        for (run, expected) in case.runs.iter().zip(&case.expect).filter(|(run, _)| run.options.is_empty()) {
            let ran = ran(&["run", "--json", "--config", &config, "-c", &run.code]);
            let result = serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:?}"));
            let differences = golden_differences(&result, expected);
            failures.extend(differences.iter().map(|text| format!("{}: {text}", case.name)));
            count += 1;
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(count > 10, "{count}");
}
