//! The compatibility page, rendered from the table.

use std::fmt::Write;

use super::import::{Handler, Import, Support};
use super::table::FAMILIES;

/// The text of COMPATIBILITY.md: every import of the guest with its support level and what to know about it.
#[must_use]
pub fn compatibility_page() -> String {
    let mut page = String::from(INTRODUCTION);
    for family in FAMILIES {
        // Writing to a string does not fail.
        let _ = write!(page, "\n## {}\n\n| import | support | note |\n| --- | --- | --- |\n", family.title);
        for import in family.imports {
            let _ = writeln!(page, "| `{}` | {} | {} |", import.name, level(import), note(import));
        }
    }
    page
}

const INTRODUCTION: &str = "\
# Compatibility

Every function that the guest (CPython and its C library) asks of its host, and what it gets. This page is generated
from the table in `terrarium-core/src/syscall`; run `cargo xtask codegen` after a change there.

- **full**: behaves as its documentation says.
- **partial**: behaves so, with the gap that the note names.
- **refused**: fails, always, as the note says.
- **bridge**: belongs to the bridge to a JavaScript host, which is not there. A call ends the run with the import's
  name; where a note stands, the call answers that instead.
- **engine**: served by the engine, because it needs the guest's functions or its memory's growth.
";

fn level(import: &Import) -> &'static str {
    match import.support {
        Support::Full => "full",
        Support::Partial => "partial",
        Support::Refused => "refused",
        Support::Bridge => "bridge",
        Support::Engine => "engine",
    }
}

fn note(import: &Import) -> String {
    let by = if matches!(import.handler, Handler::Wasi) { "served by wasmtime-wasi" } else { "" };
    [import.note, by].iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join("; ")
}
