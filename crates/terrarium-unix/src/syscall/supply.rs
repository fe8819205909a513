//! Files that the host adds to a process while it runs, because the code asks for them: those of packages.

use std::fmt::Debug;
use std::sync::Arc;

use super::{Channel, Process};
use crate::abi::Errno;
use crate::memory::GuestMemory;
use crate::vfs::Vfs;

/// The largest request, and the largest buffer for an answer.
const MAX_BYTES: u32 = 256 << 10;

/// The run that waits for supplies.
#[derive(Debug, Clone, Copy)]
pub struct SuppliedRun<'a>(Option<&'a dyn Channel>);

impl SuppliedRun<'_> {
    /// Whether the run is to end.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.0.is_some_and(Channel::is_stopping)
    }

    /// Tells the run a step of the work, with the bytes that are done and those of the whole step.
    pub fn progress(&self, step: &str, done: Option<u64>, total: Option<u64>) {
        if let Some(channel) = self.0 {
            channel.progress(step, done, total);
        }
    }
}

/// Adds files to a process on request. The form of requests and answers is a matter of the host and its harness.
pub trait Supplier: Debug + Send + Sync {
    /// Serves a request, and returns the answer. The process waits meanwhile.
    ///
    /// # Errors
    /// The errno with which the guest's request fails; `EINTR` when the run is to end.
    fn supply(
        &self,
        request: &[u8],
        vfs: &mut Vfs,
        supplied: &mut Supplied,
        run: SuppliedRun<'_>,
    ) -> Result<Vec<u8>, Errno>;
}

/// The supplies that a process has received.
#[derive(Debug, Clone, Default)]
pub struct Supplied {
    /// Their names, including what the host has added by itself.
    pub items: Vec<String>,
    /// The number of items that were asked for.
    pub count: usize,
    /// The sum of their sizes.
    pub bytes: u64,
    /// The number of costly requests.
    pub requests: u32,
}

/// Serves a request: the size of the buffer and of the request (32 bits each), then the buffer, in which the answer takes
/// the place of the request.
///
/// # Errors
/// `ENOTTY` without a supplier, `EINVAL` for sizes out of bounds, `EMSGSIZE` for a buffer that is too small, those of the
/// supplier.
pub(super) fn supply(process: &mut Process, memory: &mut GuestMemory<'_>, address: u32) -> Result<i32, Errno> {
    let supplier = Arc::clone(process.supplier.as_ref().ok_or(Errno::ENOTTY)?);
    let place = |offset: u32| address.checked_add(offset).ok_or(Errno::EFAULT);
    let (capacity, length, buffer) = (memory.read_u32(address)?, memory.read_u32(place(4)?)?, place(8)?);
    if capacity > MAX_BYTES || length > capacity {
        return Err(Errno::EINVAL);
    }
    // A buffer that cannot be written is refused before any work.
    let request = memory.slice_mut(buffer, capacity)?.get(..length as usize).ok_or(Errno::EINVAL)?.to_vec();
    let channel = process.channel.clone();
    let run = SuppliedRun(channel.as_deref());
    let answer = process.waiting(|process| supplier.supply(&request, &mut process.vfs, &mut process.supplied, run))?;
    let length = u32::try_from(answer.len()).ok().filter(|length| *length <= capacity).ok_or(Errno::EMSGSIZE)?;
    memory.write(buffer, &answer)?;
    memory.write_u32(place(4)?, length)?;
    Ok(0)
}
