//! `terrarium run`: one program in a fresh interpreter.

use std::io::{self, Write as _};

use terrarium_core::{CancelHandle, ExecuteOptions, ExecutionResult, PackageRequest, Packages, SandboxOptions};

use crate::{
    args::RunArgs,
    asking::Person,
    exit::{self, Failure},
    inputs,
    interrupt::{Interrupts, Otherwise},
    outputs::OutputFolder,
    packages, prepare,
    script::Script,
    streams::Streams,
};

/// Runs the program, and returns the exit code for its outcome.
///
/// # Errors
/// [`Failure`] if the program could not be run, or its output not be written.
pub(crate) fn run(args: RunArgs) -> Result<i32, Failure> {
    let script = Script::new(args.code, args.program)?;
    let mut options = args.sandbox.into_options()?;
    if !script.args.is_empty() {
        options.args.clone_from(&script.args);
    }
    let folder = args.out.map(OutputFolder::open).transpose()?;
    let cancel = CancelHandle::new();
    let (filename, is_taken) = (script.name(), script.takes_standard_input());
    let code = script.read(options.code_bytes)?;
    let mut execute = ExecuteOptions::new().filename(filename).cancel(cancel.clone());
    let streams = Streams::new(&cancel);
    let person = Person::default();
    execute.stdin = inputs::standard_input(args.stdin.as_deref(), is_taken)?.unwrap_or_else(|| person.stdin(&streams));
    if !args.json {
        streams.connect(&mut execute, options.timeout);
    }

    let of_head = script_packages(&mut options, &code)?;
    if args.install {
        packages::install(&options, of_head.then_some(&code))?;
    }
    // The process ends with the program, so an image would never be built in the background.
    options.quick_start = false;
    let sandbox = prepare::sandbox(options)?;
    prepare::packages(&sandbox, &code)?;
    let interrupts = Interrupts::install(Otherwise::Leave)?;
    interrupts.end_in_order(&cancel)?;
    let result = {
        let _stopping = interrupts.stop(&cancel);
        let result = sandbox.execute_with(&code, execute);
        person.finish();
        result?
    };
    interrupts.note_result();

    // Files and the result are written even if the streams could not be.
    let written = folder.map_or(Ok(()), |folder| folder.write(&result.output_files, args.verbose));
    if args.json {
        print(&result)?;
    } else {
        streams.finish(result.status)?;
        streams.show_error(&result, sandbox.options());
        streams.finish(result.status)?;
    }
    written.map(|()| interrupts.exit_code().unwrap_or_else(|| exit::code(&result)))
}

/// Adds the packages that the head of a program names (PEP 723), unless the options name packages. Returns whether it did.
fn script_packages(options: &mut SandboxOptions, code: &str) -> Result<bool, Failure> {
    let head = PackageRequest::of_script(code)?;
    let (true, Some(head)) = (options.packages == Packages::default(), head) else { return Ok(false) };
    options.packages = Packages::List(head.requirements);
    Ok(true)
}

/// Prints the result as one line of JSON.
fn print(result: &ExecutionResult) -> Result<(), Failure> {
    let mut stdout = io::BufWriter::new(io::stdout().lock());
    let printed = serde_json::to_writer(&mut stdout, result).map_err(io::Error::from);
    printed.and_then(|()| writeln!(stdout)).and_then(|()| stdout.flush()).map_err(|error| Failure::output(&error))
}
