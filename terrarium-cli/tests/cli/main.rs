//! The built program `terrarium`, used as users do.

mod cache;
mod files;
mod golden;
mod image;
mod info;
mod limits;
mod packages;
mod piped;
mod run;
mod streams;
mod support;
#[cfg(unix)]
mod terminal;
