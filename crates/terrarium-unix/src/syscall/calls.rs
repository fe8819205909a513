//! Calls of functions that the host hands to the code.

use std::fmt::Debug;
use std::sync::Arc;

use super::Process;
use crate::abi::Errno;
use crate::memory::GuestMemory;

/// The largest request, and the largest buffer for an answer.
const MAX_BYTES: u32 = 4 << 20;

/// Serves the calls of a process. The form of requests and answers is a matter of the host and its harness.
pub trait HostCalls: Debug + Send + Sync {
    /// Serves a request, whose answer may have up to `room` bytes. The process waits meanwhile.
    ///
    /// # Errors
    /// The errno with which the guest's request fails.
    fn serve(&self, request: &[u8], room: usize) -> Result<CallAnswer, Errno>;

    /// Receives a content to which a later request refers by its number.
    ///
    /// # Errors
    /// The errno with which the guest's write fails.
    fn content(&self, bytes: &[u8]) -> Result<(), Errno>;

    /// Copies a part of an answer that was too large for a buffer into `buffer`, and returns the number of bytes.
    ///
    /// # Errors
    /// The errno with which the guest's request fails.
    fn read(&self, call: u32, offset: u32, buffer: &mut [u8]) -> Result<usize, Errno>;
}

/// The answer to a request.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct CallAnswer {
    /// The value that the guest's request returns.
    pub status: i32,
    /// The bytes that take the place of the request.
    pub bytes: Vec<u8>,
}

/// Serves a request: the size of the buffer and of the request (32 bits each), then the buffer, in which the answer takes
/// the place of the request.
///
/// # Errors
/// `ENOTTY` without functions, `EINVAL` for sizes out of bounds, `EMSGSIZE` for a buffer that is too small, and those of
/// the host.
pub(super) fn call(process: &mut Process, memory: &mut GuestMemory<'_>, address: u32) -> Result<i32, Errno> {
    let calls = Arc::clone(process.host_calls.as_ref().ok_or(Errno::ENOTTY)?);
    let (capacity, length, buffer) = sizes(memory, address)?;
    // A buffer that cannot be written is refused before any work.
    memory.slice_mut(buffer, capacity)?;
    let request = memory.slice(buffer, length)?;
    let answer = process.waiting(|_| calls.serve(request, capacity as usize))?;
    let length = u32::try_from(answer.bytes.len()).ok().filter(|length| *length <= capacity).ok_or(Errno::EMSGSIZE)?;
    memory.write(buffer, &answer.bytes)?;
    memory.write_u32(address.checked_add(4).ok_or(Errno::EFAULT)?, length)?;
    Ok(answer.status)
}

/// Reads a part of a large answer: the number of the call, the offset and the size (32 bits each), then the buffer.
///
/// # Errors
/// Those of [`call`].
pub(super) fn read(process: &mut Process, memory: &mut GuestMemory<'_>, address: u32) -> Result<i32, Errno> {
    let calls = Arc::clone(process.host_calls.as_ref().ok_or(Errno::ENOTTY)?);
    let place = |offset: u32| address.checked_add(offset).ok_or(Errno::EFAULT);
    let (number, offset) = (memory.read_u32(address)?, memory.read_u32(place(4)?)?);
    let size = memory.read_u32(place(8)?)?;
    let read = calls.read(number, offset, memory.slice_mut(place(12)?, size)?)?;
    i32::try_from(read).map_err(|_| Errno::EOVERFLOW)
}

fn sizes(memory: &GuestMemory<'_>, address: u32) -> Result<(u32, u32, u32), Errno> {
    let place = |offset: u32| address.checked_add(offset).ok_or(Errno::EFAULT);
    let (capacity, length, buffer) = (memory.read_u32(address)?, memory.read_u32(place(4)?)?, place(8)?);
    if capacity > MAX_BYTES || length > capacity {
        return Err(Errno::EINVAL);
    }
    Ok((capacity, length, buffer))
}
