//! [`PyLock`]: `pylock.toml`, the lock of PEP 751.

mod marker;
mod model;
mod select;
mod text;

pub use model::{LockedPackage, LockedWheel, PyLock};
