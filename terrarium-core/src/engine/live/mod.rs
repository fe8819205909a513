//! Live guests: the machine that all share, an instance, and the state of its run.

pub(in crate::engine) mod block_on;
mod cpython;
pub(in crate::engine) mod end;
pub(in crate::engine) mod guest;
pub(in crate::engine) mod instance;
pub(in crate::engine) mod limiter;
pub(in crate::engine) mod machine;
pub(in crate::engine) mod state;
