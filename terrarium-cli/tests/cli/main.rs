//! The built program `terrarium`, used as users do.

#[cfg(unix)]
mod asking;
mod cache;
mod files;
mod golden;
mod image;
mod info;
mod limits;
mod packages;
mod piped;
#[cfg(unix)]
mod pty;
mod run;
mod streams;
mod support;
#[cfg(unix)]
mod terminal;
