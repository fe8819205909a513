//! Values: conversions between Python objects and the core's values.
//!
//! Built-in classes are converted here. `terrarium._values` converts the kinds of the standard library, numpy and
//! pandas in Python; here they are a kind and its parts.

mod from_python;
mod tables;
mod to_python;

pub(crate) use from_python::{inputs, value};
pub(crate) use to_python::{made, object};
