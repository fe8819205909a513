//! The file `/proc/self/limits`.

use std::{fs, io};

/// Returns the limit in bytes; `None` if there is none or the system does not report it.
pub(crate) fn limit() -> Option<u64> {
    soft_limit(&fs::read_to_string("/proc/self/limits").ok()?)
}

/// Whether an error's text is that of the system when it has no memory or address space.
pub(crate) fn is_refusal(text: &str) -> bool {
    text.contains(&io::Error::from_raw_os_error(libc::ENOMEM).to_string())
}

/// Returns the soft limit of the address space in the text of `/proc/self/limits`.
fn soft_limit(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix("Max address space"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_of_memory_is_known_by_its_text() {
        let text = io::Error::from_raw_os_error(libc::ENOMEM).to_string();
        assert!(is_refusal(&format!("mmap failed: {text}")));
        assert!(!is_refusal("mmap failed"));
    }

    #[test]
    fn the_soft_limit_is_read() {
        let table = |soft: &str| {
            format!(
                "Limit                     Soft Limit           Hard Limit           Units     \n\
                 Max cpu time              unlimited            unlimited            seconds   \n\
                 Max address space         {soft:<20} unlimited            bytes     \n"
            )
        };
        assert_eq!(soft_limit(&table("12884901888")), Some(12 << 30));
        assert_eq!(soft_limit(&table("unlimited")), None);
        assert_eq!(soft_limit(""), None);
    }
}
