//! The command line.

use std::{ffi::OsString, path::PathBuf};

use clap::{Args, Parser, Subcommand};

use crate::{cache::CacheArgs, exit, image::ImageArgs, options::SandboxArgs, packages::PackagesArgs};

/// Run Python in a sandbox
///
/// Without a command, an interactive prompt starts. If the standard input is no terminal, the blocks of code in it run
/// one by one.
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
    Cache(CacheArgs),
    Info(InfoArgs),
}

/// Run a program in a fresh interpreter
///
/// Options come before the program; all words after the program are its own arguments. The standard output and the
/// standard error appear while the program writes them.
#[derive(Args, Debug)]
#[command(
    override_usage = "terrarium run [OPTIONS] [FILE | -] [ARGS]...\n       terrarium run [OPTIONS] -c CODE [ARGS]...",
    after_help = exit::HELP,
)]
pub(crate) struct RunArgs {
    /// The program and its arguments; `-`, or nothing, reads the program from the standard input
    #[arg(value_names = ["FILE", "ARGS"], trailing_var_arg = true, num_args = 0..)]
    pub(crate) program: Vec<OsString>,

    /// The code of the program; all words after it are the program's arguments
    #[arg(short = 'c', value_name = "CODE", num_args = 1.., allow_hyphen_values = true)]
    pub(crate) code: Option<Vec<OsString>>,

    /// Print only the result, as JSON, on the standard output
    #[arg(long)]
    pub(crate) json: bool,

    /// Write the files that the program creates or changes below this folder
    #[arg(short, long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,

    /// The program's standard input, read as far as the program reads; `-` is the standard input of terrarium, where a
    /// person is asked at a terminal [default: `-`, unless it contains the program]
    #[arg(long, value_name = "FILE")]
    pub(crate) stdin: Option<PathBuf>,

    /// Download the packages of `--package` that are missing, and those that the head of the program names
    /// (`# /// script`)
    #[arg(long)]
    pub(crate) install: bool,

    /// Print the names of the written files on the standard error
    #[arg(short, long)]
    pub(crate) verbose: bool,

    #[command(flatten)]
    pub(crate) sandbox: SandboxArgs,
}

/// Run blocks of Python one by one in a session: interactively, or from the standard input
///
/// A block ends with its line, or with an empty line if it has indented lines. The value of each block is printed and
/// kept in `_`. Ctrl+C interrupts, Ctrl+D and exit() leave.
#[derive(Args, Debug)]
pub(crate) struct ReplArgs {
    #[command(flatten)]
    pub(crate) sandbox: SandboxArgs,
}

/// Print versions and the cache folder
#[derive(Args, Debug)]
pub(crate) struct InfoArgs {
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_help_states_every_default_in_its_unit() {
        let mut command = Cli::command();
        for name in ["run", "repl"] {
            let help = command.find_subcommand_mut(name).unwrap().render_long_help().to_string();
            let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
            for default in ["30s", "512MiB", "50ms", "16MiB", "100MiB", "10000", "256", "128MiB", "1MiB", "/home/earth"]
            {
                assert!(help.contains(&format!("[default: {default}]")), "{default} in {help}");
            }
        }
    }
}
