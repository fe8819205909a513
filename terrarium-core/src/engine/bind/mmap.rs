//! Mapped memory: the calls that take memory from the guest's heap, since its memory is one linear range.

use wasmtime::{Caller, Result, Val};

use super::{
    linker::{raw, view},
    reenter::{address, call_export},
};
use crate::engine::live::state::InstanceState;
use terrarium_unix::{
    abi::Errno,
    syscall::{
        Args,
        mapping::{MapRequest, PAGE, RemapRequest, unmap},
    },
};

/// The most arguments of the calls here.
const ARGUMENTS: usize = 6;
/// The result of a failed `mremap`.
const FAILED: i32 = -1;

/// Returns the raw slots of a call's arguments.
fn slots(arguments: &[Val]) -> [u64; ARGUMENTS] {
    let mut slots = [0; ARGUMENTS];
    for (slot, argument) in slots.iter_mut().zip(arguments) {
        *slot = raw(argument);
    }
    slots
}

/// Takes memory from the guest's heap; 0 when there is none.
async fn allocate(caller: &mut Caller<'_, InstanceState>, length: u32) -> Result<u32> {
    let Ok(length) = i32::try_from(length) else { return Ok(0) };
    Ok(address(call_export(caller, "emscripten_builtin_memalign", &[PAGE.cast_signed(), length]).await?))
}

async fn free(caller: &mut Caller<'_, InstanceState>, block: u32) -> Result<()> {
    call_export(caller, "free", &[block.cast_signed()]).await.map(drop)
}

/// `mmap(address, length, protection, flags, fd, offset) -> address | -errno`.
pub(super) async fn map(mut caller: Caller<'_, InstanceState>, arguments: &[Val]) -> Result<i32> {
    let slots = slots(arguments);
    let process = &mut view(&mut caller)?.0.run.process;
    let request = match MapRequest::check(process, Args::new(&slots)) {
        Ok(request) => request,
        Err(errno) => return Ok(errno.negated()),
    };
    if let Some(address) = request.join(process) {
        return Ok(address.cast_signed());
    }
    let memory = allocate(&mut caller, request.length).await?;
    if memory == 0 {
        return Ok(Errno::ENOMEM.negated());
    }
    let (state, mut view) = view(&mut caller)?;
    if let Err(errno) = request.place(&mut state.run.process, &mut view, memory) {
        free(&mut caller, memory).await?;
        return Ok(errno.negated());
    }
    Ok(memory.cast_signed())
}

/// `munmap(address, length) -> 0 | -errno`.
pub(super) async fn unmap_range(mut caller: Caller<'_, InstanceState>, arguments: &[Val]) -> Result<i32> {
    let slots = slots(arguments);
    let (state, mut view) = view(&mut caller)?;
    match unmap(&mut state.run.process, &mut view, Args::new(&slots)) {
        Ok(blocks) => {
            for block in blocks {
                free(&mut caller, block).await?;
            }
            Ok(0)
        }
        Err(errno) => Ok(errno.negated()),
    }
}

/// `mremap(address, old length, new length, flags, …) -> address | -1`.
pub(super) async fn remap(mut caller: Caller<'_, InstanceState>, arguments: &[Val]) -> Result<i32> {
    let slots = slots(arguments);
    let request = match RemapRequest::check(&view(&mut caller)?.0.run.process, Args::new(&slots)) {
        Ok(request) => request,
        Err(errno) => return fail(&mut caller, errno).await,
    };
    let memory = allocate(&mut caller, request.length).await?;
    if memory == 0 {
        return fail(&mut caller, Errno::ENOMEM).await;
    }
    let (state, mut view) = view(&mut caller)?;
    match request.move_to(&mut state.run.process, &mut view, memory) {
        Ok(left) => {
            if let Some(block) = left {
                free(&mut caller, block).await?;
            }
            Ok(memory.cast_signed())
        }
        Err(errno) => {
            free(&mut caller, memory).await?;
            fail(&mut caller, errno).await
        }
    }
}

/// Sets `errno` for a function of the C library that the host serves whole.
async fn fail(caller: &mut Caller<'_, InstanceState>, errno: Errno) -> Result<i32> {
    let place = address(call_export(caller, "__errno_location", &[]).await?);
    // An address outside the memory would be the C library's own mistake.
    let _: Result<(), Errno> = view(caller)?.1.write_u32(place, errno.code().into());
    Ok(FAILED)
}
