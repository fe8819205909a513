//! The mapping of files into memory: a copy in the guest's heap, since its memory is one linear range.

use wasmtime::{Caller, Result, Val};

use super::{
    linker::{raw, view},
    reenter::{address, call_export},
};
use crate::engine::live::state::InstanceState;
use terrarium_unix::{
    abi::Errno,
    syscall::{Args, mapping::Mapping},
};

/// The alignment of mappings: the page size of the guest.
const ALIGNMENT: i32 = 64 << 10;

/// `_mmap_js(length, protection, flags, fd, offset, allocated*, address*) -> 0 | -errno`.
pub(in crate::engine) async fn map(mut caller: Caller<'_, InstanceState>, arguments: &[Val]) -> Result<i32> {
    let mut slots = [0; 7];
    for (slot, argument) in slots.iter_mut().zip(arguments) {
        *slot = raw(argument);
    }
    let args = Args::new(&slots);
    let mapping = match Mapping::check(&view(&mut caller)?.0.run.process, args) {
        Ok(mapping) => mapping,
        Err(errno) => return Ok(errno.negated()),
    };
    let Ok(length) = i32::try_from(mapping.length) else { return Ok(Errno::ENOMEM.negated()) };
    let memory = address(call_export(&mut caller, "emscripten_builtin_memalign", &[ALIGNMENT, length]).await?);
    if memory == 0 {
        return Ok(Errno::ENOMEM.negated());
    }
    let (state, mut view) = view(&mut caller)?;
    let filled = mapping.fill(&mut state.run.process, &mut view, memory);
    let filled =
        filled.and_then(|()| view.write_u32(args.ptr(5), 1)).and_then(|()| view.write_u32(args.ptr(6), memory));
    if let Err(errno) = filled {
        call_export(&mut caller, "free", &[memory.cast_signed()]).await?;
        return Ok(errno.negated());
    }
    Ok(0)
}
