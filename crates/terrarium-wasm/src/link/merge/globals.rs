//! Globals: mutable ones keep their present value, immutable ones become constants.

use std::collections::{BTreeMap, BTreeSet};

use wasm_encoder::reencode::Reencode;
use wasm_encoder::{ConstExpr, GlobalSection, GlobalType};
use wasmparser::{ExternalKind, Operator};

use super::error::{Fault, MergeError};
use super::exports::MainExports;
use super::input::{GlobalValue, Part};
use super::module::Module;
use super::renumber::{Meaning, Renumbering};

/// The globals of the merged module.
#[derive(Default)]
pub(super) struct Globals {
    pub(super) section: GlobalSection,
    /// The indices of the globals that the main module exports.
    pub(super) exported: BTreeMap<u32, u32>,
    /// The indices of all mutable globals.
    pub(super) mutable: Vec<u32>,
}

impl Globals {
    /// Adds the globals of all modules, and records their meanings in `mappings`.
    pub(super) fn define(
        parts: &[Part<'_>],
        modules: &[Module<'_>],
        mappings: &mut [Renumbering],
        exports: &MainExports<'_>,
        is_exported: &dyn Fn(&str) -> bool,
    ) -> Result<Self, MergeError> {
        let mut globals = Self::default();
        let Some(main) = modules.first() else { return Err(MergeError::Empty) };
        let mut types = Vec::new();
        for (position, (part, module)) in parts.iter().zip(modules).enumerate() {
            let of = |fault| MergeError::of(position, &part.prefix, fault);
            let Some((mapping, earlier)) = mappings.get_mut(..=position).and_then(|known| known.split_last_mut())
            else {
                return Err(MergeError::Empty);
            };
            let exported = if position == 0 { exported(main, is_exported) } else { BTreeSet::new() };
            let shared = earlier.first().map(|main| SharedGlobals { exports, types: &types, meanings: &main.globals });
            globals.import(part, module, mapping, shared.as_ref(), &exported).map_err(of)?;
            globals.own(part, module, mapping, &exported).map_err(of)?;
            if position == 0 {
                types = types_of(module, mapping).map_err(of)?;
            }
        }
        Ok(globals)
    }

    fn import(
        &mut self,
        part: &Part<'_>,
        module: &Module<'_>,
        mapping: &mut Renumbering,
        shared: Option<&SharedGlobals<'_>>,
        exported: &BTreeSet<u32>,
    ) -> Result<(), Fault> {
        for (import, index) in module.globals.imported.iter().zip(0_u32..) {
            let ty = mapping.global_type(import.ty)?;
            let name = || format!("`{}`.`{}`", import.module, import.name);
            let meaning = match (part.imported_globals.get(&index), shared) {
                (Some(value), _) if ty.val_type == wasm_encoder::ValType::I32 => Meaning::I32(*value),
                (Some(_), _) => return Err(Fault(format!("its import {} is no i32, but has such a value", name()))),
                (None, Some(shared)) => shared.find(import, ty)?,
                (None, None) => return Err(Fault(format!("its import {} has no value", name()))),
            };
            if exported.contains(&index) {
                self.export(index, meaning, ty);
            }
            mapping.globals.push(meaning);
        }
        Ok(())
    }

    fn own(
        &mut self,
        part: &Part<'_>,
        module: &Module<'_>,
        mapping: &mut Renumbering,
        exported: &BTreeSet<u32>,
    ) -> Result<(), Fault> {
        let start = mapping.globals.len();
        let mut used = 0_usize;
        for (position, global) in module.globals.defined.iter().enumerate() {
            let index =
                u32::try_from(start.saturating_add(position)).map_err(|_| Fault("too many globals".to_owned()))?;
            let ty = mapping.global_type(global.ty)?;
            let folded = fold(&global.init_expr, &mapping.globals)?;
            if let (false, Some(constant)) = (ty.mutable, folded) {
                if exported.contains(&index) {
                    self.export(index, constant, ty);
                }
                mapping.globals.push(constant);
                continue;
            }
            let value = match part.globals.get(&index) {
                Some(value) if ty.mutable => {
                    used = used.saturating_add(1);
                    value_of(*value, ty)
                        .ok_or_else(|| Fault(format!("the value of global {index} has another type")))?
                }
                _ => match folded.and_then(constant) {
                    Some(value) => value,
                    None => mapping.const_expr(global.init_expr.clone())?,
                },
            };
            let merged = self.section.len();
            self.section.global(ty, &value);
            if ty.mutable {
                self.mutable.push(merged);
            }
            if exported.contains(&index) {
                self.exported.insert(index, merged);
            }
            mapping.globals.push(Meaning::Global(merged));
        }
        if used < part.globals.len() {
            return Err(Fault("a value is given for a global that is none of its own mutable ones".to_owned()));
        }
        Ok(())
    }

    /// Adds a global for an export of `meaning`, which is a constant in the code.
    fn export(&mut self, index: u32, meaning: Meaning, ty: GlobalType) {
        let merged = self.section.len();
        if let Some(value) = constant(meaning) {
            self.section.global(GlobalType { mutable: false, ..ty }, &value);
            self.exported.insert(index, merged);
        }
    }
}

/// The definitions of the main module that libraries can import.
struct SharedGlobals<'m> {
    exports: &'m MainExports<'m>,
    types: &'m [GlobalType],
    meanings: &'m [Meaning],
}

impl SharedGlobals<'_> {
    fn find<I>(&self, import: &super::module::Imported<'_, I>, ty: GlobalType) -> Result<Meaning, Fault> {
        let index = self.exports.find(import, ExternalKind::Global)? as usize;
        match (self.types.get(index), self.meanings.get(index)) {
            (Some(found), Some(meaning)) if *found == ty => Ok(*meaning),
            _ => Err(Fault(format!("it imports global `{}` with another type", import.name))),
        }
    }
}

/// Returns the globals that both `module` and the merged module export.
fn exported(module: &Module<'_>, is_exported: &dyn Fn(&str) -> bool) -> BTreeSet<u32> {
    let globals = module.exports.iter().filter(|export| export.kind == ExternalKind::Global);
    globals.filter(|export| is_exported(export.name)).map(|export| export.index).collect()
}

fn types_of(module: &Module<'_>, mapping: &mut Renumbering) -> Result<Vec<GlobalType>, Fault> {
    let imported = module.globals.imported.iter().map(|import| import.ty);
    let own = module.globals.defined.iter().map(|global| global.ty);
    imported.chain(own).map(|ty| Ok(mapping.global_type(ty)?)).collect()
}

/// Returns `meaning` as an initial value, if it is a constant.
pub(super) fn constant(meaning: Meaning) -> Option<ConstExpr> {
    match meaning {
        Meaning::I32(value) => Some(ConstExpr::i32_const(value)),
        Meaning::I64(value) => Some(ConstExpr::i64_const(value)),
        Meaning::Global(_) => None,
    }
}

fn value_of(value: GlobalValue, ty: GlobalType) -> Option<ConstExpr> {
    use wasm_encoder::ValType;
    Some(match (value, ty.val_type) {
        (GlobalValue::I32(value), ValType::I32) => ConstExpr::i32_const(value),
        (GlobalValue::I64(value), ValType::I64) => ConstExpr::i64_const(value),
        (GlobalValue::F32(bits), ValType::F32) => ConstExpr::f32_const(wasm_encoder::Ieee32::new(bits)),
        (GlobalValue::F64(bits), ValType::F64) => ConstExpr::f64_const(wasm_encoder::Ieee64::new(bits)),
        _ => return None,
    })
}

/// Returns the value of `expression`, if it consists of integers and of globals that are constants.
pub(super) fn fold(expression: &wasmparser::ConstExpr<'_>, globals: &[Meaning]) -> Result<Option<Meaning>, Fault> {
    let mut stack: Vec<Meaning> = Vec::new();
    for operator in expression.get_operators_reader() {
        let operator = operator?;
        let value = match operator {
            Operator::I32Const { value } => Some(Meaning::I32(value)),
            Operator::I64Const { value } => Some(Meaning::I64(value)),
            Operator::GlobalGet { global_index } => globals.get(global_index as usize).copied(),
            Operator::End => continue,
            _ => {
                let right = stack.pop();
                stack.pop().zip(right).and_then(|(left, right)| binary(&operator, left, right))
            }
        };
        match value {
            Some(value @ (Meaning::I32(_) | Meaning::I64(_))) => stack.push(value),
            _ => return Ok(None),
        }
    }
    Ok(if stack.len() == 1 { stack.pop() } else { None })
}

fn binary(operator: &Operator<'_>, left: Meaning, right: Meaning) -> Option<Meaning> {
    Some(match (operator, left, right) {
        (Operator::I32Add, Meaning::I32(left), Meaning::I32(right)) => Meaning::I32(left.wrapping_add(right)),
        (Operator::I32Sub, Meaning::I32(left), Meaning::I32(right)) => Meaning::I32(left.wrapping_sub(right)),
        (Operator::I32Mul, Meaning::I32(left), Meaning::I32(right)) => Meaning::I32(left.wrapping_mul(right)),
        (Operator::I64Add, Meaning::I64(left), Meaning::I64(right)) => Meaning::I64(left.wrapping_add(right)),
        (Operator::I64Sub, Meaning::I64(left), Meaning::I64(right)) => Meaning::I64(left.wrapping_sub(right)),
        (Operator::I64Mul, Meaning::I64(left), Meaning::I64(right)) => Meaning::I64(left.wrapping_mul(right)),
        _ => return None,
    })
}
