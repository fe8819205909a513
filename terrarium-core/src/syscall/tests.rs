//! Behaviour through raw arguments and a small memory.
