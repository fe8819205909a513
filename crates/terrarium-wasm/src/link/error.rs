//! Why a library cannot be linked.

/// Why a library cannot be linked. The text is what `dlerror()` gives the guest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// The bytes are no WebAssembly module.
    #[error("not a valid WebAssembly module: {0}")]
    Malformed(String),
    /// The module has no `dylink.0` section.
    #[error("not a shared library: it has no section `dylink.0`")]
    NotShared,
    /// The section asks for more than any library needs.
    #[error("the library asks for {what} {value}, the limit is {limit}")]
    Excessive {
        /// Of what.
        what: &'static str,
        /// How much.
        value: u64,
        /// The most there is.
        limit: u64,
    },
    /// A library that another one needs is not there.
    #[error("cannot find {name}, which {by} needs{}", places(.searched))]
    Missing {
        /// The library's name.
        name: String,
        /// Who needs it.
        by: String,
        /// The folders that were searched.
        searched: Vec<String>,
    },
    /// Too many libraries hang together.
    #[error("{name} needs more than {limit} libraries")]
    TooMany {
        /// The first library.
        name: String,
        /// The limit.
        limit: usize,
    },
    /// Symbols that nobody defines.
    #[error("undefined symbol{}: {}", if .0.len() == 1 { "" } else { "s" }, listed(.0))]
    Undefined(Vec<String>),
}

fn places(folders: &[String]) -> String {
    if folders.is_empty() { String::new() } else { format!(" (searched {})", folders.join(", ")) }
}

/// The first names; a library without the one it is made for can miss thousands.
fn listed(names: &[String]) -> String {
    const SHOWN: usize = 10;
    let mut text = names.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN {
        text.push_str(&format!(" and {} more", names.len() - SHOWN));
    }
    text
}
