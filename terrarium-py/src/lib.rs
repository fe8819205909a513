//! `terrarium._native`: the core of the library for the Python package `terrarium`, which users import.
//!
//! This crate only converts. Options and results keep the names and the JSON forms of `terrarium-core`. Features of
//! Python itself (keyword arguments, asyncio, pickling, Jupyter) are written in Python, in `python/terrarium`.

mod cache;
mod cancel;
mod command;
mod convert;
mod error;
mod events;
mod exit;
mod functions;
mod gate;
mod glibc;
mod image;
mod options;
mod python;
mod result;
mod sandbox;
mod session;
mod store;
mod worker;

/// The library's core; use the package `terrarium`.
#[pyo3::pymodule]
mod _native {
    #[pymodule_export]
    use crate::cache::CacheFolder;
    #[pymodule_export]
    use crate::cancel::CancelHandle;
    #[pymodule_export]
    use crate::command::command;
    #[pymodule_export]
    use crate::events::InputReply;
    #[pymodule_export]
    use crate::exit::shut_down;
    #[pymodule_export]
    use crate::image::{Image, add_ready_images, inspect_image, list_images, prune_images, set_bare_image};
    #[pymodule_export]
    use crate::python::about;
    #[pymodule_export]
    use crate::result::Outcome;
    #[pymodule_export]
    use crate::sandbox::Sandbox;
    #[pymodule_export]
    use crate::session::Session;
    #[pymodule_export]
    use crate::store::PackageStore;

    #[pymodule_export]
    #[expect(non_upper_case_globals, reason = "its name in Python")]
    const __version__: &str = env!("CARGO_PKG_VERSION");
}
