//! From artifacts and packages to layers of files: all that an interpreter finds before it starts.
//!
//! The *distribution* is the guest itself: its module, its standard library, its lock of packages. *Mounting* resolves
//! the packages that options name, compiles their sources to bytecode and their libraries to machine code, and gives a
//! layer. The folder knows neither images nor runs: compiling sources takes an interpreter, so it is handed in as a
//! function ([`CompileSources`]).

mod bytecode;
mod distribution;
mod memo;
mod mount;
mod store;

pub(crate) use bytecode::SOURCES;
pub(crate) use distribution::{BARE, guest_key, layer, machine, runtime, start_environment, target, wasm};
pub(crate) use mount::{MountedPackages, PackageProvider, mount_for_image};
