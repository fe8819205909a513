//! Sandboxed Python.
