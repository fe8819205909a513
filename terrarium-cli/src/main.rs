//! The program `terrarium`: Python in a sandbox, from the command line.
#![forbid(unsafe_code)]

mod args;
mod cache;
mod exit;
mod flags;
mod image;
mod info;
mod inputs;
mod interrupt;
mod options;
mod outputs;
mod packages;
mod prepare;
mod repl;
mod run;
mod script;
mod streams;
mod units;
mod writer;

use clap::Parser as _;

use crate::{
    args::{Cli, Command},
    exit::Failure,
};

fn main() {
    let cli = Cli::parse();
    let ended = match cli.command {
        None => repl::start(cli.repl),
        Some(Command::Repl(args)) => repl::start(args),
        Some(Command::Run(args)) => run::run(args),
        Some(Command::Packages(args)) => packages::packages(args),
        Some(Command::Image(args)) => image::image(args),
        Some(Command::Cache(args)) => cache::cache(args),
        Some(Command::Info(args)) => info::print(&args),
    };
    std::process::exit(ended.unwrap_or_else(|failure: Failure| failure.tell()));
}
