//! [`InterpreterOptions`]: the limits of an interpreter.

use std::time::Duration;

/// The limits of an interpreter.
#[derive(Clone, Copy)]
pub(crate) struct InterpreterOptions {
    pub(crate) memory: u64,
    pub(crate) value_bytes: u64,
    pub(crate) grace: Duration,
    pub(crate) untrusted_libraries: bool,
    /// Whether libraries are compiled as they are called, where they are not in the cache folder.
    pub(crate) lazy: bool,
    /// Whether sleeping takes real time.
    pub(crate) real_sleep: bool,
}

impl InterpreterOptions {
    /// The options of an interpreter that runs this library's own programs in `memory` bytes.
    pub(crate) fn trusted(memory: u64) -> Self {
        let grace = Duration::from_millis(100);
        // The addresses of all objects are sent as values, when an image is made.
        Self { memory, value_bytes: 64 << 20, grace, untrusted_libraries: false, lazy: false, real_sleep: true }
    }
}
