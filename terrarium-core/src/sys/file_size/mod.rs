//! The limit of the size of a file (`ulimit -f`). A write beyond it would end the process by a signal.

#[cfg(any(test, not(unix)))]
mod plain;
#[cfg(unix)]
mod unix;

#[cfg(not(unix))]
pub(crate) use plain::check;
#[cfg(unix)]
pub(crate) use unix::check;
