//! The resource limit of the process.

use std::io;

use rustix::process::{Resource, getrlimit};

/// Checks that the process may write a file of so many bytes.
///
/// # Errors
/// `FileTooLarge` with both sizes.
pub(crate) fn check(bytes: u64) -> io::Result<()> {
    within(bytes, getrlimit(Resource::Fsize).current)
}

fn within(bytes: u64, limit: Option<u64>) -> io::Result<()> {
    match limit {
        Some(limit) if bytes > limit => {
            let reason = format!("it would have {bytes} bytes, and the process may write files of {limit} (ulimit -f)");
            Err(io::Error::new(io::ErrorKind::FileTooLarge, reason))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_beyond_the_limit_is_an_error_that_names_both() {
        within(10, None).unwrap();
        within(10, Some(10)).unwrap();
        let error = within(11, Some(10)).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
        assert!(error.to_string().contains("11 bytes") && error.to_string().contains("of 10"), "{error}");
        check(1).unwrap();
    }
}
