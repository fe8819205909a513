//! The size of a page of memory.

#[cfg(any(test, not(unix)))]
mod plain;
#[cfg(unix)]
mod unix;

#[cfg(not(unix))]
pub(crate) use plain::page_size;
#[cfg(unix)]
pub(crate) use unix::page_size;
