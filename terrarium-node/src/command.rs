//! The command `terrarium`, which the package carries.

use napi_derive::napi;

/// Carries out a command line whose first argument is the program's name, and returns the exit code.
#[napi]
pub fn command(args: Vec<String>) -> i32 {
    terrarium_cli::run(args)
}
