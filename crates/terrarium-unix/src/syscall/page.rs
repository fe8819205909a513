//! The compatibility page, rendered from the table.

use std::fmt::Write;

use super::import::{Handler, Import, Support};
use super::table::FAMILIES;

/// The text of COMPATIBILITY.md, without the packages: every import of the guest with its support level and what to know about it.
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
    page.push_str(PROGRAMS);
    page
}

const INTRODUCTION: &str = "\
# Compatibility

Every function that the guest (CPython and its C library) asks of its host, and what it gets; how threads behave; which
packages work. This page is generated from `crates/terrarium-unix/src/syscall` and from the heads of the programs in
`tests/programs/packages`; run `cargo xtask codegen` after a change there.

- **full**: behaves as its documentation says.
- **partial**: behaves so, with the gap that the note names.
- **refused**: fails, always, as the note says.
- **bridge**: belongs to the bridge to a JavaScript host, which is not there. A call ends the run with the import's
  name; where a note stands, the call answers that instead.
- **engine**: served by the engine, because it needs the guest's functions or its memory's growth.
";

const PROGRAMS: &str = "
## Threads and processes

The guest has one thread. `threading`, `ThreadPoolExecutor`, `multiprocessing.pool.ThreadPool` and `asyncio.to_thread` work
in it: the work of a started thread is put off, and done in the calling thread, in the order of the starts, when something
waits for it.

| what | how it goes |
| --- | --- |
| `join`, a future's result, a queue, event, lock, condition, barrier | the threads that were started run until the wait is over |
| a wait that no thread is left to end | `RuntimeError`, in the thread that waits; a daemon is ended without a word |
| a thread that waits for what only a thread that waits for it could do (a handshake to and fro) | the same: a thread cannot be left and taken up again |
| the end of the program | what is left runs, daemons apart |
| `Queue(maxsize)` | a `put` that would wait goes beyond the bound instead, by up to 10,000 items |
| `time.sleep`, `is_alive` | no wait for others, until the program does it again and again (6 times), as when it polls |
| `Timer` | runs in a sleep or wait that passes its time |
| a loop that looks at a variable and neither waits nor sleeps | no other thread runs; the deadline ends it |
| locks made with `_thread.allocate_lock` | the interpreter's own: a wait for one that is taken ends with the deadline |
| `threading.local`, context variables, names, identities, `excepthook` | as in CPython |
| the option `threads`, when it is off | `start` raises `RuntimeError: can't start new thread` |
| `multiprocessing`, `subprocess`, `os.fork` | refused; `os.cpu_count()` is 1, so libraries that can do without (joblib, scikit-learn) do |
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
