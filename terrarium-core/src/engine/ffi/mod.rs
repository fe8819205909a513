//! Foreign functions: the part that the guest's libffi (and with it `ctypes`) leaves to its host.
//!
//! A call reads its arguments from the guest's memory as the call interface (`ffi_cif`) describes them and calls the
//! function in a table slot. A closure is a function of the host in a table slot that does the reverse. Both follow the
//! C calling convention of the platform: structures are passed by pointer unless they have one element, long doubles as
//! two integers, variable arguments in memory.

mod call;
mod closure;
mod stack;
mod types;

pub(super) use call::call;
pub(super) use closure::{Closures, ClosuresRecord, alloc, free, prepare, restore};
