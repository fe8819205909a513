//! The operating system: the one folder to edit when the library is ported.
//!
//! Each function has a folder. `linux.rs` or `unix.rs` in it is the version that uses the system, `plain.rs` the
//! fallback that any system can run, at the cost that its head names. The fallbacks are compiled and tested here too.

pub(crate) mod dirty_pages;
pub(crate) mod fault_around;
pub(crate) mod file_stamp;
pub(crate) mod machine_memory;
pub(crate) mod page_size;
pub(crate) mod private_files;
pub(crate) mod protection;
pub(crate) mod regular_file;
pub(crate) mod thread_clock;
