//! [`Call`]: one call of a function by the code.

use std::{any::Any, sync::Arc};

use serde::de::DeserializeOwned;

use super::{
    HostError,
    signature::{Place, Signature},
};
use crate::{CancelHandle, Value};

/// A call of a [`HostFunction`](crate::HostFunction), with its arguments.
///
/// ```
/// use terrarium_core::{Call, HostError, HostFunction};
///
/// let repeat = HostFunction::new("repeat", |call: Call| {
///     let text: String = call.argument("text")?;
///     let times: usize = call.argument("times")?;
///     Ok(text.repeat(times))
/// })
/// .signature("(text: str, times: int = 2) -> str");
/// assert_eq!(repeat.name(), "repeat");
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Call {
    /// The number of the call, unique in its run and the same in [`HostCall::id`](crate::HostCall::id).
    pub id: u32,
    /// The name of the function, with that of its module: `github.search`.
    pub name: Arc<str>,
    /// The positional arguments.
    pub args: Vec<Value>,
    /// The keyword arguments, in their order.
    pub kwargs: Vec<(String, Value)>,
    pub(crate) signature: Arc<Signature>,
    pub(crate) cancel: CancelHandle,
    pub(crate) context: Option<CallContext>,
}

/// A value of the caller of a run, for the functions that the run's code calls: see
/// [`ExecuteOptions::context`](crate::ExecuteOptions::context).
#[derive(Clone)]
pub struct CallContext(Arc<dyn Any + Send + Sync>);

impl CallContext {
    /// Wraps a value.
    pub fn new(value: impl Any + Send + Sync) -> Self {
        Self(Arc::new(value))
    }
}

impl std::fmt::Debug for CallContext {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CallContext")
    }
}

impl Call {
    /// Returns the argument of the parameter `name`, wherever the call has it, or the literal default of the
    /// signature. Without either it is `None`.
    ///
    /// # Errors
    /// A `TypeError` that names the argument, for a value of another type.
    pub fn argument<T: DeserializeOwned>(&self, name: &str) -> Result<T, HostError> {
        let bound = self.signature.bind(&self.name, &self.args, &self.kwargs);
        let bound = bound.map_err(|message| HostError::new("TypeError", message))?;
        let place = bound.iter().find(|(bound, _)| *bound == name);
        place.map_or(Value::None, |(_, place)| place.value()).deserialize().map_err(|error| {
            let function = &self.name;
            HostError::new("TypeError", format!("{function}() argument '{name}': {error}"))
        })
    }

    /// Returns the arguments by the names of their parameters, with the literal defaults of the signature.
    ///
    /// # Errors
    /// A `TypeError` for arguments that do not fit the signature; those of a call by the code do.
    pub fn arguments(&self) -> Result<Vec<(String, Value)>, HostError> {
        let bound = self.signature.bind(&self.name, &self.args, &self.kwargs);
        let bound = bound.map_err(|message| HostError::new("TypeError", message))?;
        Ok(bound.into_iter().map(|(name, place)| (name.to_owned(), place.value())).collect())
    }

    /// Returns the arguments in the order of the parameters, up to the last that has one; `None` for those without a
    /// value. Arguments of `*args` follow one by one; those of `**kwargs` are a `dict` at the end, if there are any.
    ///
    /// # Errors
    /// As for [`arguments`](Self::arguments).
    pub fn positional(&self) -> Result<Vec<Value>, HostError> {
        let bound = self.signature.bind(&self.name, &self.args, &self.kwargs);
        let mut bound = bound.map_err(|message| HostError::new("TypeError", message))?;
        let mut ordered = Vec::new();
        for name in self.signature.names() {
            let place = bound.iter().position(|(bound, _)| *bound == name).map(|at| bound.swap_remove(at).1);
            match place {
                Some(Place::Rest(items)) => ordered.extend(items.iter().map(|item| Some(item.clone()))),
                Some(Place::Keywords(pairs)) if pairs.is_empty() => {}
                place => ordered.push(place.map(|place| place.value())),
            }
        }
        while ordered.last().is_some_and(Option::is_none) {
            ordered.pop();
        }
        Ok(ordered.into_iter().map(|value| value.unwrap_or(Value::None)).collect())
    }

    /// Converts the arguments to a struct with a field for each parameter.
    ///
    /// # Errors
    /// A `TypeError` that names the field.
    pub fn deserialize<T: DeserializeOwned>(&self) -> Result<T, HostError> {
        let arguments = self.arguments()?.into_iter().map(|(name, value)| (Value::Str(name), value)).collect();
        let function = &self.name;
        let wrong = |error| HostError::new("TypeError", format!("{function}(): {error}"));
        Value::Dict(arguments).deserialize().map_err(wrong)
    }

    /// Returns the handle that is used when the run does not wait for this call any more: at its deadline, after a
    /// cancel, or when the code has dropped the call. The answer is dropped then, so the function may stop.
    #[must_use]
    pub fn cancel(&self) -> &CancelHandle {
        &self.cancel
    }

    /// Returns the value that the caller of the run has passed for its functions, if it is of type `T`.
    #[must_use]
    pub fn context<T: Any>(&self) -> Option<&T> {
        self.context.as_ref()?.0.downcast_ref()
    }

    /// Whether the run does not wait for this call any more.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }
}
