//! [`CallHook`]: decides on calls before their functions work.

use std::{fmt, sync::Arc};

use super::Call;
use crate::Value;

/// A function that decides on calls: see [`SandboxOptions::decide`](crate::SandboxOptions::decide).
///
/// ```
/// use terrarium_core::{Call, CallHook, Decision};
///
/// let hook = CallHook::new(|call: &Call| match &*call.name {
///     "delete" => Decision::Deny("deleting needs a person".to_owned()),
///     _ => Decision::Allow,
/// });
/// # drop(hook);
/// ```
#[derive(Clone)]
pub struct CallHook(Arc<dyn Fn(&Call) -> Decision + Send + Sync>);

/// A decision on a call, before its function works: see [`CallHook`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Decision {
    /// The function is called.
    Allow,
    /// The code gets a `PermissionError` with this reason.
    Deny(String),
    /// The code gets this value, and the function is not called.
    Answer(Value),
}

impl CallHook {
    /// Wraps a function. It works on the thread of the call, and may wait, for a person, as long as the call has time.
    pub fn new(decide: impl Fn(&Call) -> Decision + Send + Sync + 'static) -> Self {
        Self(Arc::new(decide))
    }

    pub(crate) fn decide(&self, call: &Call) -> Decision {
        (self.0)(call)
    }
}

/// Hooks are equal when they are the same function.
impl PartialEq for CallHook {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for CallHook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CallHook")
    }
}
