//! The binding of the guest's imports: each import in the system-call table becomes a host function.

use wasmtime::{
    Caller, Engine, ExternType, FuncType, HeapType, Linker, Module, Result, Val, ValType, bail, format_err,
};

use super::{calls, driver};
use crate::engine::{dl, live::state::InstanceState};
use terrarium_unix::{
    memory::GuestMemory,
    syscall::{self, Args, Handler, Import},
};

/// The most parameters of an import.
const MAX_PARAMETERS: usize = 16;

/// Returns a linker with all functions that `module` imports, which is an interpreter or an image.
///
/// # Errors
/// When the module imports a function that is not in the table, or with another signature: then it is not the guest
/// that this library was made for.
pub(in crate::engine) fn linker(engine: &Engine, module: &Module) -> Result<Linker<InstanceState>> {
    let mut linker = Linker::new(engine);
    linker.allow_shadowing(true);
    // All of preview 1 first; the table's own functions replace some of them.
    wasmtime_wasi::p1::add_to_linker_async(&mut linker, InstanceState::wasi)?;
    for import in module.imports() {
        let ExternType::Func(ty) = import.ty() else { continue };
        let (from, name) = (import.module(), import.name());
        match (from, name) {
            // Defined after this loop.
            (driver::HOST, driver::FILL | driver::TAKE) => continue,
            (dl::LATE, _) => {
                linker.func_new_async(from, name, ty, dl::late(name))?;
                continue;
            }
            _ => {}
        }
        let Some(entry) = syscall::find(from, name) else {
            bail!("the guest imports the unknown function {from}.{name}")
        };
        if signature(&ty) != entry.signature {
            bail!("the guest imports {from}.{name} as {}, not {}", signature(&ty), entry.signature);
        }
        match entry.handler {
            Handler::Wasi => {}
            Handler::Engine(call) => calls::define(&mut linker, entry, call, ty)?,
            _ => define(&mut linker, entry, ty)?,
        }
    }
    linker.func_wrap(driver::HOST, driver::FILL, |mut caller: Caller<'_, InstanceState>, address: u32| {
        let state = caller.data_mut();
        let request = std::mem::take(&mut state.run.request);
        state.run.stack = std::ptr::from_ref(&request) as u64;
        view(&mut caller)?.1.write(address, &request).map_err(|errno| format_err!("request: {errno}"))
    })?;
    linker.func_wrap(
        driver::HOST,
        driver::TAKE,
        |mut caller: Caller<'_, InstanceState>, address: u32, length: u32| {
            let bound = caller.data().run.response_bytes;
            if u64::from(length) > bound {
                bail!("a response of {length} bytes is larger than the bound of {bound}");
            }
            let response = view(&mut caller)?.1.slice(address, length).map(<[u8]>::to_vec);
            caller.data_mut().run.response = response.map_err(|errno| format_err!("response: {errno}"))?;
            Ok(())
        },
    )?;
    Ok(linker)
}

/// Returns the state of the caller and its memory.
pub(in crate::engine) fn view<'a>(
    caller: &'a mut Caller<'_, InstanceState>,
) -> Result<(&'a mut InstanceState, GuestMemory<'a>)> {
    let links = caller.data().links()?;
    let (memory, state) = links.memory.data_and_store_mut(caller);
    Ok((state, GuestMemory::new(memory)))
}

fn define(linker: &mut Linker<InstanceState>, entry: &'static Import, ty: FuncType) -> Result<()> {
    let result = ty.results().next();
    linker.func_new(entry.module, entry.name, ty, move |mut caller, parameters, results| {
        let mut slots = [0; MAX_PARAMETERS];
        for (slot, value) in slots.iter_mut().zip(parameters) {
            *slot = raw(value);
        }
        let (state, mut memory) = view(&mut caller)?;
        let slot = entry
            .call(&mut state.run.process, &mut memory, Args::new(&slots[..parameters.len()]))
            .map_err(wasmtime::Error::new)?;
        if let (Some(out), Some(ty)) = (results.first_mut(), &result) {
            *out = value(slot, ty);
        }
        Ok(())
    })?;
    Ok(())
}

/// Returns a value as a raw slot; references have no raw form.
pub(in crate::engine) fn raw(value: &Val) -> u64 {
    match value {
        Val::I32(n) => u64::from(n.cast_unsigned()),
        Val::I64(n) => n.cast_unsigned(),
        Val::F32(bits) => u64::from(*bits),
        Val::F64(bits) => *bits,
        _ => 0,
    }
}

/// Returns a raw slot as a value of the type; a reference is null.
#[expect(clippy::cast_possible_truncation, reason = "the narrow types are the low half of the slot")]
pub(in crate::engine) fn value(slot: u64, ty: &ValType) -> Val {
    match ty {
        ValType::I32 => Val::I32((slot as u32).cast_signed()),
        ValType::I64 => Val::I64(slot.cast_signed()),
        ValType::F32 => Val::F32(slot as u32),
        ValType::F64 => Val::F64(slot),
        ValType::V128 => Val::V128(0.into()),
        ValType::Ref(ty) => match ty.heap_type().top() {
            HeapType::Extern => Val::null_extern_ref(),
            HeapType::Func => Val::null_func_ref(),
            _ => Val::null_any_ref(),
        },
    }
}

/// Returns a function type in the table's notation.
fn signature(ty: &FuncType) -> String {
    let letter = |ty: ValType| match ty {
        ValType::I32 => 'i',
        ValType::I64 => 'j',
        ValType::F32 => 'f',
        ValType::F64 => 'd',
        ValType::Ref(ty) if matches!(ty.heap_type(), HeapType::Extern) => 'e',
        _ => '?',
    };
    ty.params().map(letter).chain("->".chars()).chain(ty.results().map(letter)).collect()
}
