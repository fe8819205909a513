//! The table and the kinds.
