//! The driver: a small module beside the guest's, generated here, with two services.
//!
//! `invoke(function, length) -> 0 | 1` calls a Python function of one `bytes` argument. The host fills in the argument
//! and takes the `bytes` that the function returns; 1 means that the function raised. The driver is a module so that
//! the whole exchange is a single call into the guest, on a single stack.
//!
//! `trampoline(success*, function, a, b, c) -> result` lets CPython call C functions that were cast to another arity:
//! WebAssembly checks signatures at the call, so the function's own type determines the number of arguments. It stores
//! 0 to `*success` when CPython does not need the type.

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
}

/// The imported functions, in the order of their indices.
const IMPORTS: [(&str, &str, Type); 9] = [
    ("env", "PyBytes_FromStringAndSize", Type::Two),
    ("env", "PyBytes_AsString", Type::One),
    ("env", "PyBytes_Size", Type::One),
    ("env", "PyObject_CallOneArg", Type::Two),
    ("env", "Py_DecRef", Type::Sink),
    ("env", "PyErr_Print", Type::Nothing),
    ("env", "PyErr_Clear", Type::Nothing),
    (HOST, FILL, Type::Sink),
    (HOST, TAKE, Type::Pair),
];

/// The index of [`TRAMPOLINE`] among the driver's functions.
#[expect(clippy::cast_possible_truncation, reason = "there are a few")]
pub(in crate::engine) const TRAMPOLINE_INDEX: u32 = IMPORTS.len() as u32 + 1;

const BYTES_NEW: u32 = 0;
const BYTES_ADDRESS: u32 = 1;
const BYTES_SIZE: u32 = 2;
const CALL: u32 = 3;
const RELEASE: u32 = 4;
const PRINT_ERROR: u32 = 5;
const CLEAR_ERROR: u32 = 6;
const HOST_FILL: u32 = 7;
const HOST_TAKE: u32 = 8;

/// Returns the driver's bytes.
pub(in crate::engine) fn module() -> Vec<u8> {
    let mut types = TypeSection::new();
    let i32s = |n: usize| vec![ValType::I32; n];
    for (parameters, results) in [(3, 1), (2, 1), (1, 1), (0, 1), (1, 0), (2, 0), (0, 0), (5, 1)] {
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
    let mut exports = ExportSection::new();
    exports.export(INVOKE, ExportKind::Func, IMPORTS.len() as u32);
    exports.export(TRAMPOLINE, ExportKind::Func, TRAMPOLINE_INDEX);
    let mut code = CodeSection::new();
    code.function(&invoke());
    code.function(&trampoline());

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
