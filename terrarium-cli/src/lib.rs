//! The program `terrarium`: Python in a sandbox, from the command line.
//!
//! It is a library with one function, [`run`], so that the Python wheel and the npm package carry the command without a
//! second copy of the engine.
#![forbid(unsafe_code)]

mod args;
mod asking;
mod cache;
mod command;
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

pub use command::run;
