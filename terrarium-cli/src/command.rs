//! The choice of the command.

use std::ffi::OsString;

use clap::Parser as _;

use crate::{
    args::{Cli, Command},
    cache,
    exit::Failure,
    image, info, packages, repl, run as program,
};

/// Carries out a command line, and returns the exit code. The first of `args` is the name of the program.
///
/// The calling process belongs to the command: its signals, its standard streams and its terminal.
///
/// ```
/// assert_eq!(terrarium_cli::run(["terrarium", "--no-such-flag"]), 2);
/// ```
pub fn run(args: impl IntoIterator<Item = impl Into<OsString> + Clone>) -> i32 {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and versions are such errors, too. A closed stream has no reader for them.
            let _ = error.print();
            return error.exit_code();
        }
    };
    let ended = match cli.command {
        None => repl::start(cli.repl),
        Some(Command::Repl(args)) => repl::start(args),
        Some(Command::Run(args)) => program::run(args),
        Some(Command::Packages(args)) => packages::packages(args),
        Some(Command::Image(args)) => image::image(args),
        Some(Command::Cache(args)) => cache::cache(args),
        Some(Command::Info(args)) => info::print(&args),
    };
    ended.unwrap_or_else(|failure: Failure| failure.tell())
}
