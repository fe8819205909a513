//! Layers of files from artifacts and packages: everything that an interpreter has before it starts.
//!
//! The *distribution* is the guest itself: its module, its standard library, its lock of packages. *Mounting* resolves
//! the packages that options name, compiles their sources to bytecode and their libraries to machine code, and returns
//! a layer. This module depends neither on images nor on runs: compilation of sources needs an interpreter, so callers
//! pass it as a function (`CompileSources`).

mod bytecode;
mod distribution;
mod install;
mod memo;
mod mount;
mod part;
mod ready;
mod store;

pub(crate) use bytecode::SOURCES;
pub(crate) use distribution::{BARE, guest_key, layer, machine, runtime, start_environment, target, wasm};
pub(crate) use install::{Installer, mount};
pub(crate) use memo::{Wait, WaitEnd};
pub(crate) use mount::{
    ImportedPackages, MountedPackages, PackageProvider, libraries, mount_for_image, prepare_libraries,
};
pub(crate) use part::MountedPart;
pub(crate) use ready::{
    BYTECODE, BuiltInImage, IMAGES, ReadyImage, WHEELS, add_ready, built_in_image, has_ready_images, ready_folders,
    write_index,
};
pub(crate) use store::{GUEST_INDEX, GUEST_STORE, INDEX, STORE, files_of_index, remove_stale_downloads};
