//! [`HostFunctions`]: functions of the host that the code can call.

mod annotation;
mod call;
mod decision;
mod error;
mod fields;
mod function;
mod journal;
mod record;
mod set;
mod signature;
mod to_value;

pub use call::{Call, CallContext};
pub use decision::{CallHook, Decision};
pub use error::{HostError, HostErrorCause};
pub(crate) use function::{Handler, Items};
pub use function::{HostFunction, Reply};
pub use journal::{CallRecord, Journal, RecordedCall};
pub use record::{HostCall, HostCallOutcome};
pub use set::HostFunctions;
pub use signature::Signature;
