//! Runs: a sandbox's options become a setup, the setup a live interpreter, and the interpreter's answer a result.

mod auto;
mod calls;
mod check;
mod execute;
mod files;
mod fresh;
mod guest_path;
mod missing_module;
mod packages;
mod preloaded;
mod quick;
mod setup;
mod start;

pub(crate) use check::check;
pub(crate) use execute::{bytes, execute};
pub(crate) use fresh::execute_fresh;
pub(crate) use guest_path::{below, escaped, existing, free, shown, text};
pub(crate) use packages::prepare;
pub(crate) use setup::SandboxSetup;
pub(crate) use start::start;
