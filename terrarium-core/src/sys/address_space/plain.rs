//! Nothing is known about a limit: errors name the system's reason only.

/// Returns the limit in bytes; `None` if there is none or the system does not report it.
pub(crate) fn limit() -> Option<u64> {
    None
}

/// Whether an error's text is that of the system when it has no memory or address space.
pub(crate) fn is_refusal(_text: &str) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_limit_is_known() {
        assert_eq!(limit(), None);
        assert!(!is_refusal(""));
    }
}
