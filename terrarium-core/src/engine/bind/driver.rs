//! The driver: a small module beside the guest's, generated here, with three services.
//!
//! `invoke(function, length) -> 0 | 1` calls a Python function of one `bytes` argument. The host fills in the argument
//! and takes the `bytes` that the function returns; 1 means that the function raised. The driver is a module so that
//! the whole exchange is a single call into the guest, on a single stack.
//!
//! `trampoline(success*, function, a, b, c) -> result` lets CPython call C functions that were cast to another arity:
//! WebAssembly checks signatures at the call, so the function's own type determines the number of arguments. It stores
//! 0 to `*success` when CPython does not need the type.
//!
//! `root(self, arguments*, count, names) -> result` is a function of CPython (fast call with keywords). It calls its
//! first argument with the others as if no Python code were running: the frames of the callee have no frame below them.
//! The harness calls the user's code with it, so `f_back` ends there. The interpreter continues to hold its own frames.

use wasm_encoder::{
    BlockType, CodeSection, EntityType, ExportKind, ExportSection, Function, FunctionSection, HeapType, ImportSection,
    MemArg, MemoryType, Module, RefType, TableType, TypeSection, ValType,
};

/// The name of the module from which the driver imports its host functions.
pub(in crate::engine) const HOST: &str = "terrarium";
/// `fill(address)`: writes the request to the address.
pub(in crate::engine) const FILL: &str = "fill";
/// `take(address, length)`: reads the response.
pub(in crate::engine) const TAKE: &str = "take";
/// An export: see the docs of the module.
pub(in crate::engine) const INVOKE: &str = "invoke";
/// An export: see the docs of the module.
pub(in crate::engine) const TRAMPOLINE: &str = "trampoline";

/// An export: see the docs of the module.
pub(in crate::engine) const ROOT: &str = "root";

/// The offset of the current frame's address in the state of a thread, and the place where the interpreter states that
/// offset: in its record for debuggers, at the beginning of `_PyRuntime`.
pub(in crate::engine) const CURRENT_FRAME: u32 = 52;
/// The second part of [`CURRENT_FRAME`].
pub(in crate::engine) const CURRENT_FRAME_STATED: u32 = 208;

/// The types, in the order of the type section.
#[derive(Clone, Copy)]
#[repr(u32)]
enum Type {
    /// `(i32, i32, i32) -> i32`
    Three,
    /// `(i32, i32) -> i32`
    Two,
    /// `(i32) -> i32`
    One,
    /// `() -> i32`
    None,
    /// `(i32) -> ()`
    Sink,
    /// `(i32, i32) -> ()`
    Pair,
    /// `() -> ()`
    Nothing,
    /// `(i32, i32, i32, i32, i32) -> i32`
    Trampoline,
    /// `(i32, i32, i32, i32) -> i32`
    Four,
}

/// The imported functions, in the order of their indices.
const IMPORTS: [(&str, &str, Type); 12] = [
    ("env", "PyBytes_FromStringAndSize", Type::Two),
    ("env", "PyBytes_AsString", Type::One),
    ("env", "PyBytes_Size", Type::One),
    ("env", "PyObject_CallOneArg", Type::Two),
    ("env", "Py_DecRef", Type::Sink),
    ("env", "PyErr_Print", Type::Nothing),
    ("env", "PyErr_Clear", Type::Nothing),
    ("env", "PyThreadState_Get", Type::None),
    ("env", "PyObject_Vectorcall", Type::Four),
    ("env", "PyErr_BadArgument", Type::None),
    (HOST, FILL, Type::Sink),
    (HOST, TAKE, Type::Pair),
];

/// The index of [`TRAMPOLINE`] among the driver's functions.
#[expect(clippy::cast_possible_truncation, reason = "there are a few")]
pub(in crate::engine) const TRAMPOLINE_INDEX: u32 = IMPORTS.len() as u32 + 1;
/// The index of [`ROOT`] among the driver's functions.
pub(in crate::engine) const ROOT_INDEX: u32 = TRAMPOLINE_INDEX + 1;

const BYTES_NEW: u32 = 0;
const BYTES_ADDRESS: u32 = 1;
const BYTES_SIZE: u32 = 2;
const CALL: u32 = 3;
const RELEASE: u32 = 4;
const PRINT_ERROR: u32 = 5;
const CLEAR_ERROR: u32 = 6;
const THREAD_STATE: u32 = 7;
const VECTORCALL: u32 = 8;
const BAD_ARGUMENT: u32 = 9;
const HOST_FILL: u32 = 10;
const HOST_TAKE: u32 = 11;

/// Returns the driver's bytes.
pub(in crate::engine) fn module() -> Vec<u8> {
    let mut types = TypeSection::new();
    let i32s = |n: usize| vec![ValType::I32; n];
    for (parameters, results) in [(3, 1), (2, 1), (1, 1), (0, 1), (1, 0), (2, 0), (0, 0), (5, 1), (4, 1)] {
        types.ty().function(i32s(parameters), i32s(results));
    }

    let mut imports = ImportSection::new();
    for (module, name, ty) in IMPORTS {
        imports.import(module, name, EntityType::Function(ty as u32));
    }
    let table = TableType { element_type: RefType::FUNCREF, table64: false, minimum: 0, maximum: None, shared: false };
    imports.import("env", "__indirect_function_table", table);
    let memory = MemoryType { minimum: 0, maximum: None, memory64: false, shared: false, page_size_log2: None };
    imports.import("env", "memory", memory);

    let mut functions = FunctionSection::new();
    functions.function(Type::Two as u32);
    functions.function(Type::Trampoline as u32);
    functions.function(Type::Four as u32);
    let mut exports = ExportSection::new();
    exports.export(INVOKE, ExportKind::Func, IMPORTS.len() as u32);
    exports.export(TRAMPOLINE, ExportKind::Func, TRAMPOLINE_INDEX);
    exports.export(ROOT, ExportKind::Func, ROOT_INDEX);
    let mut code = CodeSection::new();
    code.function(&invoke());
    code.function(&trampoline());
    code.function(&root());

    let mut module = Module::new();
    module.section(&types).section(&imports).section(&functions).section(&exports).section(&code);
    module.finish()
}

fn invoke() -> Function {
    const FUNCTION: u32 = 0;
    const LENGTH: u32 = 1;
    const REQUEST: u32 = 2;
    const RESPONSE: u32 = 3;
    const ADDRESS: u32 = 4;
    let mut body = Function::new([(3, ValType::I32)]);
    let mut out = body.instructions();
    // The request: uninitialised bytes, filled by the host.
    out.i32_const(0).local_get(LENGTH).call(BYTES_NEW).local_tee(REQUEST).i32_eqz();
    out.if_(BlockType::Empty).call(PRINT_ERROR).i32_const(1).return_().end();
    out.local_get(REQUEST).call(BYTES_ADDRESS).call(HOST_FILL);
    // The call.
    out.local_get(FUNCTION).local_get(REQUEST).call(CALL).local_set(RESPONSE);
    out.local_get(REQUEST).call(RELEASE);
    out.local_get(RESPONSE).i32_eqz();
    out.if_(BlockType::Empty).call(PRINT_ERROR).i32_const(1).return_().end();
    // The response; a function that returns another type has no response.
    out.local_get(RESPONSE).call(BYTES_ADDRESS).local_tee(ADDRESS);
    out.if_(BlockType::Empty);
    out.local_get(ADDRESS).local_get(RESPONSE).call(BYTES_SIZE).call(HOST_TAKE);
    out.else_().call(CLEAR_ERROR).end();
    out.local_get(RESPONSE).call(RELEASE);
    out.i32_const(0).end();
    body
}

fn trampoline() -> Function {
    const SUCCESS: u32 = 0;
    const FUNCTION: u32 = 1;
    const ARGUMENTS: [u32; 3] = [2, 3, 4];
    const REFERENCE: u32 = 5;
    let mut body = Function::new([(1, ValType::Ref(RefType::FUNCREF))]);
    let mut out = body.instructions();
    out.local_get(FUNCTION).table_get(0).local_set(REFERENCE);
    for (ty, arity) in [(Type::Three, 3), (Type::Two, 2), (Type::One, 1), (Type::None, 0)] {
        let heap = HeapType::Concrete(ty as u32);
        out.local_get(REFERENCE).ref_test_non_null(heap).if_(BlockType::Empty);
        for argument in &ARGUMENTS[..arity] {
            out.local_get(*argument);
        }
        out.local_get(REFERENCE).ref_cast_non_null(heap).call_ref(ty as u32).return_().end();
    }
    out.local_get(SUCCESS).i32_const(0).i32_store(MemArg { offset: 0, align: 2, memory_index: 0 });
    out.i32_const(0).end();
    body
}

fn root() -> Function {
    const ARGUMENTS: u32 = 1;
    const COUNT: u32 = 2;
    const NAMES: u32 = 3;
    const PLACE: u32 = 4;
    const FRAME: u32 = 5;
    const WORD: MemArg = MemArg { offset: 0, align: 2, memory_index: 0 };
    let mut body = Function::new([(2, ValType::I32)]);
    let mut out = body.instructions();
    out.local_get(COUNT).i32_eqz().if_(BlockType::Empty).call(BAD_ARGUMENT).drop().i32_const(0).return_().end();
    out.call(THREAD_STATE).i32_const(CURRENT_FRAME.cast_signed()).i32_add().local_tee(PLACE);
    out.i32_load(WORD).local_set(FRAME);
    out.local_get(PLACE).i32_const(0).i32_store(WORD);
    out.local_get(ARGUMENTS).i32_load(WORD).local_get(ARGUMENTS).i32_const(4).i32_add();
    out.local_get(COUNT).i32_const(1).i32_sub().local_get(NAMES).call(VECTORCALL);
    out.local_get(PLACE).local_get(FRAME).i32_store(WORD).end();
    body
}
