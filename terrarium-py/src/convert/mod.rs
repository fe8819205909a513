//! Values: Python objects as the core's, and back.
//!
//! What is built into Python is converted here; the kinds of the standard library, of numpy and of pandas in Python, by
//! `terrarium._values`, which knows them as a kind and its parts.

mod from_python;
mod to_python;

pub(crate) use from_python::inputs;
pub(crate) use to_python::object;
