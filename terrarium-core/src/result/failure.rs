//! [`ExecutionFailure`]: a run that did not succeed, as an error.

use std::{error::Error, fmt};

use serde::de::{Deserializer, IgnoredAny, SeqAccess, Visitor};

use super::{ExecutionResult, Frame, PythonError, Status};

/// A run that did not succeed, as an error: [`ExecutionResult::into_success`].
///
/// The source is the run's [`PythonError`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ExecutionFailure {
    /// The outcome of the run.
    pub result: ExecutionResult,
}

impl ExecutionResult {
    /// Returns the result if the run succeeded, or else an error that contains it.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = terrarium_core::Sandbox::new(Default::default())?;
    /// let result = sandbox.execute("6 * 7")?.into_success()?;
    /// assert_eq!(result.final_repr.as_deref(), Some("42"));
    ///
    /// let failure = sandbox.execute("print('so far'); 1 / 0")?.into_success().unwrap_err();
    /// assert_eq!(failure.to_string(), "ZeroDivisionError: division by zero");
    /// assert_eq!(failure.result.stdout, "so far\n");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ExecutionFailure`] for every status but [`Status::Success`].
    pub fn into_success(self) -> Result<Self, Box<ExecutionFailure>> {
        match self.status {
            Status::Success => Ok(self),
            _ => Err(Box::new(ExecutionFailure { result: self })),
        }
    }
}

impl fmt::Display for ExecutionFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.result.error {
            Some(error) => error.fmt(f),
            None => write!(f, "the run ended with the status {}", self.result.status),
        }
    }
}

impl Error for ExecutionFailure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.result.error.as_ref().map(|error| error as _)
    }
}

/// Writes the last line of the traceback: `ZeroDivisionError: division by zero`.
impl fmt::Display for PythonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.message.as_str() {
            "" => f.write_str(&self.kind),
            message => write!(f, "{}: {message}", self.kind),
        }
    }
}

impl Error for PythonError {}

/// Writes the name that the status has in JSON.
impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Success => "success",
            Self::Error => "error",
            Self::Timeout => "timeout",
            Self::MemoryExceeded => "memory_exceeded",
            Self::Cancelled => "cancelled",
            Self::Crashed => "crashed",
        })
    }
}

/// Reads the frames of a traceback: the first ones of a list that is longer than any that the harness sends.
pub(super) fn frames<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Frame>, D::Error> {
    /// The largest number of frames; the harness sends half as many.
    const FRAMES: usize = 64;
    struct Frames;

    impl<'de> Visitor<'de> for Frames {
        type Value = Vec<Frame>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list of frames")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Vec<Frame>, A::Error> {
            let mut frames = Vec::new();
            while frames.len() < FRAMES {
                match sequence.next_element()? {
                    Some(frame) => frames.push(frame),
                    None => return Ok(frames),
                }
            }
            while sequence.next_element::<IgnoredAny>()?.is_some() {}
            Ok(frames)
        }
    }

    deserializer.deserialize_seq(Frames)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_success_is_one() {
        assert!(ExecutionResult::default().into_success().is_ok());
        for status in [Status::Error, Status::Timeout, Status::MemoryExceeded, Status::Cancelled, Status::Crashed] {
            let name = serde_json::to_value(status).unwrap();
            assert_eq!(name, status.to_string());
            let failure = ExecutionResult { status, ..Default::default() }.into_success().unwrap_err();
            assert_eq!(failure.to_string(), format!("the run ended with the status {status}"));
            assert!(failure.source().is_none());
        }
    }

    #[test]
    fn a_failure_has_the_error_of_the_code_as_its_source() {
        let error = PythonError { kind: "KeyError".to_owned(), ..Default::default() };
        let result = ExecutionResult { status: Status::Error, error: Some(error.clone()), ..Default::default() };
        let failure = result.into_success().unwrap_err();
        assert_eq!(failure.to_string(), "KeyError");
        assert_eq!(failure.source().and_then(|source| source.downcast_ref()), Some(&error));
    }
}
