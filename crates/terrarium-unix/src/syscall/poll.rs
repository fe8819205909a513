//! Waiting for descriptors; `select` is served here too.

use super::import::{Import, syscall};
use super::{Args, Process, Wake};
use crate::abi::{Errno, PollEvents, Pollfd};
use crate::memory::GuestMemory;

pub(super) const IMPORTS: &[Import] = &[syscall("__syscall_poll", "iii->i", poll).partial(
    "readiness cannot change while the guest waits: when nothing is ready, the call sleeps for the whole timeout",
)];

/// Bytes of a `struct pollfd` in guest memory.
const ENTRY: u32 = 8;

/// The least bound for the entries of one call; higher when more descriptors may be open. `select` passes one entry for
/// each descriptor.
const ENTRIES: u32 = 1024;

const NS_PER_MS: u64 = 1_000_000;

/// `(struct pollfd *list, nfds_t count, int milliseconds)`.
fn poll(process: &mut Process, memory: &mut GuestMemory<'_>, args: Args<'_>) -> Result<i32, Errno> {
    let (list, count, timeout) = (args.ptr(0), args.u32(1), args.i32(2));
    if count > ENTRIES.max(process.fds.limit()) {
        return Err(Errno::EINVAL);
    }
    memory.slice(list, count.saturating_mul(ENTRY))?;
    let mut ready = 0_i32;
    for index in 0..count {
        let address = list.wrapping_add(index.wrapping_mul(ENTRY));
        let mut entry = Pollfd::decode(&memory.array(address)?);
        entry.revents = process.ready(entry.fd, entry.events);
        ready = ready.saturating_add(i32::from(!entry.revents.is_empty()));
        memory.write(address, &entry.encode())?;
    }
    if ready == 0 && timeout != 0 {
        // A negative timeout waits until an interruption.
        let ns = u64::try_from(timeout).map_or(u64::MAX, |milliseconds| milliseconds.saturating_mul(NS_PER_MS));
        if process.sleep(ns) == Wake::Interrupted {
            // The guest's C library does not pass EINTR on. Nothing is ready; the signal is raised at once.
            return Ok(0);
        }
    }
    Ok(ready)
}

impl Process {
    /// Returns the `wanted` events that hold now, and those that are always reported.
    fn ready(&mut self, fd: i32, wanted: PollEvents) -> PollEvents {
        if fd < 0 {
            return PollEvents::empty();
        }
        let Ok((object, mut with)) = self.object(fd) else {
            return PollEvents::NVAL;
        };
        object.readiness(&mut with) & (wanted | PollEvents::ERR | PollEvents::HUP | PollEvents::NVAL)
    }
}
