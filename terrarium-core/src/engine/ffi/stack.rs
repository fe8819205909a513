//! Space on the guest's stack for C code, which is in its memory.

use wasmtime::{Caller, Global, Result, Val, bail, format_err};

use crate::engine::live::state::InstanceState;

/// The C stack's alignment at calls.
const ALIGNMENT: u32 = 16;

/// The distance of the place from the stack's end at which CPython raises `RecursionError`: its bound is 24 KiB from the
/// end, and below 8 KiB it takes the stack for another one.
const NEAR_END: u32 = 20 << 10;

/// The guest's stack during a foreign call. [`Stack::restore`] frees its space. A call that ends with an error need
/// not: code of the guest that catches the error restores its own stack.
pub(super) struct Stack {
    pointer: Global,
    before: u32,
    top: u32,
}

impl Stack {
    pub(super) fn save(caller: &mut Caller<'_, InstanceState>) -> Result<Self> {
        let links = caller.data().links()?;
        let pointer = links.stack_pointer;
        let Val::I32(top) = pointer.get(&mut *caller) else { bail!("the stack pointer is not an address") };
        let top = top.cast_unsigned();
        Ok(Self { pointer, before: top, top })
    }

    /// Returns the address of new space.
    pub(super) fn allocate(&mut self, size: u32, align: u32) -> Result<u32> {
        let top = self.top.checked_sub(size).ok_or_else(|| format_err!("a foreign call overflows the stack"))?;
        self.top = top & !(align.max(1) - 1);
        Ok(self.top)
    }

    /// Moves the top so close to the stack's `end` that the next Python function fails with `RecursionError`.
    pub(super) fn exhaust(&mut self, end: u32) {
        self.top = self.top.min(end.saturating_add(NEAR_END));
    }

    /// Lets the guest's functions use the stack below the allocated space.
    pub(super) fn enter(&mut self, caller: &mut Caller<'_, InstanceState>) -> Result<()> {
        self.top &= !(ALIGNMENT - 1);
        self.pointer.set(&mut *caller, Val::I32(self.top.cast_signed()))
    }

    /// Frees the allocated space.
    pub(super) fn restore(&self, caller: &mut Caller<'_, InstanceState>) -> Result<()> {
        self.pointer.set(&mut *caller, Val::I32(self.before.cast_signed()))
    }
}
