//! The dynamic linker, which serves `dlopen` and `dlsym` of the guest's C library.
//!
//! [`terrarium_wasm::link`] resolves symbols and determines the order of libraries. This module finds the files, has
//! them compiled, and instantiates them in the guest's store.

mod bind;
mod entry;
mod load;
mod loader;
mod parts;
mod symbol;

pub(super) use bind::{LATE, late};
pub(super) use entry::{open, symbol};
pub(super) use loader::Loader;
pub(crate) use loader::LoaderRecord;
