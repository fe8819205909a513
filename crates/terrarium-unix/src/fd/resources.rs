//! The parts of the process that open objects work on, lent for one call.

use super::{Entropy, Pipes, Streams};
use crate::vfs::{Context, Vfs};

/// The parts of the process that open objects work on.
#[derive(Debug)]
pub struct Resources<'a> {
    /// The file system.
    pub vfs: &'a mut Vfs,
    /// The buffers of all pipes.
    pub pipes: &'a mut Pipes,
    /// The standard streams.
    pub streams: &'a mut Streams,
    /// Random bytes.
    pub entropy: &'a mut Entropy,
    /// The caller's credentials, and the present time.
    pub by: Context,
}
