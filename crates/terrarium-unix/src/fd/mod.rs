//! Descriptors: the table of small numbers, and the objects that they refer to.
//!
//! A descriptor is a slot of [`FdTable`]. Several descriptors may share one *open description*, which holds the status
//! flags and the object. An object is one of the kinds below, each in its own file; all implement [`Description`],
//! whose defaults refuse. Each call lends them the parts that they work on (the file system, the buffers of the pipes,
//! the streams of the run, entropy) as [`Resources`], so that everything here is plain data without locks.
#![warn(clippy::arithmetic_side_effects)]

mod description;
mod device;
mod directory;
mod entropy;
mod file;
mod input;
mod locks;
mod pipe;
mod resources;
mod socket;
mod stdio;
mod table;
#[cfg(test)]
mod tests;

pub use description::Description;
pub use device::Device;
pub use directory::Directory;
pub use entropy::Entropy;
pub use file::File;
pub use input::{Ask, Input, InputSource, MOST_PROMPT};
pub use locks::LockedRange;
pub use pipe::{PIPE_CAPACITY, PipeEnd, PipeId, Pipes};
pub use resources::Resources;
pub use socket::{SOCKET_CAPACITY, Socket};
pub use stdio::{Output, StandardStream, StreamSink, Streams};
pub use table::{CHANNEL, FdTable, Object, OpenDescription};
