//! Scatter and gather lists: `struct iovec { void *base; size_t len; }[count]`.

use super::GuestMemory;
use crate::abi::{Errno, Iovec};

/// A list of buffers that are all inside the memory, with the sum of the lengths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Iovecs {
    /// The buffers, in order, without the empty ones.
    pub buffers: Vec<Iovec>,
    /// The sum of their lengths in bytes; fits an `i32`, as the guest's result must.
    pub total: u32,
}

impl GuestMemory<'_> {
    /// Reads a list of `count` entries at `address`.
    ///
    /// # Errors
    /// `EINVAL` when `count` is negative or above [`Iovec::MAX_COUNT`], or when the lengths add up to more than
    /// `i32::MAX`; `EFAULT` when the list or one of its buffers is not inside the memory.
    pub fn io_vecs(&self, address: u32, count: i32) -> Result<Iovecs, Errno> {
        let count = u32::try_from(count).ok().filter(|&count| count <= Iovec::MAX_COUNT).ok_or(Errno::EINVAL)?;
        let list = self.slice(address, count.saturating_mul(8))?;
        let mut vecs = Iovecs { buffers: Vec::new(), total: 0 };
        for entry in list.as_chunks::<{ Iovec::SIZE }>().0 {
            let buffer = Iovec::decode(entry);
            if buffer.len == 0 {
                continue;
            }
            vecs.total = vecs
                .total
                .checked_add(buffer.len)
                .filter(|&total| i32::try_from(total).is_ok())
                .ok_or(Errno::EINVAL)?;
            self.slice(buffer.base, buffer.len)?;
            vecs.buffers.push(buffer);
        }
        Ok(vecs)
    }
}
