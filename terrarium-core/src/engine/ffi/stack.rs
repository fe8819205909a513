//! Space on the guest's own stack, which C code keeps in its memory.

use wasmtime::{Caller, Global, Result, Val, bail, format_err};

use crate::engine::live::state::InstanceState;

/// The C stack's alignment at calls.
const ALIGNMENT: u32 = 16;

/// The guest's stack during a foreign call. It is put back by [`Stack::restore`]; a call that is left by an error need
/// not: whoever catches that in the guest restores its own.
pub(super) struct Stack {
    pointer: Global,
    before: u32,
    top: u32,
}

impl Stack {
    pub(super) fn save(caller: &mut Caller<'_, InstanceState>) -> Result<Self> {
        let links = caller.data().links()?;
        let pointer = links.stack_pointer;
        let Val::I32(top) = pointer.get(&mut *caller) else { bail!("the stack pointer is no address") };
        let top = top.cast_unsigned();
        Ok(Self { pointer, before: top, top })
    }

    /// The address of new space.
    pub(super) fn allocate(&mut self, size: u32, align: u32) -> Result<u32> {
        let top = self.top.checked_sub(size).ok_or_else(|| format_err!("a foreign call overflows the stack"))?;
        self.top = top & !(align.max(1) - 1);
        Ok(self.top)
    }

    /// Let the guest's functions use the stack below what was allocated.
    pub(super) fn enter(&mut self, caller: &mut Caller<'_, InstanceState>) -> Result<()> {
        self.top &= !(ALIGNMENT - 1);
        self.pointer.set(&mut *caller, Val::I32(self.top.cast_signed()))
    }

    /// Free what was allocated.
    pub(super) fn restore(&self, caller: &mut Caller<'_, InstanceState>) -> Result<()> {
        self.pointer.set(&mut *caller, Val::I32(self.before.cast_signed()))
    }
}
