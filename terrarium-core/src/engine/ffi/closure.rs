//! Closures: functions in table slots that call back into libffi's user.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};
use wasmtime::{AsContextMut, Caller, Engine, Func, FuncType, Ref, Result, Store, Table, Val, ValType, bail};

use super::{
    call::{aligned, copy, function, load, store},
    stack::Stack,
    types::{FfiKind, Interface, outside},
};
use crate::engine::{
    bind::{
        linker::{value, view},
        reenter::{address, call_export, is_deep, nested},
    },
    live::state::InstanceState,
};
use terrarium_unix::memory::GuestMemory;

/// Offsets in `ffi_closure`.
const SLOT: u32 = 0;
const CIF: u32 = 4;
const FUNCTION: u32 = 8;
const USER_DATA: u32 = 12;
/// libffi's statuses.
const FFI_OK: i32 = 0;
const FFI_BAD_TYPEDEF: i32 = 1;
/// The most functions for closures: a store keeps them for its whole life.
const MAX_FUNCTIONS: usize = 20_000;
/// The most parameters of all those functions together.
const MAX_PARAMETERS: usize = 300_000;

/// The closures of one guest.
#[derive(Default)]
pub(in crate::engine) struct Closures {
    /// Table slots that closures have.
    taken: HashSet<u32>,
    /// Table slots that are free again.
    free: Vec<u32>,
    /// The closure in each slot in use, and its interface.
    live: HashMap<u32, (u32, Interface)>,
    /// The functions made for each slot so far, by their type; they also serve the next closure of the slot.
    made: HashMap<u32, Vec<(FuncType, Func)>>,
    /// The number of these functions.
    functions: usize,
    /// The number of parameters of these functions together.
    parameters: usize,
    /// Whether the guest has created or freed a closure.
    changed: bool,
}

impl Closures {
    /// Whether the guest has created or freed a closure since it started.
    pub(in crate::engine) fn have_changed(&self) -> bool {
        self.changed
    }

    /// Whether all these slots of the table are, or were, those of closures.
    pub(in crate::engine) fn have_slots(&self, mut slots: std::ops::Range<u64>) -> bool {
        slots.all(|slot| u32::try_from(slot).is_ok_and(|slot| self.taken.contains(&slot) || self.free.contains(&slot)))
    }

    /// Whether another function of that type would exceed a bound.
    fn are_too_many(&self, ty: &FuncType) -> bool {
        self.functions >= MAX_FUNCTIONS || self.parameters + ty.params().len() > MAX_PARAMETERS
    }
}

/// The part of closures that an image keeps.
#[derive(Clone, Serialize, Deserialize)]
pub(in crate::engine) struct ClosuresRecord {
    taken: Vec<u32>,
    free: Vec<u32>,
    /// The slot and the closure, for each slot in use.
    live: Vec<(u32, u32)>,
}

impl Closures {
    /// Returns the part that an image keeps.
    pub(in crate::engine) fn record(&self) -> ClosuresRecord {
        let mut record = ClosuresRecord {
            taken: self.taken.iter().copied().collect(),
            free: self.free.clone(),
            live: self.live.iter().map(|(slot, (closure, _))| (*slot, *closure)).collect(),
        };
        record.taken.sort_unstable();
        record.live.sort_unstable();
        record
    }
}

/// Puts the closures of an image into a new guest's table.
///
/// # Errors
/// When the image is damaged.
pub(in crate::engine) fn restore(store: &mut Store<InstanceState>, record: &ClosuresRecord) -> Result<()> {
    if record.taken.is_empty() && record.free.is_empty() {
        return Ok(());
    }
    let links = store.data().links()?;
    let closures = &mut store.data_mut().closures;
    closures.taken.extend(&record.taken);
    closures.free.extend(&record.free);
    for (slot, closure) in &record.live {
        let memory = GuestMemory::new(links.memory.data_mut(&mut *store));
        let cif = memory.read_u32(closure.wrapping_add(CIF)).map_err(outside)?;
        let interface = Interface::read(&memory, cif)?;
        if !place(&mut *store, links.table, *slot, *closure, interface)? {
            bail!("the image has too many closures");
        }
    }
    Ok(())
}

/// `ffi_closure_alloc_js(size, code**) -> closure`, with a table slot as its code; 0 when there is no memory.
///
/// # Errors
/// Errors that end the run.
pub(in crate::engine) async fn alloc(mut caller: Caller<'_, InstanceState>, (size, code): (u32, u32)) -> Result<u32> {
    caller.data_mut().closures.changed = true;
    let closure = address(call_export(&mut caller, "malloc", &[size.max(16).cast_signed()]).await?);
    if closure == 0 {
        return Ok(0);
    }
    let slot = match caller.data_mut().closures.free.pop() {
        Some(slot) => slot,
        None => {
            let links = caller.data().links()?;
            match links.table.grow(&mut caller, 1, Ref::Func(None)) {
                Ok(slot) => u32::try_from(slot)?,
                Err(_) => {
                    call_export(&mut caller, "free", &[closure.cast_signed()]).await?;
                    return Ok(0);
                }
            }
        }
    };
    caller.data_mut().closures.taken.insert(slot);
    let (_, mut memory) = view(&mut caller)?;
    memory.write_u32(code, slot).map_err(outside)?;
    memory.write_u32(closure.wrapping_add(SLOT), slot).map_err(outside)?;
    Ok(closure)
}

/// `ffi_closure_free_js(closure)`.
///
/// # Errors
/// Errors that end the run.
pub(in crate::engine) async fn free(mut caller: Caller<'_, InstanceState>, (closure,): (u32,)) -> Result<()> {
    let slot = view(&mut caller)?.1.read_u32(closure.wrapping_add(SLOT)).map_err(outside)?;
    let closures = &mut caller.data_mut().closures;
    closures.changed = true;
    if closures.taken.remove(&slot) {
        closures.live.remove(&slot);
        closures.free.push(slot);
        let links = caller.data().links()?;
        links.table.set(&mut caller, u64::from(slot), Ref::Func(None))?;
    }
    call_export(&mut caller, "free", &[closure.cast_signed()]).await?;
    Ok(())
}

/// `ffi_prep_closure_loc_js(closure, cif, function, user_data, slot) -> status`.
///
/// # Errors
/// Errors that end the run.
pub(in crate::engine) fn prepare(
    mut caller: Caller<'_, InstanceState>,
    (closure, cif, callback, user_data, slot): (u32, u32, u32, u32, u32),
) -> Result<i32> {
    let (_, mut memory) = view(&mut caller)?;
    let interface = Interface::read(&memory, cif)?;
    for (offset, value) in [(CIF, cif), (FUNCTION, callback), (USER_DATA, user_data)] {
        memory.write_u32(closure.wrapping_add(offset), value).map_err(outside)?;
    }
    let links = caller.data().links()?;
    if !caller.data().closures.taken.contains(&slot) {
        bail!("a closure in the table slot {slot}, which is not its own");
    }
    caller.data_mut().closures.changed = true;
    Ok(if place(&mut caller, links.table, slot, closure, interface)? { FFI_OK } else { FFI_BAD_TYPEDEF })
}

/// Puts a function for a closure into its table slot. Returns false when there are too many functions.
fn place(
    mut store: impl AsContextMut<Data = InstanceState>,
    table: Table,
    slot: u32,
    closure: u32,
    interface: Interface,
) -> Result<bool> {
    let mut store = store.as_context_mut();
    let ty = signature(store.engine(), &interface);
    let known = store.data().closures.made.get(&slot);
    let known = known.and_then(|made| made.iter().find(|(known, _)| FuncType::eq(known, &ty)));
    let function = match known {
        Some((_, function)) => *function,
        None if store.data().closures.are_too_many(&ty) => return Ok(false),
        None => {
            let parameters = ty.params().len();
            let function = Func::new_async(&mut store, ty.clone(), move |caller, arguments, results| {
                Box::new(run(caller, slot, arguments, results))
            });
            let closures = &mut store.data_mut().closures;
            closures.made.entry(slot).or_default().push((ty, function));
            closures.functions += 1;
            closures.parameters += parameters;
            function
        }
    };
    table.set(&mut store, u64::from(slot), Ref::Func(Some(function)))?;
    store.data_mut().closures.live.insert(slot, (closure, interface));
    Ok(true)
}

/// Returns the type of a function with that interface.
fn signature(engine: &Engine, interface: &Interface) -> FuncType {
    let result = interface.result.kind;
    let by_pointer = result.is_returned_by_pointer();
    let mut parameters: Vec<ValType> = by_pointer.then_some(ValType::I32).into_iter().collect();
    for kind in interface.arguments.iter().take(interface.fixed) {
        parameters.extend_from_slice(kind.passed());
    }
    if interface.fixed < interface.arguments.len() {
        // The list of the variable arguments.
        parameters.push(ValType::I32);
    }
    let results: &[ValType] = if by_pointer { &[] } else { result.passed() };
    FuncType::new(engine, parameters, results.iter().cloned())
}

/// Runs the closure in `slot`.
async fn run(mut caller: Caller<'_, InstanceState>, slot: u32, arguments: &[Val], results: &mut [Val]) -> Result<()> {
    let Some((closure, interface)) = caller.data().closures.live.get(&slot).cloned() else {
        bail!("a closure was called that was freed")
    };
    let kind = interface.result.kind;
    let mut stack = Stack::save(&mut caller)?;
    let (_, mut memory) = view(&mut caller)?;
    let mut given = arguments.iter();
    let mut next = || given.next().copied().unwrap_or(Val::I32(0));
    let result = if kind.is_returned_by_pointer() { pointer(&next()) } else { stack.allocate(8, 8)? };
    if !kind.is_returned_by_pointer() {
        // The result of a callback that fails.
        memory.write_u64(result, 0).map_err(outside)?;
    }
    let mut pointers = Vec::with_capacity(interface.arguments.len());
    for (index, kind) in interface.arguments.iter().enumerate() {
        if index == interface.fixed {
            break;
        }
        pointers.push(match kind {
            FfiKind::Struct { size, align } => copy(&mut memory, &mut stack, pointer(&next()), *size, *align)?,
            FfiKind::LongDouble => {
                let place = stack.allocate(16, 8)?;
                for half in [0, 8] {
                    store(&mut memory, place.wrapping_add(half), FfiKind::Long, true, &next()).map_err(outside)?;
                }
                place
            }
            FfiKind::Void => stack.allocate(0, 4)?,
            _ => {
                let place = stack.allocate(8, 8)?;
                store(&mut memory, place, *kind, true, &next()).map_err(outside)?;
                place
            }
        });
    }
    if let Some(variable) = interface.arguments.get(interface.fixed..)
        && !variable.is_empty()
    {
        variable_pointers(&memory, pointer(&next()), variable, &mut pointers)?;
    }
    let list = stack.allocate(4 * u32::try_from(pointers.len())?, 4)?;
    for (place, pointer) in (list..).step_by(4).zip(&pointers) {
        memory.write_u32(place, *pointer).map_err(outside)?;
    }
    let field = |offset: u32| memory.read_u32(closure.wrapping_add(offset)).map_err(outside);
    let (cif, callback, user_data) = (field(CIF)?, field(FUNCTION)?, field(USER_DATA)?);
    let callback = function(&mut caller, callback)?;
    if is_deep(caller.data()) {
        stack.exhaust(caller.data().links()?.stack_end);
    }
    stack.enter(&mut caller)?;
    let handed = [cif, result, list, user_data].map(|word| Val::I32(word.cast_signed()));
    nested(&mut caller, callback, &handed, &mut []).await?;
    stack.restore(&mut caller)?;
    if let Some(out) = results.first_mut() {
        let (_, memory) = view(&mut caller)?;
        // The writer has widened a narrow integer to a word.
        let kind = if let FfiKind::Int { .. } = kind { FfiKind::Int { size: 4, signed: true } } else { kind };
        *out = load(&memory, result, kind).map_err(outside)?.unwrap_or_else(|| value(0, &ValType::I32));
    }
    Ok(())
}

/// Finds the variable arguments in their list.
fn variable_pointers(memory: &GuestMemory<'_>, list: u32, kinds: &[FfiKind], pointers: &mut Vec<u32>) -> Result<()> {
    let mut at = list;
    for kind in kinds {
        if let FfiKind::Struct { .. } = kind {
            at = aligned(at, 4)?;
            pointers.push(memory.read_u32(at).map_err(outside)?);
            at = at.wrapping_add(4);
        } else {
            let (size, align) = kind.layout();
            at = aligned(at, align)?;
            pointers.push(at);
            at = at.wrapping_add(size.max(4));
        }
    }
    Ok(())
}

fn pointer(value: &Val) -> u32 {
    value.i32().unwrap_or(0).cast_unsigned()
}
