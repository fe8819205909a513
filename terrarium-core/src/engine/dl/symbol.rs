//! The addresses of symbols: a function's address is its only table slot.

use wasmtime::{Caller, Extern, Func, Ref, Result};

use super::loader::{Loader, function};
use crate::engine::live::state::InstanceState;
use terrarium_wasm::link::{Definition, LibraryId};

/// Returns the address of `name` in the library behind the handle `dso`, for `dlsym`. The handle 0 stands for all
/// symbols that every module sees.
///
/// # Errors
/// When the table cannot grow.
pub(super) fn find(caller: &mut Caller<'_, InstanceState>, dso: u32, name: &str) -> Result<Option<u32>> {
    let loader = Loader::of(caller)?;
    let library = loader.handles.get(&dso).copied().unwrap_or(LibraryId::MAIN);
    match loader.namespace.symbol(name, library) {
        Some(definition) => address(caller, definition, name).map(Some),
        None if library == LibraryId::MAIN => host_address(caller, name),
        None => Ok(None),
    }
}

/// Returns the address of the definition of `name`.
///
/// # Errors
/// When the table cannot grow.
pub(super) fn address(caller: &mut Caller<'_, InstanceState>, definition: Definition, name: &str) -> Result<u32> {
    let (library, index) = match definition {
        Definition::Data { address } => return Ok(address),
        Definition::Function { library, index } => (library, index),
    };
    if let Some(slot) = Loader::of(caller)?.namespace.slot(library, index) {
        return Ok(slot);
    }
    let function = function(caller, library, name)?;
    let slot = add_slot(caller, function)?;
    Loader::of(caller)?.namespace.set_slot(library, index, slot);
    Ok(slot)
}

/// Returns the address of the host's function `name`, if there is one.
///
/// # Errors
/// When the table cannot grow.
pub(super) fn host_address(caller: &mut Caller<'_, InstanceState>, name: &str) -> Result<Option<u32>> {
    if let Some(slot) = Loader::of(caller)?.host_slots.get(name) {
        return Ok(Some(*slot));
    }
    let Some((function, _)) = host_function(caller, name) else { return Ok(None) };
    let slot = add_slot(caller, function)?;
    Loader::of(caller)?.host_slots.insert(name.to_owned(), slot);
    Ok(Some(slot))
}

/// Returns the host's function `name`, and the module that it is imported from.
pub(super) fn host_function(caller: &mut Caller<'_, InstanceState>, name: &str) -> Option<(Func, &'static str)> {
    let linker = std::sync::Arc::clone(&caller.data().linker);
    ["env", "wasi_snapshot_preview1"].into_iter().find_map(|module| match linker.get(&mut *caller, module, name) {
        Ok(Extern::Func(function)) => Some((function, module)),
        _ => None,
    })
}

/// Puts a function into a new table slot.
///
/// # Errors
/// When the table cannot grow.
pub(in crate::engine) fn add_slot(caller: &mut Caller<'_, InstanceState>, function: Func) -> Result<u32> {
    let links = caller.data().links()?;
    Ok(u32::try_from(links.table.grow(&mut *caller, 1, Ref::Func(Some(function)))?)?)
}
