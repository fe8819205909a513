//! Function bodies: copied, except for the instructions that name an index.

use wasm_encoder::reencode::Reencode;
use wasm_encoder::{CodeSection, Encode};
use wasmparser::{FunctionBody, ValType};

use super::error::Fault;
use super::module::Module;
use super::renumber::Renumbering;
use crate::rewrite::splice::Splice;

/// Appends the bodies of `module`.
pub(super) fn append(section: &mut CodeSection, module: &Module<'_>, mapping: &mut Renumbering) -> Result<(), Fault> {
    let keeps_memory = mapping.memories.first() == Some(&0);
    let mut scratch = Vec::new();
    for (position, body) in module.bodies.iter().enumerate() {
        let copied = copy(module.wasm, body, mapping, keeps_memory, &mut scratch);
        let function = module.functions.imported.len().saturating_add(position);
        section.raw(&copied.map_err(|fault| Fault(format!("function {function}: {fault}")))?);
    }
    Ok(())
}

/// Returns a body with the indices of `mapping`. With `keeps_memory`, the first memory stays the first.
pub(in crate::link) fn copy<R: Reencode<Error = Fault>>(
    wasm: &[u8],
    body: &FunctionBody<'_>,
    mapping: &mut R,
    keeps_memory: bool,
    scratch: &mut Vec<u8>,
) -> Result<Vec<u8>, Fault> {
    let mut out = Splice::new(wasm, body.range());
    let mut reader = body.get_operators_reader()?;
    if let Some(locals) = locals(body, mapping)? {
        out.replace(body.range().start..reader.original_position()).extend(locals);
    }
    while !reader.eof() {
        let start = reader.original_position();
        let operator = reader.read()?;
        let end = reader.original_position();
        let bytes = wasm.get(start..end).unwrap_or_default();
        if names_nothing(bytes, keeps_memory) {
            continue;
        }
        scratch.clear();
        mapping.instruction(operator)?.encode(scratch);
        if scratch != bytes {
            out.replace(start..end).extend_from_slice(scratch);
        }
    }
    Ok(out.finish())
}

/// Returns the declarations of the locals, if they contain a type of the module.
fn locals<R: Reencode<Error = Fault>>(body: &FunctionBody<'_>, mapping: &mut R) -> Result<Option<Vec<u8>>, Fault> {
    let mut names_types = false;
    let mut declarations = Vec::new();
    for declaration in body.get_locals_reader()? {
        let (count, ty) = declaration?;
        names_types |= matches!(ty, ValType::Ref(reference) if reference.is_concrete_type_ref());
        declarations.push((count, ty));
    }
    if !names_types {
        return Ok(None);
    }
    let mut written = Vec::new();
    declarations.len().encode(&mut written);
    for (count, ty) in declarations {
        count.encode(&mut written);
        mapping.val_type(ty)?.encode(&mut written);
    }
    Ok(Some(written))
}

/// Whether the first bytes show that an instruction names no index of the module. Nearly all instructions name none,
/// and to encode each of them again would take several times as long.
fn names_nothing(instruction: &[u8], keeps_memory: bool) -> bool {
    /// The bit in the first byte of a memory argument for an explicit memory index. Without it, the memory is the first
    /// one.
    const HAS_MEMORY: u8 = 0x40;
    match instruction {
        // Unreachable, nop, else, throw_ref, end, branches, return, drop, select, access to locals.
        [0x00 | 0x01 | 0x05 | 0x0a..=0x0f | 0x1a | 0x1b | 0x20..=0x22, ..] => true,
        // Block, loop, if: without a type, or with a number as the result.
        [0x02..=0x04, ty, ..] => matches!(ty, 0x40 | 0x7b..=0x7f),
        // Loads and stores.
        [0x28..=0x3e, flags, ..] => keeps_memory && flags & HAS_MEMORY == 0,
        // Constants and arithmetic.
        [0x41..=0xc4, ..] => true,
        _ => false,
    }
}
