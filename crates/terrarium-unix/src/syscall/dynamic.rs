//! Imports that need the guest's table, its memory's growth or calls into the guest: the engine serves them.

use super::import::{EngineCall, Import, engine};

pub(super) const IMPORTS: &[Import] = &[
    engine("emscripten_resize_heap", "i->i", EngineCall::ResizeHeap).noted("up to the memory limit"),
    engine("emscripten_get_heap_max", "->i", EngineCall::HeapMax).noted("the memory limit"),
    engine("_PyEM_TrampolineCall_JS", "iiii->i", EngineCall::Trampoline),
    engine("_Py_CheckEmscriptenSignals_Helper", "->i", EngineCall::CheckSignals),
    engine("__call_sighandler", "ii->", EngineCall::CallSighandler),
    engine("_dlopen_js", "i->i", EngineCall::Dlopen)
        .noted("loads libraries of packages; libraries that the code itself provides need the option `untrusted_libraries`"),
    engine("_emscripten_dlopen_js", "iiii->", EngineCall::DlopenAsync)
        .noted("ends the run: no library calls it, and `dlopen` is synchronous"),
    engine("_dlsym_js", "iii->i", EngineCall::Dlsym),
    engine("ffi_call_js", "iiii->", EngineCall::FfiCall)
        .noted("a variadic function that is called with exactly as many values as it has WebAssembly parameters needs `argtypes`"),
    engine("ffi_closure_alloc_js", "ii->i", EngineCall::FfiClosureAlloc),
    engine("ffi_closure_free_js", "i->", EngineCall::FfiClosureFree),
    engine("ffi_prep_closure_loc_js", "iiiii->i", EngineCall::FfiPrepClosure),
];
