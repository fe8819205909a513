//! The host side of the guest's imports, without an engine.
//!
//! [`imports`] lists every function that the guest imports, as data. An engine finds each with [`find`], serves those
//! of [`Handler::Engine`] and [`Handler::Wasi`] itself, and passes the raw argument slots of the others to
//! [`Import::call`].
//!
//! A bound function decodes its arguments and rejects unknown flags; the work is done in [`Process`], in the file
//! system or in an open object. Failure has two separate channels: an [`Errno`](crate::abi::Errno) goes to the guest, a
//! [`Stop`] ends the run.
#![warn(clippy::arithmetic_side_effects)]

mod args;
mod calendar;
mod calls;
mod control;
mod derive;
mod descriptors;
mod dirs;
mod dynamic;
#[cfg(any(test, fuzzing))]
pub mod exercise;
mod host;
mod import;
mod javascript;
mod library;
mod links;
mod locks;
pub mod mapping;
mod mappings;
mod open;
mod page;
mod path;
mod poll;
mod process;
mod program;
mod requests;
mod rw;
mod socket;
mod stat;
mod stop;
mod supply;
mod table;
#[cfg(test)]
mod tests;
mod time;
mod zone;

pub use args::Args;
pub use calls::{CallAnswer, HostCalls};
pub use descriptors::OpenFile;
pub use host::{Channel, Clock, FixedClock, Sleeper, SystemClock, ThreadSleeper, Wake};
pub use import::{Call, EngineCall, Handler, Import, Preview1, Support, Syscall};
pub use library::LibraryFile;
pub use mappings::{MappedFile, Mappings};
pub use page::compatibility_page;
pub use process::Process;
pub use stop::Stop;
pub use supply::{Supplied, SuppliedRun, Supplier};
pub use table::{FAMILIES, Family, REDIRECTS, UnknownImport, check, find, imports};
