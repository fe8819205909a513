//! The protection of memory that makes a guest stop at its next safepoint.

#[cfg(any(test, not(unix)))]
mod plain;
#[cfg(unix)]
mod unix;

#[cfg(not(unix))]
pub(crate) use plain::{Access, IS_SUPPORTED, protect};
#[cfg(unix)]
pub(crate) use unix::{Access, IS_SUPPORTED, protect};
