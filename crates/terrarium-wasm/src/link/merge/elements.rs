//! Element segments: those of the modules, then the slots that were filled individually.

use std::collections::BTreeMap;

use wasm_encoder::reencode::Reencode;
use wasm_encoder::{ConstExpr, ElementSection, Elements};
use wasmparser::{Element, ElementItems, ElementKind, Operator, RefType};

use super::error::Fault;
use super::globals::{constant, fold};
use super::module::Module;
use super::renumber::Renumbering;

/// Appends the segments of `module`. Engines initialise a table lazily only if its segments list functions and begin at
/// a constant, so that form is written wherever possible.
pub(super) fn append(
    section: &mut ElementSection,
    module: &Module<'_>,
    mapping: &mut Renumbering,
) -> Result<(), Fault> {
    for (position, element) in module.elements.iter().enumerate() {
        let items = items(element, mapping)?;
        match &element.kind {
            ElementKind::Active { table_index, offset_expr } => {
                let table = mapping.table_index(table_index.unwrap_or_default())?;
                let offset = fold(offset_expr, &mapping.globals)?.and_then(constant);
                let offset =
                    offset.ok_or_else(|| Fault(format!("the offset of element segment {position} is not known")))?;
                section.active(Some(table).filter(|table| *table > 0), &offset, items);
            }
            ElementKind::Passive => {
                section.passive(items);
            }
            ElementKind::Declared => {
                section.declared(items);
            }
        }
    }
    Ok(())
}

fn items(element: &Element<'_>, mapping: &mut Renumbering) -> Result<Elements<'static>, Fault> {
    if let ElementItems::Expressions(ty, expressions) = &element.items
        && *ty == RefType::FUNCREF
    {
        let mut functions = Vec::new();
        for expression in expressions.clone() {
            let mut reader = expression?.get_operators_reader();
            match (reader.read()?, reader.is_end_then_eof()) {
                (Operator::RefFunc { function_index }, true) => functions.push(mapping.function(function_index)?),
                _ => return with_expressions(element, mapping),
            }
        }
        return Ok(Elements::Functions(functions.into()));
    }
    with_expressions(element, mapping)
}

fn with_expressions(element: &Element<'_>, mapping: &mut Renumbering) -> Result<Elements<'static>, Fault> {
    Ok(match mapping.element_items(element.items.clone())? {
        Elements::Functions(functions) => Elements::Functions(functions.into_owned().into()),
        Elements::Expressions(ty, expressions) => Elements::Expressions(ty, expressions.into_owned().into()),
    })
}

/// Appends segments for single `slots` of `table`; adjacent slots share a segment.
pub(in crate::link) fn append_slots(section: &mut ElementSection, table: u32, slots: &BTreeMap<u32, u32>) {
    let mut run: Vec<u32> = Vec::new();
    let mut start = 0_u32;
    for (slot, function) in slots {
        let follows = usize::try_from(slot.wrapping_sub(start)).is_ok_and(|distance| distance == run.len());
        if !follows || run.is_empty() {
            append_run(section, table, start, &mut run);
            start = *slot;
        }
        run.push(*function);
    }
    append_run(section, table, start, &mut run);
}

fn append_run(section: &mut ElementSection, table: u32, start: u32, run: &mut Vec<u32>) {
    if !run.is_empty() {
        let offset = ConstExpr::i32_const(start.cast_signed());
        section.active(
            Some(table).filter(|table| *table > 0),
            &offset,
            Elements::Functions(std::mem::take(run).into()),
        );
    }
}
