//! Checked views of guest memory: the only access to it.
//!
//! A guest address is a `u32` and never trusted. Every access names an address and a length, and the sum is computed
//! without overflow. An access outside the memory is [`Errno::EFAULT`](crate::abi::Errno::EFAULT), never a panic.
#![warn(clippy::arithmetic_side_effects)]

mod guest;
mod iovec;
#[cfg(test)]
mod tests;

pub use guest::GuestMemory;
pub use iovec::Iovecs;
