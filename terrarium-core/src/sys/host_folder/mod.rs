//! Folders of the host that guests see as mounts: held by handle, and never left through a link.

#[cfg(unix)]
mod errno;
#[cfg(unix)]
mod file;
#[cfg(target_os = "linux")]
mod lock;
#[cfg(any(test, not(unix)))]
mod plain;
#[cfg(test)]
mod tests;
#[cfg(unix)]
mod unix;

#[cfg(not(unix))]
pub(crate) use plain::open;
#[cfg(unix)]
pub(crate) use unix::open;
