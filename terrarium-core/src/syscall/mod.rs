//! The host side of the guest's imports, without an engine.
//!
//! [`imports`] lists every function the guest imports as data. An engine looks each up with [`find`], serves those of
//! [`Handler::Engine`] and [`Handler::Wasi`] itself, and for the others hands the raw argument slots to [`Import::call`].
//!
//! A bound function decodes its arguments and rejects unknown flags; the work is done in [`Process`], in the file system or in an
//! open object. Failure has two channels that never mix: an [`Errno`](crate::abi::Errno) goes to the guest, a [`Stop`] ends the run.

mod args;
mod host;
mod import;
mod process;
mod stop;
mod table;

pub use args::Args;
pub use host::{Channel, Clock, FixedClock, Sleeper, SystemClock, ThreadSleeper, Wake};
pub use import::{Call, EngineCall, Handler, Import, Preview1, Support, Syscall};
pub use process::{Limits, Process};
pub use stop::Stop;
pub use table::{find, imports};
