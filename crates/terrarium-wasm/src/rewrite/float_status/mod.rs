//! The floating-point status of numpy's modules.
//!
//! A processor notes in sticky flags that an operation divided by zero, overflowed or was invalid. numpy reads these
//! flags after a loop, and sets some itself; its warnings and `LinAlgError` depend on them. WebAssembly has no such
//! flags, and the C library's functions for them do nothing. So the modules call those functions with the flags 0 and
//! take the result for 0.
//!
//! This pass gives the modules a status word in the guest's memory ([`helpers::STATUS_ADDRESS`]):
//!
//! - the functions that read, clear and set the status work on the word ([`roles`], [`kinds`]),
//! - the arithmetic of single numbers, and conversions, are checked where they are made ([`arithmetic`]),
//! - the loops of ufuncs check their results, piece by piece (`loops.wat`),
//! - the loops of the most frequent operations are replaced by loops that check while they calculate (`kernels.wat`,
//!   chosen in `fast.wat`). They use vectors, which numpy's own do not here, so the checks cost nothing.
//!
//! Functions are found by the form of their code. In a module that has other forms, nothing or less is changed.

mod arithmetic;
mod helpers;
mod kinds;
mod pass;
mod roles;

pub(super) use pass::FloatStatus;
