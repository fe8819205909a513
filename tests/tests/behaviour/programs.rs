//! The programs in files: their expected output is beside them, and native CPython prints the same where requested.

use terrarium_core::{ExecutionResult, Sandbox, Status};
use terrarium_tests::{Program, check_golden, check_native, each, programs, transcript};

/// Runs all programs of a folder and collects their failures.
fn check_all(folder: &str, judge: impl Fn(&Program, &ExecutionResult) -> Result<(), String> + Sync) {
    each(
        &programs(folder),
        |program| &program.name,
        |program| {
            let sandbox = Sandbox::new(program.sandbox_options()).expect("a sandbox");
            let result =
                sandbox.execute_with(&program.source, program.execute_options()).map_err(|error| error.to_string())?;
            let mut faults = Vec::new();
            faults.extend(judge(program, &result).err());
            faults.extend(check_golden(program, &transcript(&result)).err());
            match check_native(program, &result.stdout) {
                Ok(None) => (),
                Ok(Some(reason)) => println!("{}: not run in native CPython: {reason}", program.name),
                Err(text) => faults.push(text),
            }
            if faults.is_empty() { Ok(()) } else { Err(faults.join("\n")) }
        },
    );
}

#[test]
fn programs_that_pass() {
    check_all("pass", |_, result| match result.status {
        Status::Success => Ok(()),
        other => Err(format!("{other:?}: {}", result.error.as_ref().map_or("", |error| &error.traceback))),
    });
}

#[test]
fn programs_that_fail() {
    check_all("fail", |_, result| {
        let traceback = result.error.as_ref().map_or("", |error| &error.traceback);
        if traceback.contains("terrarium") {
            return Err(format!("internal frames: {traceback}"));
        }
        match result.status {
            Status::Error => Ok(()),
            Status::Success if result.exit_code == Some(0) => Ok(()),
            other => Err(format!("{other:?}: {traceback}")),
        }
    });
}

#[test]
fn programs_that_are_refused() {
    check_all("denied", |_, result| {
        let worked = ["WORKED", "OPENED", "RAN", "IMPORTED", "LOADED", "STARTED", "CONNECTED"];
        match worked.iter().find(|word| result.stdout.contains(**word)) {
            Some(_) => Err(format!("not refused:\n{}", result.stdout)),
            None if result.status != Status::Success => Err(format!("{:?}: {:?}", result.status, result.error)),
            None => Ok(()),
        }
    });
}
