//! Running a piece of code in the sandbox with as few words as possible.

use terrarium_core::{ExecutionResult, Sandbox, SandboxOptions, Session};

/// The default options: a function, so that a test reads as what it changes.
pub fn options() -> SandboxOptions {
    SandboxOptions::default()
}

/// A sandbox with the default options.
pub fn sandbox() -> Sandbox {
    Sandbox::new(options()).expect("a sandbox with the default options")
}

/// A session of such a sandbox.
pub fn session() -> Session {
    sandbox().session().expect("a session")
}

/// Run code in a fresh interpreter with the default options.
pub fn run(code: &str) -> ExecutionResult {
    run_in(options(), code)
}

/// Run code in a fresh interpreter.
pub fn run_in(options: SandboxOptions, code: &str) -> ExecutionResult {
    let sandbox = Sandbox::new(options).expect("options within their bounds");
    sandbox.execute(code).expect("what code does is never an error of the host")
}
