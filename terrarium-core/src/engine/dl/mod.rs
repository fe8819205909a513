//! The dynamic linker: `dlopen` and `dlsym` of the guest's C library end here.
//!
//! What a symbol means and in which order libraries load is decided by [`terrarium_wasm::link`]; this folder finds the files,
//! has them compiled, and instantiates them in the guest's store.

mod bind;
mod entry;
mod load;
mod loader;
mod symbol;

pub(super) use bind::{LATE, late};
pub(super) use entry::{open, symbol};
pub(super) use loader::Loader;
pub(crate) use loader::LoaderRecord;
