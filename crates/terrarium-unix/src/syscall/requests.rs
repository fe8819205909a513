//! The harness's own requests to the host: an `ioctl` on the channel's descriptor, whose argument is a buffer.
//!
//! User code can make them as well. Each works on the guest's memory and on the state of its process alone, for a
//! bounded time. Only requests for files and calls of functions wait for the host, until the run is to end.

use std::sync::Arc;

use super::{Process, calls, derive, links, locks, supply};
use crate::abi::Errno;
use crate::fd::{Ask, MOST_PROMPT};
use crate::memory::GuestMemory;

/// Sets the local time zone.
const SET_ZONE: u32 = 0x7401;
/// Continues a derivation of a key with PBKDF2.
const PBKDF2: u32 = 0x7402;
/// Continues a derivation of a key with scrypt.
const SCRYPT: u32 = 0x7403;
/// Returns the size of the guest's memory in KiB.
const MEMORY: u32 = 0x7404;
/// Sets the alarm: two 64-bit numbers of nanoseconds, the delay and the interval.
const ALARM: u32 = 0x7405;
/// Gives a file another name.
const LINK: u32 = 0x7406;
/// Locks a file as a whole: `flock`, which the C library does not pass on. Two 32-bit numbers, its arguments.
const LOCK: u32 = 0x7407;
/// Returns the number of open descriptors of files that can be written.
const WRITABLE: u32 = 0x7408;
/// Adds files of the host.
const SUPPLY: u32 = 0x7409;
/// Announces the text and the form of the next read of the standard input: 1 if a person may see what is typed, the
/// length (32 bits each), and the text.
const ASK: u32 = 0x740a;
/// Discards the output so far, as a notebook does: 1 to do so when there is more.
const CLEAR: u32 = 0x740b;
/// Calls a function of the host.
const CALL: u32 = 0x740c;
/// Reads a part of a large answer of a function.
const READ_ANSWER: u32 = 0x740d;
/// Makes a pair of connected sockets.
pub(super) const PAIR: u32 = 0x7480;

/// Serves a request whose buffer is at `address`.
///
/// # Errors
/// `ENOTTY` for an unknown request, as for other descriptors; else those of the request.
pub(super) fn serve(
    process: &mut Process,
    memory: &mut GuestMemory<'_>,
    request: u32,
    address: u32,
) -> Result<i32, Errno> {
    match request {
        SET_ZONE => process.zone.change(memory, address).map(|()| 0),
        PBKDF2 => derive::pbkdf2(memory, address),
        SCRYPT => derive::scrypt(memory, address),
        MEMORY => i32::try_from(memory.len() >> 10).map_err(|_| Errno::EOVERFLOW),
        ALARM => {
            let (delay, interval) = (memory.read_u64(address)?, memory.read_u64(address.saturating_add(8))?);
            if process.sleeper.set_alarm(delay, interval) { Ok(0) } else { Err(Errno::ENOTSUP) }
        }
        LINK => links::link(process, memory, address).map(|()| 0),
        LOCK => locks::flock(process, memory, address).map(|()| 0),
        WRITABLE => i32::try_from(process.fds.writable_files()).map_err(|_| Errno::EOVERFLOW),
        SUPPLY => supply::supply(process, memory, address),
        ASK => ask(process, memory, address).map(|()| 0),
        CLEAR => clear(process, memory.read_u32(address)? != 0).map(|()| 0),
        CALL => calls::call(process, memory, address),
        READ_ANSWER => calls::read(process, memory, address),
        PAIR => process.socket_pair(memory, address).map(|()| 0),
        _ => Err(Errno::ENOTTY),
    }
}

/// Announces the next read of the standard input.
///
/// # Errors
/// `ENOTTY` when no prompt reaches the host, and those of a bad address.
fn ask(process: &mut Process, memory: &mut GuestMemory<'_>, address: u32) -> Result<(), Errno> {
    let text = address.checked_add(8).ok_or(Errno::EFAULT)?;
    let (echo, length) = (memory.read_u32(address)? != 0, memory.read_u32(address.saturating_add(4))?);
    let length = length.min(u32::try_from(MOST_PROMPT).unwrap_or(u32::MAX));
    let prompt = String::from_utf8_lossy(memory.slice(text, length)?).into_owned();
    if process.streams.input.prepare(Ask { prompt, echo }) { Ok(()) } else { Err(Errno::ENOTTY) }
}

/// Discards the output so far.
///
/// # Errors
/// `EBADF` without a channel, and those of the channel.
fn clear(process: &mut Process, waits: bool) -> Result<(), Errno> {
    let channel = Arc::clone(process.channel.as_ref().ok_or(Errno::EBADF)?);
    // Each side clears what waits if the other has had output.
    let is_fresh = channel.has_more();
    let more = process.streams.clear(waits, is_fresh);
    channel.clear(waits, more)
}
