//! The operating system: the only folder to edit when the library is ported.
//!
//! Each function has a folder. Its `linux.rs` or `unix.rs` is the version that uses the system. Its `plain.rs` is the
//! fallback for any system, at the cost that its first lines name. The fallbacks are compiled and tested here too.

pub(crate) mod address_space;
pub(crate) mod boot;
pub(crate) mod dirty_pages;
pub(crate) mod fault_around;
pub(crate) mod file_size;
pub(crate) mod file_stamp;
pub(crate) mod host_folder;
pub(crate) mod machine_memory;
pub(crate) mod page_size;
pub(crate) mod priority;
pub(crate) mod private_files;
pub(crate) mod protection;
pub(crate) mod regular_file;
pub(crate) mod thread_clock;
pub(crate) mod unnamed_file;
