//! The development commands of terrarium: `cargo xtask <command>`.
#![forbid(unsafe_code)]

mod api;
mod bench;
mod codegen;
mod compare;
mod demo;
mod dist;
mod docs;
mod packages;
mod setup;
mod suites;
mod test;
mod tidy;
mod train;
mod util;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The development commands of terrarium.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Fetch the guest and lay out its artifacts; does nothing when they are up to date.
    Setup(setup::Options),
    /// Set up, then run a Python program in a sandbox and show its results.
    Demo,
    /// Run every test, or the named parts.
    Test(test::Options),
    /// Check the house rules.
    Tidy,
    /// Build the documentation site, and check its links.
    Docs,
    /// Write the generated files.
    Codegen(codegen::Options),
    /// Install the most used packages of the Python index and use each in a sandbox; needs the network.
    Packages(packages::Options),
    /// Run part of the packages' own test suites in the sandbox and in native Python, and compare.
    Suites(suites::Options),
    /// Run the benchmarks; arguments after `--` go to them.
    Bench(bench::Options),
    /// Measure this library and its peers on the same work, in one run.
    Compare(compare::Options),
    /// Run the training programs, and write the calls of the guest that set-up makes direct.
    Train(train::Options),
    /// Make the published packages, check their sizes, and try them as a new user would.
    Dist(dist::Options),
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Setup(options) => setup::run(&options).and_then(|()| setup::bare_image().map(drop)),
        Command::Demo => demo::run(),
        Command::Test(options) => test::run(&options),
        Command::Tidy => tidy::run(),
        Command::Docs => docs::run(),
        Command::Codegen(options) => codegen::run(&options),
        Command::Packages(options) => packages::run(&options),
        Command::Suites(options) => suites::run(&options),
        Command::Bench(options) => bench::run(&options),
        Command::Compare(options) => compare::run(&options),
        Command::Train(options) => train::run(&options),
        Command::Dist(options) => dist::run(&options),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
