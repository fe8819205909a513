//! The size that the system reports.

/// Returns the size of a page in bytes.
pub(crate) fn page_size() -> usize {
    rustix::param::page_size()
}
