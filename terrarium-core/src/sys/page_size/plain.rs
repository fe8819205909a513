//! The largest usual size: a multiple of it is a multiple of smaller sizes too.

/// Returns the size of a page in bytes.
pub(crate) fn page_size() -> usize {
    64 << 10
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_systems_pages_divide_it() {
        assert_eq!(super::page_size() % super::super::page_size(), 0);
    }
}
