//! One import of the guest as data: name, signature, handler, support level, note.

use super::{Args, Process, Stop};
use crate::abi::Errno;
use crate::memory::GuestMemory;

/// The degree to which an import behaves as documented.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Support {
    /// Behaves as the platform's documentation states.
    Full,
    /// Behaves as documented, except for the gap that the note names.
    Partial,
    /// Always fails, with the errno that the note names.
    Refused,
    /// Belongs to the bridge to a JavaScript host: the call ends the run, or returns "none" where a note explains why.
    Bridge,
    /// Served by the engine, because it needs the guest's table or calls into the guest.
    Engine,
}

/// The imports that only the engine can serve: they need the store, the table, guest calls or memory growth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EngineCall {
    /// `emscripten_resize_heap(bytes) -> 1 | 0`.
    ResizeHeap,
    /// `emscripten_get_heap_max() -> bytes`: the memory limit.
    HeapMax,
    /// `_PyEM_TrampolineCall_JS(func, a, b, c)`: call with as many arguments as the function takes.
    Trampoline,
    /// `_Py_CheckEmscriptenSignals_Helper() -> signal | 0`.
    CheckSignals,
    /// `mmap(address, length, protection, flags, fd, offset) -> address | -errno`; see
    /// [`MapRequest`](super::mapping::MapRequest).
    Mmap,
    /// `munmap(address, length) -> 0 | -errno`; see [`unmap`](super::mapping::unmap).
    Munmap,
    /// `mremap(address, old length, new length, flags, …) -> address | -1`; see
    /// [`RemapRequest`](super::mapping::RemapRequest).
    Mremap,
    /// `_dlopen_js(dso*) -> non-zero on success`.
    Dlopen,
    /// `_emscripten_dlopen_js(dso*, onsuccess, onerror, data)`.
    DlopenAsync,
    /// `_dlsym_js(dso*, name*, index*) -> table index or address`.
    Dlsym,
    /// `__call_sighandler(function, signal)`.
    CallSighandler,
    /// `ffi_call_js(cif, fn, rvalue, avalue)`.
    FfiCall,
    /// `ffi_closure_alloc_js(size, code**)`.
    FfiClosureAlloc,
    /// `ffi_closure_free_js(closure)`.
    FfiClosureFree,
    /// `ffi_prep_closure_loc_js(closure, cif, fun, user_data, codeloc)`.
    FfiPrepClosure,
}

/// The body of a system call: returns the result, or the errno that the guest gets negated.
pub type Syscall = fn(&mut Process, &mut GuestMemory<'_>, Args<'_>) -> Result<i32, Errno>;
/// The body of a preview-1 call: returns nothing, or the errno that the guest gets as a positive number.
pub type Preview1 = fn(&mut Process, &mut GuestMemory<'_>, Args<'_>) -> Result<(), Errno>;
/// The body of any other call: returns the raw result slot (0 for a call without a result).
pub type Call = fn(&mut Process, &mut GuestMemory<'_>, Args<'_>) -> Result<u64, Stop>;

/// The code that serves an import.
#[derive(Debug, Clone, Copy)]
pub enum Handler {
    /// A system call of this crate; failure is a negative errno.
    Syscall(Syscall),
    /// A preview-1 call of this crate; failure is a positive errno.
    Preview1(Preview1),
    /// Any other call of this crate.
    Call(Call),
    /// The engine.
    Engine(EngineCall),
    /// wasmtime-wasi's preview 1.
    Wasi,
    /// Always null or 0; the note explains why.
    Null,
    /// Ends the run with a message that names the import.
    Bridge,
}

/// One import of the guest.
#[derive(Debug, Clone, Copy)]
pub struct Import {
    /// Module name.
    pub module: &'static str,
    /// Field name.
    pub name: &'static str,
    /// Parameters, an arrow, results: `i` i32, `j` i64, `f` f32, `d` f64, `e` externref.
    pub signature: &'static str,
    /// The code that serves it.
    pub handler: Handler,
    /// The degree of support.
    pub support: Support,
    /// The note for users, in words; empty where the import behaves as documented.
    pub note: &'static str,
}

/// Module of all imports but WASI's.
const ENV: &str = "env";
/// Module of WASI's imports.
const PREVIEW1: &str = "wasi_snapshot_preview1";

pub(super) const fn syscall(name: &'static str, signature: &'static str, body: Syscall) -> Import {
    Import { module: ENV, name, signature, handler: Handler::Syscall(body), support: Support::Full, note: "" }
}

pub(super) const fn preview1(name: &'static str, signature: &'static str, body: Preview1) -> Import {
    Import { module: PREVIEW1, name, signature, handler: Handler::Preview1(body), support: Support::Full, note: "" }
}

pub(super) const fn call(name: &'static str, signature: &'static str, body: Call) -> Import {
    Import { module: ENV, name, signature, handler: Handler::Call(body), support: Support::Full, note: "" }
}

pub(super) const fn engine(name: &'static str, signature: &'static str, which: EngineCall) -> Import {
    Import { module: ENV, name, signature, handler: Handler::Engine(which), support: Support::Engine, note: "" }
}

pub(super) const fn wasi(name: &'static str, signature: &'static str) -> Import {
    Import { module: PREVIEW1, name, signature, handler: Handler::Wasi, support: Support::Full, note: "" }
}

/// Makes an import whose right answer here is null or 0; the note explains why.
pub(super) const fn null(name: &'static str, signature: &'static str, note: &'static str) -> Import {
    Import { module: ENV, name, signature, handler: Handler::Null, support: Support::Full, note }
}

pub(super) const fn bridge(name: &'static str, signature: &'static str) -> Import {
    Import { module: ENV, name, signature, handler: Handler::Bridge, support: Support::Bridge, note: "" }
}

impl Import {
    /// Moves the import to another module.
    pub(super) const fn of(self, module: &'static str) -> Self {
        Self { module, ..self }
    }

    /// Moves the import to WASI preview 1.
    pub(super) const fn of_preview1(self) -> Self {
        self.of(PREVIEW1)
    }

    /// Adds a note.
    pub(super) const fn noted(self, note: &'static str) -> Self {
        Self { note, ..self }
    }

    /// Marks the import as partial; the note names the gap.
    pub(super) const fn partial(self, note: &'static str) -> Self {
        Self { support: Support::Partial, note, ..self }
    }

    /// Marks the import as refused.
    pub(super) const fn refused(self, note: &'static str) -> Self {
        Self { support: Support::Refused, note, ..self }
    }

    /// Marks the import as part of the bridge to JavaScript, although the call is answered.
    pub(super) const fn of_the_bridge(self) -> Self {
        Self { support: Support::Bridge, ..self }
    }

    /// Returns the letters of the parameters.
    #[must_use]
    pub fn parameters(&self) -> &'static str {
        self.signature.split_once("->").map_or("", |(parameters, _)| parameters)
    }

    /// Returns the letters of the results (none or one).
    #[must_use]
    pub fn results(&self) -> &'static str {
        self.signature.split_once("->").map_or("", |(_, results)| results)
    }

    /// Serves a call, and returns the raw result slot.
    ///
    /// # Errors
    /// [`Stop`] when the run ends here: exit, abort, or an import without meaning. Imports of [`Handler::Engine`] and
    /// [`Handler::Wasi`] are not served here and stop as unsupported.
    pub fn call(&self, process: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<u64, Stop> {
        match self.handler {
            Handler::Syscall(body) => Ok(slot(body(process, memory, args).unwrap_or_else(Errno::negated))),
            Handler::Preview1(body) => {
                Ok(body(process, memory, args).map_or_else(|errno| u64::from(errno.code()), |()| 0))
            }
            Handler::Call(body) => body(process, memory, args),
            Handler::Null => Ok(0),
            Handler::Bridge => {
                Err(self.unsupported("it belongs to the bridge to a JavaScript host, and there is none"))
            }
            Handler::Engine(_) | Handler::Wasi => Err(self.unsupported("it needs an engine, and none is attached")),
        }
    }

    fn unsupported(&self, reason: &'static str) -> Stop {
        Stop::Unsupported { import: self.name, reason }
    }
}

/// Puts an i32 result into its raw slot.
fn slot(value: i32) -> u64 {
    u64::from(value.cast_unsigned())
}
