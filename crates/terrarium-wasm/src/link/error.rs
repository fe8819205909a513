//! The reasons why a library cannot be linked.

/// The reason why a library cannot be linked. The guest gets the text from `dlerror()`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// The bytes are no WebAssembly module.
    #[error("not a valid WebAssembly module: {0}")]
    Malformed(String),
    /// The module has no `dylink.0` section.
    #[error("not a shared library: it has no section `dylink.0`")]
    NotShared,
    /// The section asks for more than the limit.
    #[error("the library asks for {what} {value}, the limit is {limit}")]
    Excessive {
        /// The resource.
        what: &'static str,
        /// The requested amount.
        value: u64,
        /// The limit.
        limit: u64,
    },
    /// A library that another library needs does not exist.
    #[error("cannot find {name}, which {by} needs{}", places(.searched))]
    Missing {
        /// The library's name.
        name: String,
        /// The library that needs it.
        by: String,
        /// The folders that were searched.
        searched: Vec<String>,
    },
    /// A library needs too many other libraries.
    #[error("{name} needs more than {limit} libraries")]
    TooMany {
        /// The first library.
        name: String,
        /// The limit.
        limit: usize,
    },
    /// Symbols without a definition.
    #[error("undefined symbol{}: {}", if .0.len() == 1 { "" } else { "s" }, listed(.0))]
    Undefined(Vec<String>),
}

fn places(folders: &[String]) -> String {
    if folders.is_empty() { String::new() } else { format!(" (searched {})", folders.join(", ")) }
}

/// Lists the first names. A library without the library that it was made for can miss thousands.
fn listed(names: &[String]) -> String {
    const SHOWN: usize = 10;
    let mut text = names.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN {
        text.push_str(&format!(" and {} more", names.len() - SHOWN));
    }
    text
}
