//! Waiting for descriptors; `select` is served here too.

use super::import::{Import, syscall};
use super::{Args, Process, Wake};
use crate::abi::{Errno, OpenFlags, PollEvents, Pollfd};
use crate::fd::{Object, StandardStream};
use crate::memory::GuestMemory;

pub(super) const IMPORTS: &[Import] = &[syscall("__syscall_poll", "iii->i", poll).partial(
    "readiness changes while the guest waits only for the standard input: otherwise the call sleeps for the whole timeout",
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
    let (ready, awaits_input) = process.look(memory, list, count)?;
    if ready > 0 || timeout == 0 {
        return Ok(ready);
    }
    // A negative timeout waits until an interruption.
    let ns = u64::try_from(timeout).map_or(u64::MAX, |milliseconds| milliseconds.saturating_mul(NS_PER_MS));
    if !awaits_input {
        // The guest's C library does not pass EINTR on. At an interruption nothing is ready; the signal is raised at once.
        let _: Wake = process.sleep(ns);
    } else if process.waiting(|process| process.streams.input.wait(ns)) {
        return Ok(process.look(memory, list, count)?.0);
    }
    Ok(0)
}

impl Process {
    /// Writes the events of each entry. Returns the number of entries that have some, and whether the call waits for the
    /// standard input.
    fn look(&mut self, memory: &mut GuestMemory<'_>, list: u32, count: u32) -> Result<(i32, bool), Errno> {
        let (mut ready, mut awaits_input) = (0_i32, false);
        for index in 0..count {
            let address = list.wrapping_add(index.wrapping_mul(ENTRY));
            let mut entry = Pollfd::decode(&memory.array(address)?);
            entry.revents = self.ready(entry.fd, entry.events);
            ready = ready.saturating_add(i32::from(!entry.revents.is_empty()));
            awaits_input |= entry.revents.is_empty()
                && entry.events.intersects(PollEvents::IN | PollEvents::RDNORM)
                && self.is_input(entry.fd);
            memory.write(address, &entry.encode())?;
        }
        Ok((ready, awaits_input))
    }

    /// Whether a descriptor is the standard input.
    fn is_input(&self, fd: i32) -> bool {
        self.fds.get(fd).is_ok_and(|open| matches!(open.object, Object::Standard(StandardStream::Input)))
    }

    /// Whether a descriptor is a terminal.
    pub(super) fn is_terminal(&self, fd: i32) -> bool {
        self.is_input(fd) && self.streams.input.is_terminal()
    }

    /// Waits until a read of a descriptor returns at once, if that is the standard input. Returns whether it is, and has
    /// a source.
    ///
    /// # Errors
    /// `EAGAIN` for a descriptor that does not wait, `EINTR` when a signal arrives.
    pub(super) fn await_input(&mut self, fd: i32) -> Result<bool, Errno> {
        if !self.streams.input.is_used_up() || !self.is_input(fd) {
            return Ok(false);
        }
        if self.fds.get(fd)?.flags.contains(OpenFlags::NONBLOCK) {
            return if self.streams.input.wait(0) { Ok(true) } else { Err(Errno::EAGAIN) };
        }
        match self.waiting(|process| process.streams.input.wait(u64::MAX)) {
            true => Ok(true),
            false => Err(Errno::EINTR),
        }
    }

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
