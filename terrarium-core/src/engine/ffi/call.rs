//! `ffi_call_js`: the call of a function whose signature is known at run time only.

use wasmtime::{Caller, Func, FuncType, Ref, Result, Val, ValType, bail};

use super::{
    stack::Stack,
    types::{FfiKind, Interface, outside},
};
use crate::engine::{
    bind::{
        linker::{value, view},
        reenter::nested,
    },
    live::state::InstanceState,
};
use terrarium_unix::{abi::Errno, memory::GuestMemory};

/// `ffi_call_js(cif, function, result, arguments)`.
///
/// # Errors
/// Errors that end the run: an invalid structure or address, and every error of the function.
pub(in crate::engine) async fn call(
    mut caller: Caller<'_, InstanceState>,
    (cif, slot, result, arguments): (u32, u32, u32, u32),
) -> Result<()> {
    let mut stack = Stack::save(&mut caller)?;
    let function = function(&mut caller, slot)?;
    let (_, memory) = view(&mut caller)?;
    let interface = Interface::read(&memory, cif)?;
    let mut result = result;
    let mut values = Vec::with_capacity(interface.arguments.len() + 2);
    if interface.result.kind.is_returned_by_pointer() {
        if result == 0 {
            // The caller ignores the result, but the function writes it all the same.
            let (size, align) = interface.result.kind.layout();
            result = stack.allocate(size, align)?;
        }
        values.push(Val::I32(result.cast_signed()));
    }
    let mut pointers = Vec::with_capacity(interface.arguments.len());
    for index in 0..interface.arguments.len() {
        let place = arguments.wrapping_add(4 * u32::try_from(index)?);
        pointers.push(memory.read_u32(place).map_err(outside)?);
    }
    let all: Vec<(FfiKind, u32)> = interface.arguments.iter().copied().zip(pointers).collect();
    let named = named_arguments(&function.ty(&caller), &interface, !values.is_empty());
    let (_, mut memory) = view(&mut caller)?;
    let (fixed, variable) = all.split_at(named.min(all.len()));
    for (kind, pointer) in fixed {
        push(&mut values, &mut memory, &mut stack, *kind, *pointer)?;
    }
    if !variable.is_empty() {
        let list = variable_arguments(&mut memory, &mut stack, variable)?;
        values.push(Val::I32(list.cast_signed()));
    }
    stack.enter(&mut caller)?;
    let returned = invoke(&mut caller, function, &values).await?;
    stack.restore(&mut caller)?;
    if let Some(returned) = returned
        && result != 0
        && !interface.result.kind.is_returned_by_pointer()
    {
        let (_, mut memory) = view(&mut caller)?;
        store(&mut memory, result, interface.result.kind, interface.result.is_struct, &returned).map_err(outside)?;
    }
    Ok(())
}

/// Returns the number of named arguments. `ctypes` reports it only for functions with declared argument types. But a
/// function that takes fewer values than the call passes is variadic: its last parameter is the list of the others.
fn named_arguments(ty: &FuncType, interface: &Interface, by_pointer: bool) -> usize {
    let taken = ty.params().len().saturating_sub(usize::from(by_pointer));
    let given: usize = interface.arguments.iter().map(|kind| kind.passed().len()).sum();
    let is_plain = interface.fixed == interface.arguments.len() && given == interface.arguments.len();
    if is_plain && given > taken && taken > 0 { taken - 1 } else { interface.fixed }
}

/// Returns the function in a table slot.
pub(super) fn function(caller: &mut Caller<'_, InstanceState>, slot: u32) -> Result<Func> {
    let links = caller.data().links()?;
    match links.table.get(&mut *caller, u64::from(slot)) {
        Some(Ref::Func(Some(function))) => Ok(function),
        _ => bail!("a foreign call of the address {slot:#x}, where there is no function"),
    }
}

/// Calls a function with as many of `values` as it takes. C programs call functions by other types, which works
/// elsewhere: missing values are zero, and numbers are converted.
async fn invoke(caller: &mut Caller<'_, InstanceState>, function: Func, values: &[Val]) -> Result<Option<Val>> {
    let ty = function.ty(&*caller);
    let mut given = values.iter();
    let parameters: Vec<Val> =
        ty.params().map(|ty| given.next().map_or_else(|| value(0, &ty), |value| converted(value, &ty))).collect();
    let mut results: Vec<Val> = ty.results().map(|ty| value(0, &ty)).collect();
    nested(caller, function, &parameters, &mut results).await?;
    Ok(results.pop())
}

/// Converts a number to another type; a value that cannot be converted is zero.
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "as C converts numbers")]
fn converted(given: &Val, wanted: &ValType) -> Val {
    match (given, wanted) {
        (Val::I32(_), ValType::I32)
        | (Val::I64(_), ValType::I64)
        | (Val::F32(_), ValType::F32)
        | (Val::F64(_), ValType::F64) => *given,
        (Val::I32(n), ValType::I64) => Val::I64(i64::from(*n)),
        (Val::I64(n), ValType::I32) => Val::I32(*n as i32),
        (Val::I32(n), ValType::F64) => Val::F64(f64::from(*n).to_bits()),
        (Val::I32(n), ValType::F32) => Val::F32((*n as f32).to_bits()),
        (Val::I64(n), ValType::F64) => Val::F64((*n as f64).to_bits()),
        (Val::I64(n), ValType::F32) => Val::F32((*n as f32).to_bits()),
        (Val::F32(bits), ValType::F64) => Val::F64(f64::from(f32::from_bits(*bits)).to_bits()),
        (Val::F64(bits), ValType::F32) => Val::F32((f64::from_bits(*bits) as f32).to_bits()),
        (Val::F32(bits), ValType::I32) => Val::I32(f32::from_bits(*bits) as i32),
        (Val::F32(bits), ValType::I64) => Val::I64(f32::from_bits(*bits) as i64),
        (Val::F64(bits), ValType::I32) => Val::I32(f64::from_bits(*bits) as i32),
        (Val::F64(bits), ValType::I64) => Val::I64(f64::from_bits(*bits) as i64),
        _ => value(0, wanted),
    }
}

/// Adds the argument at `pointer` in the form in which it is passed.
fn push(
    values: &mut Vec<Val>,
    memory: &mut GuestMemory<'_>,
    stack: &mut Stack,
    kind: FfiKind,
    pointer: u32,
) -> Result<()> {
    match kind {
        FfiKind::LongDouble => {
            for half in [0, 8] {
                let bits = memory.read_i64(pointer.wrapping_add(half)).map_err(outside)?;
                values.push(Val::I64(bits));
            }
        }
        // By value: the function may write to its copy.
        FfiKind::Struct { size, align } => {
            values.push(Val::I32(copy(memory, stack, pointer, size, align)?.cast_signed()));
        }
        _ => values.extend(load(memory, pointer, kind).map_err(outside)?),
    }
    Ok(())
}

/// Makes a copy on the stack.
pub(super) fn copy(memory: &mut GuestMemory<'_>, stack: &mut Stack, from: u32, size: u32, align: u32) -> Result<u32> {
    let place = stack.allocate(size, align)?;
    let bytes = memory.slice(from, size).map_err(outside)?.to_vec();
    memory.write(place, &bytes).map_err(outside)?;
    Ok(place)
}

/// Writes the list of variable arguments to memory: each at its alignment, of at least four bytes; structures by
/// pointer.
fn variable_arguments(memory: &mut GuestMemory<'_>, stack: &mut Stack, arguments: &[(FfiKind, u32)]) -> Result<u32> {
    let mut places = Vec::with_capacity(arguments.len());
    let mut end: u32 = 0;
    for (kind, _) in arguments {
        let (size, align) = match kind {
            FfiKind::Struct { .. } => (4, 4),
            other => other.layout(),
        };
        let start = aligned(end, align)?;
        places.push(start);
        end = start.saturating_add(size.max(4));
    }
    // Copies of structures are above the list.
    let mut pointers = Vec::with_capacity(arguments.len());
    for (kind, pointer) in arguments {
        pointers.push(match kind {
            FfiKind::Struct { size, align } => copy(memory, stack, *pointer, *size, *align)?,
            _ => *pointer,
        });
    }
    let list = stack.allocate(end, 16)?;
    for (((kind, _), pointer), place) in arguments.iter().zip(pointers).zip(places) {
        let to = list.wrapping_add(place);
        match kind {
            FfiKind::Void => {}
            FfiKind::Struct { .. } => memory.write_u32(to, pointer).map_err(outside)?,
            // Narrow integers are passed as `int`, regardless of libffi's type.
            FfiKind::Int { .. } => {
                let value = load(memory, pointer, *kind).map_err(outside)?;
                memory.write_i32(to, value.and_then(|value| value.i32()).unwrap_or(0)).map_err(outside)?;
            }
            _ => {
                let bytes = memory.slice(pointer, kind.layout().0).map_err(outside)?.to_vec();
                memory.write(to, &bytes).map_err(outside)?;
            }
        }
    }
    Ok(list)
}

/// Returns the next address for a variable argument of that alignment.
pub(super) fn aligned(at: u32, align: u32) -> Result<u32> {
    at.checked_next_multiple_of(align.max(4)).ok_or_else(|| outside(Errno::EFAULT))
}

/// Loads the scalar at an address; `None` for `void`.
pub(super) fn load(memory: &GuestMemory<'_>, at: u32, kind: FfiKind) -> Result<Option<Val>, Errno> {
    Ok(Some(match kind {
        FfiKind::Int { size: 1, signed } => {
            let byte = memory.read_u8(at)?;
            Val::I32(if signed { byte.cast_signed().into() } else { byte.into() })
        }
        FfiKind::Int { size: 2, signed } => {
            let half = memory.read_u16(at)?;
            Val::I32(if signed { half.cast_signed().into() } else { half.into() })
        }
        FfiKind::Int { .. } => Val::I32(memory.read_i32(at)?),
        FfiKind::Long => Val::I64(memory.read_i64(at)?),
        FfiKind::Float => Val::F32(memory.read_u32(at)?),
        FfiKind::Double => Val::F64(memory.read_u64(at)?),
        FfiKind::Void | FfiKind::LongDouble | FfiKind::Struct { .. } => return Ok(None),
    }))
}

/// Stores a scalar. An integer fills a whole word as libffi promises, unless it is the element of a structure.
pub(super) fn store(
    memory: &mut GuestMemory<'_>,
    at: u32,
    kind: FfiKind,
    exact: bool,
    value: &Val,
) -> Result<(), Errno> {
    match (kind, value) {
        (FfiKind::Int { size, signed }, Val::I32(n)) => {
            let shift = 32 - 8 * size;
            let wide =
                if signed { (n << shift) >> shift } else { ((n.cast_unsigned() << shift) >> shift).cast_signed() };
            let bytes = wide.to_le_bytes();
            let kept = if exact { size as usize } else { bytes.len() };
            memory.write(at, bytes.get(..kept).unwrap_or(&bytes))
        }
        (FfiKind::Long, Val::I64(n)) => memory.write_i64(at, *n),
        (FfiKind::Float, Val::F32(bits)) => memory.write_u32(at, *bits),
        (FfiKind::Double, Val::F64(bits)) => memory.write_u64(at, *bits),
        (FfiKind::Int { .. }, other) => store(memory, at, kind, exact, &converted(other, &ValType::I32)),
        (FfiKind::Long, other) => store(memory, at, kind, exact, &converted(other, &ValType::I64)),
        (FfiKind::Float, other) => store(memory, at, kind, exact, &converted(other, &ValType::F32)),
        (FfiKind::Double, other) => store(memory, at, kind, exact, &converted(other, &ValType::F64)),
        _ => Ok(()),
    }
}
