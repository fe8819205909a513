//! Exit codes, and failures that do not come from the Python code.

use std::io::{self, Write as _};

use terrarium_core::{Error, ExecutionResult, Status};

/// Bad usage: an option, path or file that cannot be used.
const USAGE: i32 = 2;
/// A failure of this program, its installation or the machine (`EX_SOFTWARE`).
const FAULT: i32 = 70;
/// The exit code that shells show for a program killed by a signal, less the signal's number.
pub(crate) const SIGNALLED: i32 = 128;
/// The exit code that shells show for a program killed by `SIGPIPE`.
pub(crate) const BROKEN_PIPE: i32 = 141;
/// The exit code that shells show for a program killed by `SIGINT`.
pub(crate) const INTERRUPTED: i32 = 130;

/// The exit codes for the help text.
pub(crate) const HELP: &str = "\
Exit codes:
  the code's own (sys.exit), or 0 at its end
  1    an exception that was not caught
  2    bad usage: an option, path or file that cannot be used
  70   a failure of terrarium, its installation or the machine
  124  the timeout
  130  Ctrl+C
  134  the interpreter crashed
  137  more memory than allowed
  141  the standard output was closed
  143  SIGTERM (and 128 more than the number of any other signal that ends the program)";

/// Returns the exit code for the outcome of a run.
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

/// The reason why the program ends without, or in spite of, a result.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A failure that the user can correct.
    Usage(String),
    /// A failure that the user cannot correct on the command line.
    Fault(String),
    /// The reader of the standard output is gone, so there is nothing to report.
    BrokenPipe,
}

impl Failure {
    /// Reports the failure on the standard error, and returns the exit code.
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

    /// Makes the failure of a write to the standard output.
    pub(crate) fn output(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::BrokenPipe,
            _ => Self::Fault(format!("cannot write to the standard output: {error}")),
        }
    }
}

/// The texts name options as on the command line, and a command as the way out.
impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let (text, details) = (error.to_string(), error.details());
        let flag = details.option.as_deref().map(|option| format!("--{}", option.replace('_', "-")));
        match error.code() {
            "invalid_option" => {
                Self::Usage(format!("{}: {}", flag.unwrap_or_default(), details.reason.unwrap_or_default()))
            }
            "too_large" => {
                let option = format!("the option `{}`", details.option.unwrap_or_default());
                Self::Usage(text.replace(&option, &flag.unwrap_or_default()))
            }
            // A call of the package store is no way out of a failure of another one.
            "package_unknown" if details.package_source.is_none() => {
                let package = details.package.unwrap_or_default();
                Self::Usage(format!(
                    "{text}; add it with `terrarium packages add {package}` or `terrarium run --install`, or name a \
                     folder that has it with --packages-from"
                ))
            }
            "package_source" => match details.package_source {
                Some(source) if source.contains("://") => {
                    Self::Usage(format!("{text} (`terrarium packages add --from {source} NAME`)"))
                }
                _ => Self::Usage(text),
            },
            "invalid_path" | "file" | "image" => Self::Usage(text),
            code if code.starts_with("package_") => Self::Usage(text),
            _ => Self::Fault(text),
        }
    }
}

/// Writes a line of this program to the standard error. A failed write does not stop the program.
pub(crate) fn say(message: &str) {
    let _ = writeln!(io::stderr(), "terrarium: {message}");
}

#[cfg(test)]
mod tests {
    use terrarium_core::{Sandbox, SandboxOptions};

    use super::*;

    #[test]
    fn a_failure_names_the_option_as_it_is_typed() {
        let invalid = SandboxOptions::new().file_bytes(u64::MAX).validate().unwrap_err();
        let failure = Failure::from(invalid);
        assert!(matches!(&failure, Failure::Usage(text) if text.starts_with("--file-bytes: 1844")), "{failure:?}");
        let large = Sandbox::new(SandboxOptions::new().code_bytes(1)).unwrap().execute("1 + 1").unwrap_err();
        let failure = Failure::from(large);
        assert!(matches!(&failure, Failure::Usage(text) if text.ends_with("raise --code-bytes")), "{failure:?}");
    }

    #[test]
    fn a_failure_of_packages_names_the_command_that_helps() {
        let missing = |options: SandboxOptions| Failure::from(Sandbox::new(options).unwrap_err());
        let cache = tempfile::tempdir().unwrap();
        let options = || SandboxOptions::new().cache_dir(cache.path()).package("nobody-has-this");
        let failure = missing(options());
        let command = "`terrarium packages add nobody-has-this`";
        assert!(matches!(&failure, Failure::Usage(text) if text.contains(command)), "{failure:?}");
        let failure = missing(options().package_source("https://example.com/x"));
        let command = "`terrarium packages add --from https://example.com/x NAME`";
        assert!(matches!(&failure, Failure::Usage(text) if text.contains(command)), "{failure:?}");
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
