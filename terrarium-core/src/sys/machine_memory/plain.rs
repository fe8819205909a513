//! No support: work that needs much memory is not refused beforehand.

/// Returns the memory in bytes that this process can still use; never known here.
pub(crate) fn available() -> Option<u64> {
    None
}

/// Does nothing: the allocator decides.
pub(crate) fn give_back() {}

#[cfg(test)]
mod tests {
    #[test]
    fn nothing_is_known() {
        assert_eq!(super::available(), None);
        super::give_back();
    }
}
