//! Short functions for running code in a sandbox.

use terrarium_core::{ExecutionResult, Sandbox, SandboxOptions, Session};

/// Returns the default options, except that a sandbox waits for its image: a test then always runs on that. A function, so
/// that a test shows only its changes.
pub fn options() -> SandboxOptions {
    SandboxOptions::default().quick_start(false)
}

/// Makes a sandbox with the default options.
pub fn sandbox() -> Sandbox {
    Sandbox::new(options()).expect("a sandbox with the default options")
}

/// Starts a session of such a sandbox.
pub fn session() -> Session {
    sandbox().session().expect("a session")
}

/// Runs code in a fresh interpreter with the default options.
pub fn run(code: &str) -> ExecutionResult {
    run_in(options(), code)
}

/// Runs code in a fresh interpreter.
pub fn run_in(options: SandboxOptions, code: &str) -> ExecutionResult {
    let sandbox = Sandbox::new(options).expect("options within their bounds");
    sandbox.execute(code).expect("what code does is never an error of the host")
}
