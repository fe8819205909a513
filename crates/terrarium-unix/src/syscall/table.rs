//! Every import of the guest, by family.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::import::Import;
use super::{control, dirs, dynamic, javascript, links, mapping, open, poll, rw, socket, stat, time};

/// Imports that belong together.
#[derive(Debug, Clone, Copy)]
pub struct Family {
    /// Heading.
    pub title: &'static str,
    /// Its imports.
    pub imports: &'static [Import],
}

/// All families, in the order of the compatibility page.
pub const FAMILIES: &[Family] = &[
    Family { title: "Opening and descriptors", imports: open::IMPORTS },
    Family { title: "Reading and writing", imports: rw::IMPORTS },
    Family { title: "Status and attributes", imports: stat::IMPORTS },
    Family { title: "Directories", imports: dirs::IMPORTS },
    Family { title: "Names and links", imports: links::IMPORTS },
    Family { title: "Waiting for descriptors", imports: poll::IMPORTS },
    Family { title: "Mapped files", imports: mapping::IMPORTS },
    Family { title: "Time", imports: time::IMPORTS },
    Family { title: "Process", imports: control::IMPORTS },
    Family { title: "Sockets and names", imports: socket::IMPORTS },
    Family { title: "Memory, dynamic linking and calls", imports: dynamic::IMPORTS },
    Family { title: "Bridge to JavaScript", imports: javascript::IMPORTS },
];

/// The functions of the guest's C library whose bodies the rewriter replaces with a call of an added import, each with
/// the import's module and name. The first two wait by spinning: `nanosleep`, `usleep`, `sleep`, `thrd_sleep` and C++'s
/// `sleep_for` all call the first. The C library's mappings refer to a descriptor, which may be another file by then.
/// Its `mremap` always fails.
pub const REDIRECTS: &[(&str, &str, &str)] = &[
    ("clock_nanosleep", time::ADDED_MODULE, "clock_nanosleep"),
    ("emscripten_thread_sleep", time::ADDED_MODULE, "thread_sleep"),
    ("__syscall_mmap2", time::ADDED_MODULE, "mmap"),
    ("__syscall_munmap", time::ADDED_MODULE, "munmap"),
    ("__syscall_msync", time::ADDED_MODULE, "msync"),
    ("mremap", time::ADDED_MODULE, "mremap"),
];

static BY_NAME: LazyLock<HashMap<(&str, &str), &Import>> =
    LazyLock::new(|| imports().map(|import| ((import.module, import.name), import)).collect());

/// Returns all imports, family by family.
pub fn imports() -> impl Iterator<Item = &'static Import> {
    FAMILIES.iter().flat_map(|family| family.imports)
}

/// Returns the import with this module and name.
#[must_use]
pub fn find(module: &str, name: &str) -> Option<&'static Import> {
    BY_NAME.get(&(module, name)).copied()
}

/// Checks that a guest may import this function: the table has its name with this signature.
///
/// # Errors
/// [`UnknownImport`] when the name is not in the table, or is there with another signature.
pub fn check(module: &str, name: &str, signature: &str) -> Result<&'static Import, UnknownImport> {
    let known = find(module, name);
    match known {
        Some(import) if import.signature == signature => Ok(import),
        _ => Err(UnknownImport {
            module: module.to_owned(),
            name: name.to_owned(),
            signature: signature.to_owned(),
            known: known.map(|import| import.signature),
        }),
    }
}

/// A function that the guest imports and that is not in the table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the guest imports `{module}.{name}` as `{signature}`, which is {}", .known.map_or_else(
    || "not known".to_owned(), |known| format!("known as `{known}`")))]
pub struct UnknownImport {
    /// Module of the import.
    pub module: String,
    /// Name of the import.
    pub name: String,
    /// The signature that the guest uses.
    pub signature: String,
    /// The signature in the table, if the name is in it.
    pub known: Option<&'static str>,
}
