//! Scatter and gather lists: `struct iovec { void *base; size_t len; }[count]`.

use super::GuestMemory;
use crate::abi::Errno;

/// The most entries that one list may have.
pub const IOV_MAX: u32 = 1024;

/// Bytes of one entry.
const ENTRY: u32 = 8;

/// One buffer of the guest. Not yet checked against the memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IoVec {
    /// Guest address of the first byte.
    pub address: u32,
    /// Length in bytes.
    pub length: u32,
}

/// A list whose every buffer was found inside the memory, with the sum of the lengths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IoVecs {
    /// The buffers, in order; empty ones are left out.
    pub buffers: Vec<IoVec>,
    /// The sum of their lengths in bytes; fits an `i32`, as the guest's result must.
    pub total: u32,
}

impl GuestMemory<'_> {
    /// Reads a list of `count` entries at `address`.
    ///
    /// # Errors
    /// `EINVAL` when `count` is negative or above [`IOV_MAX`], or when the lengths add up to more than `i32::MAX`;
    /// `EFAULT` when the list or one of its buffers does not lie inside the memory.
    pub fn io_vecs(&self, address: u32, count: i32) -> Result<IoVecs, Errno> {
        let count = u32::try_from(count).ok().filter(|&count| count <= IOV_MAX).ok_or(Errno::EINVAL)?;
        let list = self.slice(address, count.checked_mul(ENTRY).ok_or(Errno::EINVAL)?)?;
        let mut vecs = IoVecs { buffers: Vec::new(), total: 0 };
        for entry in list.as_chunks::<8>().0 {
            let [a0, a1, a2, a3, l0, l1, l2, l3] = *entry;
            let (address, length) = (u32::from_le_bytes([a0, a1, a2, a3]), u32::from_le_bytes([l0, l1, l2, l3]));
            if length == 0 {
                continue;
            }
            vecs.total = vecs
                .total
                .checked_add(length)
                .filter(|&total| i32::try_from(total).is_ok())
                .ok_or(Errno::EINVAL)?;
            self.slice(address, length)?;
            vecs.buffers.push(IoVec { address, length });
        }
        Ok(vecs)
    }
}
