//! The command line.

use std::{ffi::OsString, path::PathBuf};

use clap::{Args, Parser, Subcommand};

use crate::{exit, image::ImageArgs, options::SandboxArgs, packages::PackagesArgs};

/// Run Python in a sandbox
///
/// Without a command it is an interactive prompt, or, when the standard input is no terminal, it runs what it reads
/// there, block by block.
#[derive(Debug, Parser)]
#[command(name = "terrarium", version, args_conflicts_with_subcommands = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) repl: ReplArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Run(RunArgs),
    Repl(ReplArgs),
    Packages(PackagesArgs),
    Image(ImageArgs),
    Info(InfoArgs),
}

/// Run a program in a fresh interpreter
///
/// Options come before the program; what follows it are its own arguments. The standard output and error are passed
/// on as they are written.
#[derive(Args, Debug)]
#[command(
    override_usage = "terrarium run [OPTIONS] [FILE | -] [ARGS]...\n       terrarium run [OPTIONS] -c CODE [ARGS]...",
    after_help = exit::HELP,
)]
pub(crate) struct RunArgs {
    /// The program and its arguments; `-`, or nothing, reads the program from the standard input
    #[arg(value_names = ["FILE", "ARGS"], trailing_var_arg = true, num_args = 0..)]
    pub(crate) program: Vec<OsString>,

    /// The program itself; all that follows are its arguments
    #[arg(short = 'c', value_name = "CODE", num_args = 1.., allow_hyphen_values = true)]
    pub(crate) code: Option<Vec<OsString>>,

    /// Print the result as JSON, and nothing else, on the standard output
    #[arg(long)]
    pub(crate) json: bool,

    /// Write the files that the program creates or changes below this folder
    #[arg(short, long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,

    /// The program's standard input, `-` for that of terrarium [default: `-`, unless it is a terminal or holds the
    /// program]
    #[arg(long, value_name = "FILE")]
    pub(crate) stdin: Option<PathBuf>,

    /// Name the files written, on the standard error
    #[arg(short, long)]
    pub(crate) verbose: bool,

    #[command(flatten)]
    pub(crate) sandbox: SandboxArgs,
}

/// Run blocks of Python one by one in a session: interactively, or from the standard input
///
/// A block ends with its line, or, if lines are indented, with an empty line. The value of each block is printed and
/// kept in `_`. Ctrl+C interrupts, Ctrl+D and exit() leave.
#[derive(Args, Debug)]
pub(crate) struct ReplArgs {
    #[command(flatten)]
    pub(crate) sandbox: SandboxArgs,
}

/// Print versions and places
#[derive(Args, Debug)]
pub(crate) struct InfoArgs {
    /// Print them as JSON
    #[arg(long)]
    pub(crate) json: bool,
}
