//! The binding of the guest's imports to host functions, and the host's calls into the guest.

pub(in crate::engine) mod calls;
pub(in crate::engine) mod driver;
pub(in crate::engine) mod linker;
pub(in crate::engine) mod mmap;
pub(in crate::engine) mod reenter;
pub(in crate::engine) mod wasi;
