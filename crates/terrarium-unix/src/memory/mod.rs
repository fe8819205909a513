//! Checked views of guest memory: the only way to it.
//!
//! A guest address is a `u32` and trusted by nobody. Every access names an address and a length, the sum is computed
//! without overflow, and what lies outside is [`Errno::EFAULT`](crate::abi::Errno::EFAULT), never a panic.
#![warn(clippy::arithmetic_side_effects)]

mod guest;
mod iovec;
#[cfg(test)]
mod tests;

pub use guest::GuestMemory;
pub use iovec::Iovecs;
