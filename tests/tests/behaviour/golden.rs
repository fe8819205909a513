//! The golden cases, through the Rust API; other interfaces of the library have the same test.

use terrarium_core::{ExecuteOptions, ExecutionResult, Sandbox, Value};
use terrarium_tests::{golden_cases, golden_differences, sandbox};

use crate::support::success;

#[test]
fn golden_cases_hold() {
    let mut failures = Vec::new();
    let again = sandbox();
    for case in golden_cases() {
        let sandbox = Sandbox::new(case.sandbox()).unwrap();
        let mut session = case.session.then(|| sandbox.session().unwrap());
        let results: Vec<ExecutionResult> = case
            .runs
            .iter()
            .map(|run| match &mut session {
                Some(session) => session.execute_with(&run.code, run.execute()).unwrap(),
                None => sandbox.execute_with(&run.code, run.execute()).unwrap(),
            })
            .collect();
        for (number, (result, expected)) in results.iter().zip(&case.expect).enumerate() {
            let json = serde_json::to_value(result).unwrap();
            let differences = golden_differences(&json, expected);
            failures.extend(differences.iter().map(|text| format!("{}, run {number}: {text}", case.name)));
        }
        let last = results.last().unwrap();
        for (name, expected) in &case.repr {
            let value =
                if name == "final_expression" { &last.final_expression } else { &last.outputs.get(name).cloned() };
            let options = ExecuteOptions::new().input("x", value.clone().unwrap());
            let shown = again.execute_with("repr(x)", options).unwrap();
            if success(&shown).final_expression != Some(Value::Str(expected.clone())) {
                failures.push(format!("{}: {name} comes back as {:?}", case.name, shown.final_expression));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
