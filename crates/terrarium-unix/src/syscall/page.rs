//! The compatibility page, rendered from the table.

use std::fmt::Write;

use super::import::{Handler, Import, Support};
use super::table::FAMILIES;

/// Renders COMPATIBILITY.md without the packages: every import of the guest with its support level and its note.
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

The functions that the guest (CPython and its C library) imports from its host, with their support; the behaviour of
threads; the packages that work. This page is generated from `crates/terrarium-unix/src/syscall` and from the heads of
the programs in `tests/programs/packages`; run `cargo xtask codegen` after a change there.

- **full**: behaves as documented.
- **partial**: behaves as documented, except for the gap that the note names.
- **refused**: always fails, as the note describes.
- **bridge**: belongs to the bridge to a JavaScript host, which terrarium does not have. A call ends the run with the
  import's name; if there is a note, the call returns that answer instead.
- **engine**: served by the engine, because it needs the guest's functions or the growth of its memory.
";

const PROGRAMS: &str = "
## Floating-point numbers

Arithmetic is that of IEEE 754, rounded to the nearest number. WebAssembly has neither the flags of a processor nor
other ways of rounding. numpy's modules get a status of their own when they are loaded:

| feature | behaviour |
| --- | --- |
| `np.errstate`, `np.seterr`, warnings of division by zero, overflow and invalid operations | as natively, in functions on arrays, reductions, single numbers and conversions |
| `LinAlgError` | as natively |
| underflow | seen in arithmetic with single numbers, and of halves; not in other arrays |
| `np.dot`, `np.matmul`, `np.einsum` and `np.nextafter` | overflows and invalid operations in them are not seen |
| complex numbers | infinite and undefined parts are seen; which of both bits is set may differ natively, too |
| a float that an integer type does not have | the integer that x86-64 gives, and a warning; natively it depends on the processor |
| ufuncs of other packages | set their own errors (`scipy.special.errstate`), without the arithmetic |
| `fesetround`, `feraiseexcept` and the other functions of `fenv.h` in C code | do nothing |
| `long double` | 128 bits, computed by software |

## Threads and processes

The guest has one thread. `threading`, `ThreadPoolExecutor`, `multiprocessing.pool.ThreadPool` and `asyncio.to_thread` work
in it: the work of a started thread is deferred. It runs in the calling thread, in the order of the starts, when the
program waits for it.

| feature | behaviour |
| --- | --- |
| `join`, a future's result, a queue, event, lock, condition, barrier | started threads run until the wait is over |
| `os.read` and `os.fdopen` of a pipe, a read of a socket, `select`, `selectors` | as above; `open(descriptor)` and a write of more than a pipe holds do not wait for threads |
| a wait that no remaining thread can end | `RuntimeError` in the waiting thread; a daemon ends silently |
| two threads that wait for each other in turn (a handshake to and fro) | as above: a thread cannot be suspended and resumed |
| the end of the program | threads that have not run yet run, except daemons |
| `Queue(maxsize)` | a `put` that would wait exceeds the bound instead, by up to 10,000 items |
| `time.sleep`, `is_alive` | run no other thread, until the program repeats the call (6 times), as a polling loop does |
| `Timer` | runs in a sleep or wait that passes its time |
| a loop that reads a variable and neither waits nor sleeps | no other thread runs; the deadline ends the loop |
| `Lock`, `RLock`, `Condition`, `_thread.allocate_lock` | owned by the thread that took them, as in CPython |
| `threading.local`, context variables, names, identities, `excepthook` | as in CPython |
| the option `threads`, when it is off | `start` raises `RuntimeError: can't start new thread` |
| `multiprocessing`, `ProcessPoolExecutor`, `InterpreterPoolExecutor` | a process is a thread of this kind, on pickled copies of its arguments; the globals of modules are shared with it |
| `Process.terminate`, `kill` | end a process that has not begun; its exit code is as usual |
| `multiprocessing.shared_memory` | blocks and lists with names, and their manager, until `unlink` or the end of the interpreter |
| other managers, listeners, clients | refused by name |
| `subprocess`, `os.exec*`, `os.posix_spawn` | `FileNotFoundError` with the reason, as for a program that is not there; `os.system` writes the reason and returns 32512 |
| `os.fork` | `OSError` with the reason; `os.cpu_count()` is 1, so libraries with a serial mode (joblib, scikit-learn) use it |
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
