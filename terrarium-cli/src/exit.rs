//! Exit codes, and the failures that are not the Python code's.

use std::io::{self, Write as _};

use terrarium_core::{Error, ExecutionResult, Status};

/// Bad usage: an option, path or file that cannot be used.
const USAGE: i32 = 2;
/// A fault of this program, its installation or the machine (`EX_SOFTWARE`).
const FAULT: i32 = 70;
/// What shells show for a program that was killed by `SIGPIPE`.
pub(crate) const BROKEN_PIPE: i32 = 141;
/// What shells show for a program that was killed by `SIGINT`.
pub(crate) const INTERRUPTED: i32 = 130;

/// The exit codes in words, for the help text.
pub(crate) const HELP: &str = "\
Exit codes:
  the code's own (sys.exit), or 0 at its end
  1    an exception that was not caught
  2    bad usage: an option, path or file that cannot be used
  70   a fault of terrarium, its installation or the machine
  124  the timeout
  130  Ctrl+C
  134  the interpreter crashed
  137  more memory than allowed
  141  the standard output was closed";

/// The exit code that tells how a run ended.
pub(crate) fn code(result: &ExecutionResult) -> i32 {
    match result.status {
        Status::Success => result.exit_code.unwrap_or(0),
        Status::Timeout => 124,
        Status::Cancelled => INTERRUPTED,
        Status::MemoryExceeded => 137,
        Status::Crashed => 134,
        _ => result.exit_code.unwrap_or(1),
    }
}

/// Why the program ends without, or in spite of, a result.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The user can mend it.
    Usage(String),
    /// The user cannot, at least not on the command line.
    Fault(String),
    /// Whoever read the standard output has gone: nothing to tell and nobody to tell it to.
    BrokenPipe,
}

impl Failure {
    /// Say it on the standard error, and give the exit code.
    pub(crate) fn tell(&self) -> i32 {
        match self {
            Self::Usage(message) => {
                say(message);
                USAGE
            }
            Self::Fault(message) => {
                say(message);
                FAULT
            }
            Self::BrokenPipe => BROKEN_PIPE,
        }
    }

    /// A failure to write to the standard output.
    pub(crate) fn output(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::BrokenPipe,
            _ => Self::Fault(format!("cannot write to the standard output: {error}")),
        }
    }
}

/// Options are named as on the command line.
impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::InvalidOption { name, reason } => Self::Usage(format!("--{}: {reason}", name.replace('_', "-"))),
            Error::TooLarge { what, option, limit, used } => {
                let option = option.replace('_', "-");
                Self::Usage(format!("{what} has {used} bytes, the limit is {limit}: raise --{option}"))
            }
            Error::InvalidPath { .. } | Error::File { .. } | Error::Image { .. } | Error::Package(_) => {
                Self::Usage(error.to_string())
            }
            _ => Self::Fault(error.to_string()),
        }
    }
}

/// A line of ours on the standard error. That it cannot be written is no reason to stop.
pub(crate) fn say(message: &str) {
    let _ = writeln!(io::stderr(), "terrarium: {message}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_names_the_option_as_it_is_typed() {
        let failure = Failure::from(Error::InvalidOption { name: "file_bytes", reason: "too much".to_owned() });
        assert!(matches!(&failure, Failure::Usage(text) if text == "--file-bytes: too much"), "{failure:?}");
        let large = Error::TooLarge { what: "the code".to_owned(), option: "code_bytes", limit: 1, used: 2 };
        let failure = Failure::from(large);
        assert!(matches!(&failure, Failure::Usage(text) if text.ends_with("raise --code-bytes")), "{failure:?}");
    }

    #[test]
    fn a_run_ends_with_the_codes_own_code_or_one_for_its_status() {
        let result = |json: &str| serde_json::from_str::<ExecutionResult>(json).unwrap();
        for (json, expected) in [
            (r#"{"status": "success"}"#, 0),
            (r#"{"status": "success", "exit_code": 0}"#, 0),
            (r#"{"status": "error", "exit_code": 3}"#, 3),
            (r#"{"status": "error"}"#, 1),
            (r#"{"status": "timeout"}"#, 124),
            (r#"{"status": "memory_exceeded"}"#, 137),
            (r#"{"status": "cancelled"}"#, 130),
            (r#"{"status": "crashed"}"#, 134),
        ] {
            assert_eq!(code(&result(json)), expected, "{json}");
        }
    }
}
