//! A random number that the kernel draws when it starts.

use std::{fs, sync::OnceLock};

/// Returns a text that differs after each start of the machine; empty if the system does not tell.
pub(crate) fn id() -> &'static str {
    static ID: OnceLock<String> = OnceLock::new();
    ID.get_or_init(|| fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default().trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_identity_has_one_value() {
        assert_eq!(id(), id());
        assert!(!id().contains(char::is_whitespace), "{:?}", id());
    }
}
