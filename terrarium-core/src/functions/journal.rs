//! [`Journal`]: a run's calls of host functions, recorded and replayed.

use serde::{Deserialize, Serialize};

use super::record::HostCallOutcome;
use crate::Bytes;

/// The use of a journal in a run: [`ExecuteOptions::journal`](crate::ExecuteOptions::journal). In JSON it is `"record"`,
/// `{"replay": record}` or `{"resume": record}`.
///
/// ```
/// # fn main() -> terrarium_core::Result<()> {
/// use terrarium_core::{Call, ExecuteOptions, HostFunction, HostFunctions, Journal, Sandbox, SandboxOptions};
///
/// let draw = HostFunction::new("draw", |call: Call| Ok(i64::from(call.id) * 7));
/// let options = SandboxOptions::new().functions(HostFunctions::new().function(draw));
/// let sandbox = Sandbox::new(options)?;
/// let first = sandbox.execute_with("draw()", ExecuteOptions::new().journal(Journal::Record))?;
/// let journal = Journal::Replay(first.journal.unwrap());
/// let again = sandbox.execute_with("draw()", ExecuteOptions::new().journal(journal))?;
/// assert_eq!(again.final_expression, first.final_expression);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Journal {
    /// The calls are recorded, and the result has the record.
    Record,
    /// Answers come from a record, in the order in which equal calls were made, and no function is called. A call that
    /// the record does not have ends the run with an error that shows both.
    Replay(CallRecord),
    /// Answers come from a record as long as it has the calls; other calls reach their functions. The result has the
    /// record of all.
    Resume(CallRecord),
}

/// The calls of a run with their answers: [`ExecutionResult::journal`](crate::ExecutionResult::journal).
///
/// It contains the answers of functions, and the beginnings of their arguments.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct CallRecord {
    /// The calls in the order in which the code began them.
    pub calls: Vec<RecordedCall>,
    /// The order in which awaited calls ended: pairs of the number of looks without a call that had ended, and the
    /// place of the call that had.
    pub order: Vec<(u32, u32)>,
}

/// A call in a [`CallRecord`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct RecordedCall {
    /// The name of the function; for an item of a stream `next`.
    pub name: String,
    /// The digest of the arguments, as in [`HostCall::arguments`](crate::HostCall::arguments); for an item of a stream the
    /// place of the stream.
    pub arguments: String,
    /// The beginning of the arguments, as JSON.
    pub shown: String,
    /// The answer in the form of the protocol with the guest; empty where the code did not get one.
    pub answer: Bytes,
    /// The way in which the call ended.
    pub outcome: HostCallOutcome,
}
