//! No support: work that needs much memory is not refused beforehand.

/// Returns the memory in bytes that this process can still use; never known here.
pub(crate) fn available() -> Option<u64> {
    None
}

/// Returns the memory in bytes that this process can use with swap; never known here.
pub(crate) fn with_swap() -> Option<u64> {
    None
}

/// Does nothing: the allocator decides.
pub(crate) fn give_back() {}

#[cfg(test)]
mod tests {
    #[test]
    fn nothing_is_known() {
        assert_eq!(super::available(), None);
        assert_eq!(super::with_swap(), None);
        super::give_back();
    }
}
